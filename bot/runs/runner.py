"""The runner: one sweep looks at everything that is due and starts it.

Whatever goes wrong with one client or one run is logged, and never stops the others.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from bot import bulkhead, clock, settings
from bot.domain import client, ids, run
from bot.runs import (
    acts,
    attempt,
    breaker,
    drain,
    fires,
    leaving,
    orders,
    pauses,
    permits,
    ports,
    posting,
    settle,
    telling,
    waiting,
)

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")

_POSTING_SECONDS = 5.0
"""How long one sweep asks who reads the channels of what is ready: on a morning with hundreds of
reports Slack's limits make that minutes, and the first of them are to go out meanwhile.
"""
_GONE = timedelta(days=7)
"""What waits for so long for a client's files ends: nobody brings them back."""
_AWAY = timedelta(hours=1)
"""For so long, in this life, they were seen to be gone: they may just be laid out anew."""
Pauses = Mapping[ids.ClientId, ports.Pause]


class Runner(acts.Acts):
    """Claims fires, makes attempts, takes what is ready into posting. Sweeps must not overlap.

    Attempts are named tasks of the group that app hands in, at most ``max_concurrent_runs`` at
    once; ``wake`` asks for another sweep when one has ended.
    """

    def __init__(
        self,
        house: ports.Ports,
        write: orders.Orders,
        *,
        config: settings.Settings,
        now: clock.Clock,
        group: asyncio.TaskGroup,
        wake: Callable[[], None],
    ) -> None:
        ops_channel = None if config.ops_channel is None else ids.ChannelId(config.ops_channel)
        post = posting.Posting(house, ops_channel=ops_channel)
        tell = telling.Telling(house, post)
        super().__init__(house, post=post, tell=tell, now=now, wake=wake)
        self._attempts = attempt.Attempts(house, write, post=post, tell=tell, now=now)
        self._breaker = breaker.Breaker(house, config.pause_after)
        self._fires = fires.Fires(house, config.stagger)
        self._seats = config.max_concurrent_runs
        self._group = group
        self._tasks: dict[ids.RunId, asyncio.Task[None]] = {}
        self._claims: dict[ids.RunId, permits.Claim] = {}
        """What the attempts under way use of shared logins."""
        self._draining = self._halted = False
        self._away: dict[ids.ClientId, datetime] = {}
        """Since when, in this life, clients with unfinished runs have no files."""

    async def start(self) -> None:
        """Settle what a crash left behind; before the first sweep."""
        for one in await settle.settle(self._house, now=self._clock.now()):
            _log.warning("run_resumed", run=one.id, client=one.client, status=one.status.value)
            if one.status is run.Status.FAILED:
                failure = run.Failure(code=run.FailureCode.CRASHED)
                await self._guard(self._telling.moved(one, failure=failure), one)
        for one in await self._house.runs.unfinished({run.Status.HELD}):
            await self._guard(self._house.ops.held(one), one)  # what was said in private is gone

    async def sweep(self) -> datetime | None:
        """Do everything that is due by now; returns the next instant that is worth a look."""
        if self._draining:
            return None
        now = self._clock.now()
        await self._guard(self._claim(now, await self._pauses()))
        await self._guard(self._say_missed())
        for one in (await self._pauses()).values():
            if one.until is not None and one.until <= now:
                await self._house.pauses.resume(one.client, now)
                await self._guard(self.resumed(one.client), one)
        await self._guard(self._breaker.look(now))
        await self._guard(self._let_go(now))
        await self._look(now, await self._pauses())
        await self._begin(now, await self._pauses())
        await self._post(now, await self._pauses())
        return await self._next(now, await self._pauses())

    async def paused(self, client_id: ids.ClientId) -> None:
        """A client was just paused: what waits in the outbox is taken back, and held."""
        await pauses.hold(self._house, client_id)

    async def resumed(self, client_id: ids.ClientId) -> None:
        """A client was just resumed: what was held goes on, or ends skipped (Settled 9)."""
        for one in await pauses.outdated(self._house, client_id, now=self._clock.now()):
            await self.skip(one.id, None)
        self._wake()

    async def leave(self, client_id: ids.ClientId, by: ids.UserId | None) -> int:
        """A client leaves: skip what has not ended, and end what runs now; returns how many.

        What is on its way to Slack goes on: whoever asks has looked for that, and paused it.
        """
        left = [
            one
            for one in await self._house.runs.unfinished(acts.SKIPPED)
            if one.client == client_id and (await self.skip(one.id, by)).done
        ]
        cut = [self._tasks[one.id] for one in left if one.id in self._tasks]
        await drain.drain(cut, grace=timedelta(0))
        for one in left:
            await leaving.close(self._house, one.id, now=self._clock.now())
        return len(left)

    async def drain(self, grace: timedelta) -> int:
        """Claim and begin nothing more, and let what runs end; returns how many were cut."""
        self._draining = True
        return await drain.drain(tuple(self._tasks.values()), grace=grace)

    def halt(self) -> None:
        """Begin no attempt any more: what is due waits for the next start."""
        self._halted = True

    @property
    def running(self) -> int:
        """How many attempts are under way."""
        return len(self._tasks)

    def spare(self, of: client.Client, *, beside: Sequence[client.Client]) -> bool:
        """Whether a look at a client takes nothing from a run: a seat, or a login's permit."""
        running = [*self._claims.values()]
        is_idle = not (self._draining or self._halted)
        return is_idle and permits.spares(of, running=running, beside=beside, seats=self._seats)

    @property
    def next_fire(self) -> datetime | None:
        """The earliest fire that is still to be claimed, as far as was seen."""
        return self._fires.next_at()

    async def _pauses(self) -> Pauses:
        """Asked anew before each step: a pause counts from the moment it is written."""
        return {one.client: one for one in await self._house.pauses.all()}

    async def _claim(self, now: datetime, paused: Pauses) -> None:
        """Give every fire that has come its row, all in one transaction with the watermarks."""
        clients = self._house.clients.clients()
        await self._fires.meet(clients, now=now)
        come = {
            of.id: some
            for of in clients
            if (some := await self._come(of, now=now, paused=paused)) is not None
        }
        fired = [one for some in come.values() for one in some]
        wanted = await self._fires.runs(fired, now=now)
        marks = self._fires.marks(come, {one.name for one in fired}, now=now)
        if marks:
            for claim in await self._house.fires.claim(wanted, considered=marks):
                if claim.new:
                    _told(claim.run)
        self._fires.passed(come, marks, now=now)
        await self._fires.expect([of for of in clients if of.id in come])

    async def _come(
        self, of: client.Client, *, now: datetime, paused: Pauses
    ) -> Sequence[fires.Due] | None:
        return await self._guard(self._fires.come(of, now=now, pause=paused.get(of.id)), of)

    async def _say_missed(self) -> None:
        """One message for all that were missed together; a death before it changes nothing."""
        for missed in await self._house.fires.unsaid():
            await self._house.ops.missed(missed)
            await self._house.fires.said(missed[0].id)

    async def _begin(self, now: datetime, paused: Pauses) -> None:
        for lost in await self._house.runs.unfinished({run.Status.RUNNING}):
            if lost.id not in self._tasks:  # its end could not be written when it crashed
                await self._guard(self._attempts.crashed(lost.id), lost)
        due = await self._house.runs.due(now)
        ready = {
            one.id: one
            for one in sorted(due, key=lambda one: one.id not in self._wishes.by)  # people wait
            if not (one.id in self._tasks or one.client in paused or self._gone(one))
        }
        if self._halted:
            return
        claims = {
            one.id: permits.claim(one, self._house.clients.client(one.client))
            for one in ready.values()
        }
        running = [*self._claims.values()]
        for run_id in permits.admitted([*claims.values()], running=running, seats=self._seats):
            one, self._claims[run_id] = ready[run_id], claims[run_id]
            name = f"attempt {one.client}/{one.report} {ids.short_ref(one.id)}"
            self._tasks[run_id] = self._group.create_task(self._attempt(one), name=name)

    async def _look(self, now: datetime, paused: Pauses) -> None:
        """What waits for its data is tried again once its time to look has come."""
        for one in await self._house.runs.unfinished({run.Status.WAITING}):
            rests = one.client in paused or self._gone(one)
            if not rests and waiting.has_come(one, now=now):
                await self._guard(
                    self._move(one, run.Status.QUEUED, expect={run.Status.WAITING}), one
                )

    async def _attempt(self, queued: run.Run) -> None:
        by = self._wishes.by.pop(queued.id, None)
        try:
            with bulkhead.step("attempt_crashed", run=queued.id, client=queued.client) as step:
                await self._attempts.attempt(queued, by=by)
            if step.error is not None:
                await self._guard(self._attempts.crashed(queued.id), queued)
        finally:
            del self._tasks[queued.id], self._claims[queued.id]
            self._wake()

    async def _post(self, now: datetime, paused: Pauses) -> None:
        for one in await self._house.runs.unfinished({run.Status.HELD}):
            if one.client not in paused and not self._gone(one):
                await self._guard(self._posting.unhold(one), one)
        end = self._clock.monotonic() + _POSTING_SECONDS
        for one in await self._house.runs.unfinished({run.Status.READY}):
            if self._clock.monotonic() > end:
                self._wake()
                return
            may = one.post_at is None or one.post_at <= now or one.id in self._wishes.at_once
            if may and one.client not in paused and not self._gone(one):
                await self._guard(self._post_one(one, now), one)

    async def _post_one(self, ready: run.Run, now: datetime) -> None:
        moved = await self._posting.post(ready, now=now)
        if moved is None:
            return
        self._wishes.at_once.discard(ready.id)
        if moved.status is run.Status.CANCELLED:
            await self._telling.nothing_changed(moved)
        else:
            await self._telling.moved(moved)

    async def _next(self, now: datetime, paused: Pauses) -> datetime | None:
        ends = [one.until for one in paused.values()]
        next_one = await self._house.runs.wanted_at(now)
        wanted = [at for at in (next_one, *ends, self._fires.next_at()) if at is not None]
        return min((at for at in wanted if at > now), default=None)

    async def _let_go(self, now: datetime) -> None:
        """End as skipped what has waited a week for a client whose files are gone."""
        kept = await self._house.runs.unfinished(acts.SKIPPED - {run.Status.RUNNING})
        gone = [one for one in kept if self._gone(one)]
        self._away = {one.client: self._away.get(one.client, now) for one in gone}
        for one in gone:
            if now - one.created_at >= _GONE and now - self._away[one.client] >= _AWAY:
                await self._guard(self.skip(one.id, None), one)

    def _gone(self, one: run.Run) -> bool:
        """Its client's files are not there now: the run waits, they may be on their way back."""
        return self._house.clients.client(one.client) is None

    async def _guard(
        self, work: Awaitable[_T], about: run.Run | client.Client | ports.Pause | None = None
    ) -> _T | None:
        of = about.id if isinstance(about, client.Client) else about and about.client
        with bulkhead.step("sweep_step_failed" if of is None else "client_failed", client=of):
            return await work
        return None


def _told(claimed: run.Run) -> None:
    _log.info("run_claimed", run=claimed.id, client=claimed.client, status=claimed.status.value)
