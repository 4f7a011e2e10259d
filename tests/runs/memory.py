"""The store's ports over dictionaries: small, and as strict as the real one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from bot import errors
from bot.domain import delivery, ids, money, pause, run
from bot.domain.report import Report

OPEN = frozenset(run.Status) - run.TERMINAL
_OUT = {delivery.State.POSTING, delivery.State.UNKNOWN, delivery.State.POSTED}


class Memory:
    """Runs, attempts, outcomes, deliveries, pauses and costs."""

    def __init__(self) -> None:
        self.runs: dict[ids.RunId, run.Run] = {}
        self.tries: dict[ids.RunId, list[run.Attempt]] = {}
        self.made: dict[ids.RunId, Report] = {}
        self.deliveries: dict[str, delivery.Delivery] = {}
        self.pauses: dict[ids.ClientId, pause.Pause] = {}
        self.unsaid: dict[ids.RunId, ids.RunId | None] = {}
        self.ended: list[pause.Pause] = []
        self.marks: dict[tuple[ids.ClientId, ids.ReportName], datetime] = {}
        self.usage: list[tuple[ids.ClientId, datetime, money.Usage]] = []
        self.counted: dict[ids.RunId, dict[str, int]] = {}


class Runs:
    """Fills ports.Runs."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def claim(self, wanted: run.Run) -> run.Claim:
        same = [one for one in self._memory.runs.values() if same_report(one, wanted)]
        by_key = [one for one in same if one.key == wanted.key]
        by_period = [one for one in same if one.period == wanted.period and one.status in OPEN]
        if by_key or by_period:
            return run.Claim(run=(by_key or by_period)[0], new=False)
        self._memory.runs[wanted.id] = wanted
        return run.Claim(run=wanted, new=True)

    async def get(self, run_id: ids.RunId) -> run.Run | None:
        return self._memory.runs.get(run_id)

    async def unfinished(self, status: Collection[run.Status]) -> Sequence[run.Run]:
        return [one for one in self._memory.runs.values() if one.status in status]

    async def due(self, now: datetime) -> Sequence[run.Run]:
        queued = await self.unfinished({run.Status.QUEUED})
        come = [one for one in queued if (one.next_attempt_at or now) <= now or self._was(one, now)]
        return sorted(come, key=lambda one: (one.deliver_by is None, one.deliver_by or now))

    def _was(self, queued: run.Run, now: datetime) -> bool:
        """Whether its last attempt ended in a future that has not come."""
        ends = [one.ended_at for one in self._memory.tries.get(queued.id, ())[-1:]]
        ahead = now + timedelta(minutes=1)
        return queued.created_at <= now and any(at is not None and at > ahead for at in ends)

    async def latest(
        self, client_id: ids.ClientId, report_name: ids.ReportName | None = None, *, limit: int = 20
    ) -> Sequence[run.Run]:
        found = [
            one
            for one in self._memory.runs.values()
            if one.client == client_id and report_name in {None, one.report}
        ]
        return found[::-1][:limit]

    async def move(
        self,
        run_id: ids.RunId,
        to: run.Status,
        *,
        expect: Collection[run.Status],
        change: run.Change = run.NO_CHANGE,
    ) -> run.Run:
        now = self._memory.runs[run_id]
        stays = now.status is to and to in {run.Status.FAILED, run.Status.HELD, run.Status.WAITING}
        if now.status not in expect or not (stays or to in run.MOVES[now.status]):
            raise errors.MoveRefused(f"{now.status} may not become {to}")
        return self._put(
            replace(
                now,
                status=to,
                next_attempt_at=change.next_attempt_at,
                hold=now.hold if change.hold is None else change.hold,
                without=now.without if change.without is None else change.without,
            )
        )

    async def begin(
        self, run_id: ids.RunId, *, at: datetime, by: ids.UserId | None
    ) -> run.Attempt | None:
        now = self._memory.runs[run_id]
        if now.status is not run.Status.QUEUED:
            return None
        number = now.attempts + 1
        self._put(replace(now, status=run.Status.RUNNING, attempts=number, next_attempt_at=None))
        begun = run.Attempt(run=run_id, number=number, started_at=at, by=by)
        self._memory.tries.setdefault(run_id, []).append(begun)
        return begun

    async def end(self, run_id: ids.RunId, ended: run.Ended, *, attempt: int) -> run.Run:
        tries = self._memory.tries[run_id]
        if tries[attempt - 1].end is not None or ended.to not in run.MOVES[run.Status.RUNNING]:
            raise errors.MoveRefused("it has ended")
        last = tries[attempt - 1]
        tries[attempt - 1] = replace(
            last,
            started_at=last.started_at if ended.took is None else ended.at - ended.took,
            ended_at=ended.at,
            end=ended.end,
            failure=ended.failure,
        )
        now = self._memory.runs[run_id]
        if ended.report is not None:
            self._memory.made[run_id] = ended.report
        self._memory.usage += ((now.client, ended.at, line) for line in ended.usage)
        counted = {line.item: attempt for line in ended.usage}
        self._memory.counted.setdefault(run_id, {}).update(counted)
        if now.status is not run.Status.RUNNING:
            return now
        return self._put(
            replace(
                now,
                status=ended.to,
                next_attempt_at=ended.next_attempt_at,
                retries=now.retries if ended.retries is None else ended.retries,
                hold=ended.hold,
            )
        )

    async def enter_posting(self, run_id: ids.RunId, wanted: delivery.Delivery) -> bool:
        now = self._memory.runs[run_id]
        earlier = self._memory.deliveries.get(wanted.key)
        if now.status is run.Status.POSTING or (earlier and earlier.state in _OUT):
            return False
        postable = {run.Status.READY, run.Status.HELD, run.Status.FAILED}
        await self.move(run_id, run.Status.POSTING, expect=postable, change=run.Change(hold=""))
        self._memory.deliveries[wanted.key] = wanted
        if earlier is not None and earlier.run is not None and earlier.run != run_id:
            other = self._memory.runs[earlier.run]
            self._put(replace(other, status=run.Status.CANCELLED))
        return True

    async def attempts(self, run_id: ids.RunId) -> Sequence[run.Attempt]:
        return tuple(self._memory.tries.get(run_id, ()))

    async def outcome(self, run_id: ids.RunId) -> Report | None:
        return self._memory.made.get(run_id)

    async def delivered(self, wanted: run.Run) -> tuple[delivery.Delivery, Report] | None:
        found = [
            (one, self._memory.made[one.run])
            for one in self._memory.deliveries.values()
            if (one.client, one.report) == (wanted.client, wanted.report)
            and (one.period_start, one.period_end) == (wanted.period.start, wanted.period.end)
            and one.state is delivery.State.POSTED
            and one.run is not None
            and one.run in self._memory.made
        ]
        return max(found, key=lambda pair: pair[0].revision, default=None)

    async def wanted_at(self, now: datetime) -> datetime | None:
        waiting = await self.unfinished({run.Status.QUEUED, run.Status.WAITING, run.Status.READY})
        instants = (
            one.post_at if one.status is run.Status.READY else one.next_attempt_at
            for one in waiting
            if one.client not in self._memory.pauses
        )
        return min((at for at in instants if at is not None and at > now), default=None)

    def _put(self, now: run.Run) -> run.Run:
        self._memory.runs[now.id] = now
        return now


