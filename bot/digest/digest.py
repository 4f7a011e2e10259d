"""One message per day with fires in it. It is derived from the rows each time: a restart loses
nothing, and of two looks at the same rows the second changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby

from bot import clock, kinds
from bot.digest import ports
from bot.domain import client, delivery, expected, ids, morning, pause, period, periods, run

_EVERY = timedelta(seconds=5)
"""Between two looks, so that the message is edited no more often."""
_DAYS = 7
"""For so long a day's message is still edited, where something of it has not ended."""
_QUIET = frozenset({run.Status.SKIPPED, run.Status.CANCELLED})
"""A day of nothing else has no digest."""


class Digest:
    """Keeps each day's message true until all that came due that day has ended."""

    def __init__(
        self,
        book: ports.Book,
        *,
        clients: ports.Clients,
        screen: ports.Screen,
        clock: clock.Clock,
        channel: ids.ChannelId | None,
    ) -> None:
        self._book = book
        self._clients = clients
        self._screen = screen
        self._clock = clock
        self._channel = channel
        self._looked: float | None = None
        self._done: frozenset[date] = frozenset()

    async def sweep(self) -> datetime | None:
        """Put or edit what is out of date; return when to look again, None: nothing waits."""
        if self._channel is None:
            return None
        passed, now = self._clock.monotonic(), self._clock.now()
        if self._looked is not None and passed - self._looked < _EVERY.total_seconds():
            return now + _EVERY - timedelta(seconds=passed - self._looked)
        self._looked = passed
        await self._look(self._channel, now)
        return None

    async def _look(self, channel: ids.ChannelId, now: datetime) -> None:
        zone = usual_zone(self._clients.clients())
        today = clock.local_date(now, zone)
        week = [today - timedelta(days=back) for back in range(_DAYS)]
        self._done &= frozenset(week[1:])
        oldest = min(day for day in week if day not in self._done)
        fired = await self._book.mornings.fired(_begin(oldest, zone), _end(today, zone))
        came = groupby(fired, key=lambda one: clock.local_date(one.run.created_at, zone))
        days = {day: tuple(each) for day, each in came}
        idle = await self._idle(now)
        for day in {clock.local_date(one.expected.due_at, zone) for one in idle} & {*week}:
            days.setdefault(day, ())
        for day, found in sorted(days.items()):
            if day in self._done:
                continue
            told = await self._morning(found, day, zone=zone, now=now)
            stopped = tuple(one for one in idle if one.expected.due_at < _end(day, zone))
            await self._tell(replace(told, idle=stopped), channel)
            is_over = all(one.run.status in run.TERMINAL for one in found)
            if day < today and is_over and not stopped:
                self._done |= {day}

    async def _idle(self, now: datetime) -> Sequence[expected.Idle]:
        found = await self._book.promises.awaited(now)
        paused = {one.client for one in await self._book.pauses.all()}
        return expected.idle(found, self._clients, paused=paused)

    async def _morning(
        self, found: tuple[morning.Fired, ...], day: date, *, zone: str, now: datetime
    ) -> morning.Morning:
        pauses = {one.client: one for one in await self._book.pauses.all()}
        stopped = {one.outage for one in found}
        outages = await self._book.outages.all_open() if stopped - {None} else ()
        return morning.Morning(
            day=day,
            begins=_begin(day, zone),
            timezone=zone,
            now=now,
            lines=tuple(_line(one, self._clients, pauses=pauses) for one in found),
            outages=tuple(one for one in outages if one.id in stopped),
        )

    async def _tell(self, told: morning.Morning, channel: ids.ChannelId) -> None:
        key = f"digest:{told.day}"
        there = await self._book.deliveries.get(key)
        is_quiet = all(one.fired.run.status in _QUIET for one in told.lines) and not told.idle
        if there is None and is_quiet:
            return
        body = self._screen(told)
        if there is None:
            await self._book.deliveries.put(
                delivery.Delivery(
                    key=key,
                    kind=delivery.Kind.OPS,
                    channel=channel,
                    bodies=(body,),
                    created_at=told.now,
                )
            )
        elif there.bodies != (body,):
            await self._book.deliveries.revise(key, (body,))


def usual_zone(found: Sequence[client.Client]) -> str:
    """Return the zone that most clients share: where the operators' day begins, most likely."""
    zones = [one.timezone for one in found]
    return max(sorted(set(zones)), key=zones.count) if zones else "UTC"


def _begin(day: date, zone: str) -> datetime:
    return _span(day, zone)[0]


def _end(day: date, zone: str) -> datetime:
    return _span(day, zone)[1]


def _span(day: date, zone: str) -> tuple[datetime, datetime]:
    one_day = period.Period(kind=period.PeriodKind.DAY, start=day, end=day + timedelta(days=1))
    return periods.instants(one_day, zone)


def _line(
    fired: morning.Fired, clients: ports.Clients, *, pauses: Mapping[ids.ClientId, pause.Pause]
) -> morning.Line:
    of = clients.client(fired.run.client)
    report = of.reports.get(fired.run.report) if of else None
    return morning.Line(
        fired=fired,
        client_name=of.name if of else fired.run.client,
        report_title=report.title if report else fired.run.report,
        owner=of.owner if of else None,
        source_label=_label(of, fired.failure or fired.waits_for),
        pause=pauses.get(fired.run.client),
    )


def _label(of: client.Client | None, failure: run.Failure | None) -> str | None:
    """A source by its kind, as people call it; by its own name where its kind is not known."""
    name = failure.source if failure else None
    source = of.sources.get(name) if of and name else None
    kind = kinds.KINDS.get(source.kind) if source else None
    return kind.label if kind else name
