"""Which ends of credentials are to be announced; pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot import kinds
from bot.domain import client
from bot.domain.foresight import Ending, Standing

DAYS = (14, 7, 3, 1)
"""How many days ahead, once each."""
_DAY = timedelta(days=1)


def due(known: Iterable[Standing], *, now: datetime) -> Sequence[Standing]:
    """Return those to be announced now, each with how many days ahead that is in ``told``.

    What was first known of late is announced once, not for each day that has passed.
    """
    found: list[Standing] = []
    for one in known:
        days = _days(one, now=now)
        if days is not None and (one.told is None or days < one.told):
            found.append(replace(one, told=days))
    return found


def _days(one: Standing, *, now: datetime) -> int | None:
    """The least of the days that the end is not further away than; None: far, past or unknown."""
    left = None if one.expires_at is None else one.expires_at - now
    if left is None or left <= timedelta():
        return None
    return min((days for days in DAYS if left <= days * _DAY), default=None)


def told(found: Iterable[Standing], clients: Iterable[client.Client]) -> Iterator[Ending]:
    """Yield them with their clients and sources; not what no source names any more."""
    known = {of.id: of for of in clients}
    for one in found:
        of = known.get(one.client)
        for source in of.sources.values() if of else ():
            if of is not None and source.credential == one.reference:
                kind = kinds.KINDS.get(source.kind)
                yield Ending(
                    standing=one,
                    client_name=of.name,
                    label=kind.label if kind else source.kind,
                    source=source.name,
                    timezone=of.timezone,
                )
                break