class Outbox:
    """Fills ports.Posts, and as much of delivery.Outbox as posting takes."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def due(self, now: datetime) -> Sequence[delivery.Delivery]:
        return [
            one for one in self._memory.deliveries.values() if one.state is delivery.State.PENDING
        ]

    async def begin(
        self, key: str, *, since: str, rung: int | None = None
    ) -> delivery.Delivery | None:
        return self._change(key, state=delivery.State.POSTING)

    async def posted(self, key: str, *, ts: str, at: datetime) -> delivery.Delivery:
        self._settle(key, run.Status.SUCCEEDED)
        found = self._memory.deliveries[key]
        found = replace(found, state=delivery.State.POSTED, ts=ts, posted_at=at)
        self._memory.deliveries[key] = found
        return found

    async def failed(self, key: str, *, error: str) -> delivery.Delivery:
        self._settle(key, run.Status.FAILED)
        return self._change(key, state=delivery.State.FAILED)

    async def cancel(self, key: str) -> bool:
        if self._memory.deliveries[key].state is not delivery.State.PENDING:
            return False
        self._change(key, state=delivery.State.CANCELLED)
        return True

    async def of_run(self, run_id: ids.RunId) -> delivery.Delivery | None:
        found = [one for one in self._memory.deliveries.values() if one.run == run_id]
        return max(found, key=lambda one: one.revision, default=None)

    async def get(self, key: str) -> delivery.Delivery | None:
        return self._memory.deliveries.get(key)

    async def revise(
        self, key: str, bodies: tuple[delivery.Body, ...], *, run: ids.RunId | None = None
    ) -> bool:
        if key not in self._memory.deliveries:
            return False
        now = self._memory.deliveries[key]
        self._memory.deliveries[key] = replace(
            now, bodies=bodies, version=now.version + 1, run=run or now.run
        )
        return True

    def _change(self, key: str, *, state: delivery.State) -> delivery.Delivery:
        self._memory.deliveries[key] = replace(self._memory.deliveries[key], state=state)
        return self._memory.deliveries[key]

    def _settle(self, key: str, to: run.Status) -> None:
        run_id = self._memory.deliveries[key].run
        assert run_id is not None
        if self._memory.runs[run_id].status is run.Status.POSTING:
            self._memory.runs[run_id] = replace(self._memory.runs[run_id], status=to)


Pause = pause.Pause


class Pauses:
    """Fills ports.Pauses."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def current(self, client_id: ids.ClientId) -> pause.Pause | None:
        return self._memory.pauses.get(client_id)

    async def all(self) -> Sequence[pause.Pause]:
        return tuple(self._memory.pauses.values())

    async def pause(
        self,
        client_id: ids.ClientId,
        until: datetime | None,
        *,
        by: ids.UserId,
        reason: str,
        at: datetime,
    ) -> Pause:
        wanted = Pause(client=client_id, since=at, until=until, by=by, reason=reason)
        self._memory.pauses[client_id] = wanted
        return wanted

    async def resume(self, client_id: ids.ClientId, at: datetime) -> Pause | None:
        found = self._memory.pauses.pop(client_id, None)
        if found is not None:
            self._memory.ended.append(replace(found, resumed_at=at))
        return found

    async def trip(self, after: int, *, at: datetime) -> Sequence[Pause]:
        made: list[Pause] = []
        for of in {one.client for one in self._memory.runs.values()} - self._memory.pauses.keys():
            fires = self._failed(of)
            if len(fires) >= after:
                reason = f"its last {len(fires)} fires have failed"
                made.append(await self.pause(of, None, by=pause.BOT, reason=reason, at=at))
        return made

    async def ours(self, since: datetime) -> Sequence[Pause]:
        ended = [one for one in self._memory.ended if one.resumed_at and one.resumed_at >= since]
        return [one for one in (*ended, *self._memory.pauses.values()) if one.by == pause.BOT]

    def _failed(self, of: ids.ClientId) -> set[str | None]:
        """The fires that failed since the client's last success or resumption."""
        mine = [one for one in self._memory.runs.values() if one.client == of]
        good = [
            tried.ended_at
            for one in mine
            if one.status is run.Status.SUCCEEDED
            for tried in self._memory.tries[one.id]
        ]
        ended = [one.resumed_at for one in self._memory.ended if one.client == of]
        since = max((at for at in (*good, *ended) if at is not None), default=None)
        return {
            one.scheduled_for
            for one in mine
            if (one.status, one.trigger) == (run.Status.FAILED, run.Trigger.SCHEDULED)
            and (since is None or one.created_at > since)
        }


class Ledger:
    """Fills ports.Spending."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def model_cost(
        self, start: datetime, end: datetime, *, client: ids.ClientId | None = None
    ) -> Decimal:
        costs = (
            line.cost
            for of, at, line in self._memory.usage
            if start <= at < end and client in {None, of} and line.kind is money.UsageKind.MODEL
        )
        return sum(costs, Decimal(0))

    async def counted(self, run_id: ids.RunId) -> Mapping[str, int]:
        return self._memory.counted.get(run_id, {})


def same_report(one: run.Run, other: run.Run) -> bool:
    """Whether both are of one client's report."""
    return (one.client, one.report) == (other.client, other.report)
