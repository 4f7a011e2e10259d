"""What a run told, searched for credentials before any of it is kept; whose it signed in with.

A worker masks what it tells. This is for the one that does not: it was misled, or has a fault.
"""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

import structlog

from bot import clock, wire
from bot.domain import client, credential, delivery, ids, money, run, traces

_log = structlog.get_logger(__name__)
_AGENCY = "agency."
"""No client's id has a dot in it."""


class Prints(Protocol):
    """The rows of prints; filled by store.prints.PrintStore."""

    async def pepper(self) -> str:
        """The key of all prints here."""
        ...

    async def keep(
        self, seen: Mapping[str, Sequence[credential.Seen]], *, at: datetime
    ) -> Mapping[str, str]:
        """Keep what was seen, by whose it is; returns, by reference, who else signs in with it."""
        ...

    async def known(self, owners: Sequence[str]) -> frozenset[str]:
        """The prints of all that these have or had."""
        ...


class Leaks:
    """The parent's own look. A run may only tell what is its client's: its words are searched for
    the prints of what its client has, and for what has the shape of any secret.
    """

    def __init__(
        self, prints: Prints, *, share: Callable[[client.Client, str], bool], now: clock.Clock
    ) -> None:
        """``share``: whether a client and the other of this id both say that they share."""
        self._prints = prints
        self._share = share
        self._clock = now

    async def ordered(self, order: wire.RunOrder) -> wire.RunOrder:
        """Return the order with what prints are made with."""
        return replace(order, pepper=await self._prints.pepper())

    async def judged(self, outcome: wire.RunOutcome, order: wire.RunOrder) -> wire.RunOutcome:
        """Return the outcome, or the failure to put in its place."""
        owners = _owners(order)
        seen: dict[str, list[credential.Seen]] = {}
        for one in outcome.seen:
            seen.setdefault(owners.get(one.reference, order.client.id), []).append(one)
        shared: Mapping[str, str] = {}
        if seen and not order.client.demo:
            shared = await self._prints.keep(seen, at=self._clock.now())
        known = await self._prints.known(sorted({order.client.id, *owners.values()}))
        known |= {mark for one in outcome.seen for mark in one.prints}
        if await asyncio.to_thread(_tells, outcome, known, pepper=order.pepper):
            _log.error("outcome_held_back", client=order.client.id, run=order.run)
            failed = _failed(outcome, run.Failure(code=run.FailureCode.LEAKED))
            return replace(failed, timings={}, usage=tuple(_counted(outcome, order)))
        for reference, other in shared.items():
            if self._share(order.client, other):
                continue
            _log.error(
                "login_shared", client=order.client.id, credential_reference=reference, other=other
            )
            return _failed(outcome, _shared(order, reference))
        return outcome


async def holds(prints: Prints, bodies: Sequence[delivery.Body], *, of: ids.ClientId) -> bool:
    """Whether a message that is about to be kept for posting shows a secret of this client's, or
    what looks like anybody's.
    """
    told = [*traces.texts([[body.text, body.blocks] for body in bodies])]
    known, pepper = await prints.known([of]), await prints.pepper()
    return await asyncio.to_thread(traces.found, told, known=known, pepper=pepper)


def _tells(outcome: wire.RunOutcome, known: frozenset[str], *, pepper: str) -> bool:
    told = json.loads(wire.write_line(replace(outcome, seen=())))
    return traces.found(traces.texts(told), known=known, pepper=pepper)


def _owners(order: wire.RunOrder) -> Mapping[str, str]:
    """Whose each credential is that the agency lends, by its reference."""
    return {
        source.credential: f"{_AGENCY}{source.agency}"
        for source in order.client.sources.values()
        if source.credential is not None and source.agency is not None
    }


def _failed(outcome: wire.RunOutcome, failure: run.Failure) -> wire.RunFailed:
    """What was spent was spent."""
    return wire.RunFailed(
        failure=failure,
        usage=outcome.usage,
        timings=outcome.timings,
        walls=outcome.walls,
        seen=outcome.seen,
    )


def _counted(outcome: wire.RunOutcome, order: wire.RunOrder) -> Iterator[money.Usage]:
    """The lines of cost, under names that are in the client's own file."""
    asked = order.client.reports[order.report]
    names = {one.name for one in (*asked.queries, *asked.breakdowns)} | {asked.narrative.model}
    for line in outcome.usage:
        yield line if line.item in names else replace(line, item="")


def _shared(order: wire.RunOrder, reference: str) -> run.Failure:
    """The other's name stays in the log: the card may stand before this client's eyes."""
    sources = order.client.sources.values()
    source = next((one for one in sources if one.credential == reference), None)
    return run.Failure(
        code=run.FailureCode.CREDENTIAL_SHARED,
        source=source.name if source else None,
        kind=source.kind if source else None,
        reference=reference,
        params={} if source else {"source": "the model"},
    )
