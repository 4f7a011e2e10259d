"""From schedules to rows: every fire becomes a run, or a row that says why it did not."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from bot import due
from bot.domain import client, expected, ids, periods, run, spec
from bot.runs import ports

REMEMBER_EVERY = timedelta(minutes=10)
"""How often the watermark of a report without fires is written down."""
_STEP = timedelta(minutes=1)
"""A clock that is behind the last look by more than this was ahead of its time then."""


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
    def name(self) -> ports.Name:
        """Whose fire it is."""
        return self.client.id, self.report.name

    def wanted(self, usual: Mapping[ports.Name, timedelta]) -> due.Wanted:
        """As far as its slot depends on it."""
        return due.Wanted(
            key="/".join(self.name),
            at=self.fire.at,
            post_at=due.post_at(self.schedule, self.fire),
            deliver_by=due.deliver_by(self.schedule, self.fire),
            usual=usual.get(self.name, due.USUAL),
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

    def is_old(self, now: datetime) -> bool:
        """Whether what is written down is worth writing anew."""
        return now - self.written >= REMEMBER_EVERY or self.until < self.written


_Next = tuple[client.Client, Mapping[ids.ReportName, due.Fire]]
"""A client, and the next fire of each of its reports."""


class Fires:
    """Finds the fires that have come since it last looked; ``stagger`` is the widest slot."""

    def __init__(self, house: ports.Ports, stagger: timedelta) -> None:
        self._house = house
        self._stagger = stagger
        self._seen: dict[ports.Name, _Seen] = {}
        self._expected: dict[ids.ClientId, _Next] = {}

    async def meet(self, clients: Sequence[client.Client], *, now: datetime) -> None:
        """Read the watermarks of reports that were not seen in this life; forget those gone."""
        names = {(of.id, one.name) for of in clients for one in of.reports.values() if one.schedule}
        kept = {(of.id, name) for of in clients for name in of.reports}
        for gone in self._seen.keys() - kept:
            del self._seen[gone]
        new = names - self._seen.keys()
        if new:
            marks = await self._house.fires.watermarks(new, seen=now)
            self._seen |= {name: _Seen(until=at, written=at) for name, at in marks.items()}

    async def come(
        self, of: client.Client, *, now: datetime, pause: ports.Pause | None
    ) -> Sequence[Due]:
        """Return one client's fires that were not considered yet, oldest first.

        They stay unconsidered until ``passed`` is called: a crash before that loses none, and
        their keys keep the next look from doubling any.
        """
        found: list[Due] = []
        for report in of.reports.values():
            seen = self._look(of, report, now=now)
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

    async def runs(self, fires: Sequence[Due], *, now: datetime) -> Sequence[run.Run]:
        """Return the run of each, planned: what is late starts at once, the others by slots."""
        plan = [one for one in fires if one.status is run.Status.QUEUED and not one.late]
        usual: Mapping[ports.Name, timedelta] = (
            await self._house.fires.usual(now) if plan else MappingProxyType({})
        )
        slots = due.slots([one.wanted(usual) for one in plan], widest=self._stagger)
        return [
            make(one, now=now, start=one.fire.at + slots.get("/".join(one.name), timedelta()))
            for one in fires
        ]

    def marks(
        self, clients: Collection[ids.ClientId], fired: Collection[ports.Name], *, now: datetime
    ) -> Mapping[ports.Name, datetime]:
        """Return the watermarks worth writing down, now that these clients were looked at.

        Those of reports that fired, with their rows; the others now and then, all together.
        """
        return {
            name: max(seen.until, now)
            for name, seen in self._of(clients)
            if name in fired or seen.is_old(now)
        }

    def passed(
        self,
        clients: Collection[ids.ClientId],
        marks: Mapping[ports.Name, datetime],
        *,
        now: datetime,
    ) -> None:
        """Remember that these clients' fires up to now were considered, and which marks stand."""
        for name, seen in self._of(clients):
            seen.until = max(seen.until, now)
            seen.written = marks.get(name, seen.written)
            if seen.schedule and seen.next is not None and seen.next.at <= seen.until:
                seen.next = due.next_fire(seen.schedule, seen.zone, after=seen.until)

    async def expect(self, clients: Sequence[client.Client]) -> None:
        """Write down which fires come next, where that changed: once a client's files cannot be
        read after a restart, nobody else can tell.
        """
        found = {of.id: (of, self._next_of(of)) for of in clients}
        new = {name: one for name, one in found.items() if self._expected.get(name) != one}
        if new:
            kept = {name: [*_expected(*one)] for name, one in new.items()}
            await self._house.fires.expect(kept)
            self._expected |= new

    def next_at(self) -> datetime | None:
        """Return when the next fire comes, as far as was seen."""
        return min((seen.next.at for seen in self._seen.values() if seen.next), default=None)

    def _next_of(self, of: client.Client) -> Mapping[ids.ReportName, due.Fire]:
        seen = ((name, self._seen.get((of.id, name))) for name in of.reports)
        return {name: one.next for name, one in seen if one is not None and one.next is not None}

    def _of(self, clients: Collection[ids.ClientId]) -> Iterator[tuple[ports.Name, _Seen]]:
        return ((name, seen) for name, seen in self._seen.items() if name[0] in clients)

    def _look(self, of: client.Client, report: spec.ReportSpec, *, now: datetime) -> _Seen | None:
        seen = self._seen.get((of.id, report.name))
        if seen is None:
            return None
        went_back = now < seen.until - _STEP
        if went_back:  # what has its row already is found by its key
            seen.until = now
        if went_back or (seen.schedule, seen.zone) != (report.schedule, of.timezone):
            seen.schedule, seen.zone = report.schedule, of.timezone
            seen.next = (
                due.next_fire(report.schedule, of.timezone, after=seen.until)
                if report.schedule
                else None
            )
        return seen


def _expected(
    of: client.Client, fires: Mapping[ids.ReportName, due.Fire]
) -> Iterator[expected.Expected]:
    for name, fire in fires.items():
        report = of.reports[name]
        yield expected.Expected(
            client=of.id,
            report=name,
            key=fire.key,
            due_at=fire.at,
            deliver_by=due.deliver_by(report.schedule, fire) if report.schedule else None,
            client_name=of.name,
            report_title=report.title,
            timezone=of.timezone,
            owner=of.owner,
        )


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
    wanted = come.wanted({})
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
