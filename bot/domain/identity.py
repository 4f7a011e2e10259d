"""Whose data a source serves, held against what an operator confirmed once; pure.

What counts as another identity: another account (the id that a source tells of itself), or other
settings in the client's file (the kind's own line of them, for every source). A property that was
renamed, moved to another domain or zone, or tells another currency is the same one.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain import ids
from bot.domain.report import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """What an operator said of one source of a client."""

    client: ids.ClientId
    identity: Identity
    by: ids.UserId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A source that serves data of which nobody has said that it is this client's."""

    now: Identity
    was: Confirmed | None = None
    """What was confirmed, where that is something else."""
    others: tuple[ids.ClientId, ...] = ()
    """The clients of whom the same account was confirmed."""


def stamp(seen: Iterable[Identity]) -> str:
    """Return what stands for these identities on a button: others have another."""
    lines = sorted(f"{one.source}\n{one.settings}\n{one.account}\n{one.name}" for one in seen)
    return hashlib.sha256("\n\n".join(lines).encode()).hexdigest()[:12]


def is_same(now: Identity, confirmed: Identity) -> bool:
    """Whether ``now`` is what was confirmed.

    A source that has learnt to tell its account since then is known by its settings alone; one
    that tells it no more is another.
    """
    if now.settings != confirmed.settings:
        return False
    return not confirmed.account or now.account == confirmed.account


def doubts(
    client: ids.ClientId, seen: Iterable[Identity], *, confirmed: Iterable[Confirmed]
) -> tuple[Doubt, ...]:
    """Return what is not confirmed of what a run has seen, in its order.

    ``confirmed`` is of all clients. What has no settings' line is of the client's own folder.
    """
    known = tuple(confirmed)
    own: Mapping[str, Confirmed] = {
        one.identity.source: one for one in known if one.client == client
    }
    found: list[Doubt] = []
    for now in seen:
        was = own.get(now.source)
        if now.settings and (was is None or not is_same(now, was.identity)):
            found.append(Doubt(now=now, was=was, others=_others(now, client, among=known)))
    return tuple(found)


def _others(
    now: Identity, client: ids.ClientId, *, among: Iterable[Confirmed]
) -> tuple[ids.ClientId, ...]:
    """Where the settings too are equal the clients' files declare that they share it: else the
    catalog had refused both.
    """
    return tuple(
        sorted(
            {
                one.client
                for one in among
                if one.client != client
                and now.account
                and one.identity.account == now.account
                and one.identity.settings != now.settings
            }
        )
    )
