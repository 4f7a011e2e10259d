"""Looks at every client before its reports are due: opens each source as a run would, with nothing
that costs, and asks Slack for its channel. What stands in the way is told hours ahead.

A look takes nothing from a report: it has seats of its own, few, and begins only where no run needs
the login it asks. Which looks were made stands in the store.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot import bulkhead, clock, errors, wire
from bot.domain import client, credential, foresight, ids, run
from bot.foresight import expiry, marks, ports

SEATS = 2
"""Looks at a time."""
PATIENCE = 3
"""Looks in a row that meet what passes by itself, before anybody is told."""
AGAIN = timedelta(minutes=5)
_EXPIRY_EVERY = timedelta(minutes=10)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One look, with what only its asker needs."""

    look: foresight.Look
    sources: tuple[wire.Source, ...] = ()
    """As the worker told; empty: it could not tell."""
    asked: bool = True
    """Whether Slack was asked."""


class Foresight:
    """Looks when it is time, and when somebody asks. Sweeps must not overlap; looks may."""

    def __init__(
        self,
        house: ports.Ports,
        *,
        plan: foresight.Plan,
        now: clock.Clock,
        group: asyncio.TaskGroup,
        wake: Callable[[], None],
    ) -> None:
        self._house = house
        self._plan = plan
        self._clock = now
        self._group = group
        self._wake = wake
        self._tasks: dict[ids.ClientId, tuple[client.Client, asyncio.Task[None]]] = {}
        self._known: dict[ids.ClientId, foresight.Look] | None = None
        self._next: dict[ids.ClientId, tuple[client.Client, datetime | None]] = {}
        """When each is worth asking about again, as its files said."""
        self._soon: set[ids.ClientId] = set()
        """Those whose credential has just been replaced."""
        self._told: datetime | None = None
        self._stopped = False

    async def sweep(self) -> datetime | None:
        """Begin the looks that are due, and announce what ends; return the next instant that is
        worth one.
        """
        if self._stopped:
            return None
        now = self._clock.now()
        if self._known is None:
            self._known = {one.client: one for one in await self._house.rows.looks()}
        paused = {one.client for one in await self._house.pauses.all()}
        for of in self._due(now):
            if of.id in paused or len(self._tasks) >= SEATS:
                continue
            beside = [each for each, _ in self._tasks.values()]
            if self._house.room.spare(of, beside=beside):
                self._begin(of)
        await self._announce(now)
        wanted = (at for _, at in self._next.values() if at is not None)
        return min((at for at in wanted if at > now), default=None)

    async def look(self, of: client.Client) -> Looked:
        """Look at a client now; what is found is written down and told. Raises RunLost."""
        came, opened = await self._opened(of)
        channels = self._house.channels
        slack = await channels.fault(of) if channels else None
        at = self._clock.now()
        found = [one for one in (*opened.values(), slack) if one is not None]
        passing = [one for one in found if errors.is_retryable(one.code)]
        before = self._look_at(of)
        tries = before.tries + 1 if before and before.again_at and passing else 1
        again = at + AGAIN if passing and tries < PATIENCE else None
        look = foresight.Look(
            client=of.id, at=at, sources=opened, slack=slack, tries=tries, again_at=again
        )
        await self._house.rows.looked(look)
        if self._known is not None:
            self._known[of.id] = look
        self._next.pop(of.id, None)
        await self._house.known.used(of.id, _used(of, opened, seen=came.seen))
        told = [one for one in found if again is None or one not in passing]
        await self._house.incidents.foreseen(of.id, told, met=passing if again else ())
        log.info("looked_ahead", client=of.id, failed=len(found), again=again is not None)
        return Looked(look=look, sources=came.sources, asked=channels is not None)

    def soon(self, reference: str, *, of: ids.ClientId | None) -> None:
        """Look again at once at those whose credential was replaced: at one, or at all that use
        it. Paused, they are looked at when they are not.
        """
        self._soon.update(
            one.id
            for one in self._house.clients.clients()
            if of in {None, one.id}
            and any(source.credential == reference for source in one.sources.values())
        )
        self._wake()

    def stop(self) -> None:
        """Begin none any more, and end those under way: they are made by the next life."""
        self._stopped = True
        for _, task in self._tasks.values():
            task.cancel()

    def _due(self, now: datetime) -> Iterator[client.Client]:
        for of in self._house.clients.clients():
            if of.id in self._tasks:
                continue
            if of.id in self._soon:
                yield of
                continue
            seen, at = self._next.get(of.id, (None, now))
            if seen is of and (at is None or at > now):
                continue
            before = self._look_at(of)
            again = before.again_at if before else None
            since = before.at if before else None
            if (again is not None and again <= now) or marks.is_due(
                of, self._plan, now=now, since=since
            ):
                yield of
                continue
            coming = (marks.upcoming(of, self._plan, now=now), again)
            self._next[of.id] = of, min((one for one in coming if one), default=None)

    def _look_at(self, of: client.Client) -> foresight.Look | None:
        return (self._known or {}).get(of.id)

    def _begin(self, of: client.Client) -> None:
        self._soon.discard(of.id)
        task = self._group.create_task(self._guarded(of), name=f"look {of.id}")
        self._tasks[of.id] = of, task

    async def _guarded(self, of: client.Client) -> None:
        try:
            with bulkhead.step("look_failed", client=of.id) as step:
                await self.look(of)
            if step.error is not None:  # not again at once: it would fail at once
                self._next[of.id] = of, self._clock.now() + AGAIN
        finally:
            del self._tasks[of.id]
            self._wake()

    async def _opened(
        self, of: client.Client
    ) -> tuple[wire.Checked, Mapping[str, run.Failure | None]]:
        try:
            came = await self._house.opener(of)
        except errors.RunError as error:
            return wire.Checked(sources=()), dict.fromkeys(of.sources, error.failure)
        return came, {one.name: one.failure for one in came.sources}

    async def _announce(self, now: datetime) -> None:
        if self._told is not None and now - self._told < _EXPIRY_EVERY:
            return
        found = expiry.due(await self._house.rows.standings(), now=now)
        ending = tuple(expiry.told(found, self._house.clients.clients()))
        if ending:
            await self._house.notices.ending(ending)
            await self._house.rows.told([one.standing for one in ending])
        self._told = now


def _used(
    of: client.Client,
    opened: Mapping[str, run.Failure | None],
    *,
    seen: Sequence[credential.Seen],
) -> Sequence[credential.Seen]:
    """The credentials of the sources that let them in, with what they told of themselves."""
    told = {one.reference: one for one in seen}
    references = {
        of.sources[name].credential
        for name, failure in opened.items()
        if failure is None and name in of.sources
    }
    return [
        told.get(name) or credential.Seen(reference=name)
        for name in sorted(filter(None, references))
    ]
