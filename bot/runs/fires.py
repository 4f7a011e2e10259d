"""From schedules to rows: every fire becomes a run, or a row that says why it did not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import due
from bot.domain import client, ids, periods, run, spec
from bot.runs import ports

REMEMBER_EVERY = timedelta(minutes=10)
"""How often the watermark of a report without fires is written down."""
_Key = tuple[ids.ClientId, ids.ReportName]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stagger:
    """How reports that are due together are spread."""

    widest: timedelta
    usual: timedelta
    """How long one run usually takes."""
    max_concurrent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A fire that has come."""

    client: client.Client
    report: spec.ReportSpec
    schedule: spec.ScheduleSpec
    fire: due.Fire
    status: run.Status
    """What its run begins as: queued, skipped (paused) or missed (beyond the catch-up window)."""
    late: bool = False

    @property
    def wanted(self) -> due.Wanted:
        """As far as its slot depends on it."""
        return due.Wanted(
            key=f"{self.client.id}/{self.report.name}",
            at=self.fire.at,
            post_at=due.post_at(self.schedule, self.fire),
            deliver_by=due.deliver_by(self.schedule, self.fire),
        )


@dataclass(slots=True, kw_only=True)
class _Seen:
    """What is known of one report's schedule; it only saves work, the watermark is the truth."""

    schedule: spec.ScheduleSpec | None = None
    zone: str = ""
    until: datetime
    """Fires up to here were considered, …"""
    written: datetime
    """… and this much of it is written down."""
    next: due.Fire | None = None


class Fires:
    """Finds the fires that have come since it last looked, and claims them."""

    def __init__(self, house: ports.Ports, stagger: Stagger) -> None:
        self._house = house
        self._stagger = stagger
        self._seen: dict[_Key, _Seen] = {}

    async def come(
        self, of: client.Client, *, now: datetime, pause: ports.Pause | None
    ) -> Sequence[Due]:
        """Return one client's fires that were not considered yet, oldest first.

        They stay unconsidered until ``considered`` is called: a crash before that loses none, and
        their keys keep the next look from doubling any.
        """
        found: list[Due] = []
        for report in of.reports.values():
            seen = await self._look(of, report, now=now)
            if seen is None or seen.schedule is None or seen.next is None or seen.next.at > now:
                continue
            fires = due.occurrences(seen.schedule, seen.zone, after=seen.until, until=now)
            found += (
                judged(
                    Due(
                        client=of,
                        report=report,
                        schedule=seen.schedule,
                        fire=fire,
                        status=run.Status.QUEUED,
                    ),
                    now=now,
                    pause=pause,
                )
                for fire in fires
            )
        return found

    def slots(self, fires: Sequence[Due]) -> Sequence[tuple[Due, datetime]]:
        """Return each with the instant it is to start at. What is late starts at once."""
        found = due.slots(
            [one.wanted for one in fires if one.status is run.Status.QUEUED and not one.late],
            widest=self._stagger.widest,
            usual=self._stagger.usual,
            max_concurrent=self._stagger.max_concurrent,
        )
        return [(one, one.fire.at + found.get(one.wanted.key, timedelta())) for one in fires]

    async def considered(self, of: client.Client, *, now: datetime, fired: bool) -> None:
        """Remember that the client's fires up to now were considered."""
        for name in of.reports:
            seen = self._seen.get((of.id, name))
            if seen is None or seen.schedule is None:
                continue
            seen.until = max(seen.until, now)
            if fired or seen.until - seen.written >= REMEMBER_EVERY:
                await self._house.runs.advance(of.id, name, to=seen.until)
                seen.written = seen.until
            if seen.next is not None and seen.next.at <= seen.until:
                seen.next = due.next_fire(seen.schedule, seen.zone, after=seen.until)

    def next_at(self) -> datetime | None:
        """Return when the next fire comes, as far as was seen."""
        return min((seen.next.at for seen in self._seen.values() if seen.next), default=None)

    def forget(self, kept: Sequence[client.Client]) -> None:
        """Drop what is remembered of reports that are gone."""
        names = {(of.id, name) for of in kept for name in of.reports}
        for key in self._seen.keys() - names:
            del self._seen[key]

    async def _look(
        self, of: client.Client, report: spec.ReportSpec, *, now: datetime
    ) -> _Seen | None:
        seen = self._seen.get((of.id, report.name))
        if seen is None:
            if report.schedule is None:
                return None
            until = await self._house.runs.watermark(of.id, report.name, seen=now)
            seen = self._seen[of.id, report.name] = _Seen(until=until, written=until)
        if (seen.schedule, seen.zone) != (report.schedule, of.timezone):
            seen.schedule, seen.zone = report.schedule, of.timezone
            seen.next = (
                due.next_fire(report.schedule, of.timezone, after=seen.until)
                if report.schedule
                else None
            )
        return seen


def judged(come: Due, *, now: datetime, pause: ports.Pause | None) -> Due:
    """Say what becomes of a fire: skipped in a pause, missed when it is too old, else queued."""
    timing = due.judge(come.fire, now=now, catch_up=come.schedule.catch_up)
    status, at = run.Status.QUEUED, come.fire.at
    if pause is not None and pause.since <= at and (pause.until is None or at < pause.until):
        status = run.Status.SKIPPED
    elif timing is due.Timing.MISSED:
        status = run.Status.MISSED
    return Due(
        client=come.client,
        report=come.report,
        schedule=come.schedule,
        fire=come.fire,
        status=status,
        late=status is run.Status.QUEUED and timing is due.Timing.LATE,
    )


def make(come: Due, *, now: datetime, start: datetime) -> run.Run:
    """Return the run of a fire: its period and as_of are frozen here (Settled 4)."""
    today = come.fire.nominal.date()
    wanted = come.wanted
    return run.Run(
        id=ids.RunId(ids.new_id()),
        client=come.client.id,
        report=come.report.name,
        key=come.fire.key,
        trigger=run.Trigger.SCHEDULED,
        period=periods.last_complete(come.report.period, today=today),
        as_of=now,
        status=come.status,
        created_at=now,
        scheduled_for=come.fire.scheduled_for,
        next_attempt_at=max(now, start) if come.status is run.Status.QUEUED else None,
        post_at=wanted.post_at,
        deliver_by=wanted.deliver_by,
        late=come.late,
    )
