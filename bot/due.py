"""Pure: schedules → due times, slots and windows. Nothing here reads a clock.

Cron expressions are read by cronsim and hold for the wall clock of the client's zone. On the nights
that clocks move:

* a wall time that does not exist fires once, at the moment the clocks have moved (02:30 in Paris on
  the last Sunday of March: 03:00); several of them, or one and the time that does exist at that
  moment, are one fire. So ``*/30 2 * * *``, which cronsim by itself would skip that night, fires
  once, and ``0 * * * *`` does not fire twice at 03:00;
* a wall time that comes twice fires the first time only, whatever the expression: an hourly
  schedule rests for the hour that is repeated.

Wall time and zone name a fire for ever (Settled 1), also where it ran late.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from zoneinfo import ZoneInfo

import cronsim

from bot.domain import spec

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
OPEN_WINDOW = timedelta(minutes=60)
"""How far reports without post_at and deliver_by may be spread."""
RETRY_WAIT = timedelta(minutes=1)
"""The first wait of the backoff: what one retry costs beyond the run itself."""
USUAL = timedelta(minutes=1)
"""How long a report is taken to last that has not been made yet."""
GRACE = timedelta(minutes=5)
"""A fire that is seen later than this after it was due was not seen by a bot that was up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fire:
    """The moment a report comes due."""

    nominal: datetime
    """Naive local wall time as scheduled; it may not exist on that night."""
    zone: str
    at: datetime
    """The UTC instant."""

    @property
    def scheduled_for(self) -> str:
        """How it is written down, such as ``2026-11-23T06:00 Europe/Paris``."""
        return f"{self.nominal:%Y-%m-%dT%H:%M} {self.zone}"

    @property
    def key(self) -> str:
        """The run's key: ``fire:`` and ``scheduled_for``."""
        return f"fire:{self.scheduled_for}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One report that is due, as far as its slot depends on it. Instants are UTC."""

    key: str
    """``<client>/<report>``."""
    at: datetime
    post_at: datetime | None = None
    deliver_by: datetime | None = None
    usual: timedelta = USUAL
    """How long it usually runs."""


class Timing(StrEnum):
    """How a fire stands to the time it is seen at."""

    ON_TIME = "on_time"
    LATE = "late"
    """The bot was not there, and the report is still wanted."""
    MISSED = "missed"


def check(cron: str) -> None:
    """Raise ValueError, in words, where ``cron`` is not five fields that cronsim understands."""
    if len(cron.split()) != 5:  # noqa: PLR2004 - minute, hour, day, month, weekday
        message = "needs five fields: minute, hour, day of month, month, weekday (0 6 * * 1)"
        raise ValueError(message)
    try:
        next(cronsim.CronSim(cron, datetime(2000, 1, 1)), None)  # noqa: DTZ001 - wall time
    except cronsim.CronSimError as error:
        raise ValueError(f"{error}; an example is 0 6 * * 1 (Mondays at 06:00)") from None


def occurrences(
    schedule: spec.ScheduleSpec, zone: str, *, after: datetime, until: datetime
) -> tuple[Fire, ...]:
    """Return the fires with ``after`` < at <= ``until``, oldest first."""
    found: dict[datetime, datetime] = {}
    for nominal, at in _wall_times(schedule.cron, zone, after=after):
        if at > until:
            break
        # The later wall time of one moment wins: it is the one that exists.
        found[at] = nominal
    return tuple(Fire(nominal=nominal, zone=zone, at=at) for at, nominal in found.items())


def next_fire(schedule: spec.ScheduleSpec, zone: str, *, after: datetime) -> Fire | None:
    """Return the first fire after an instant; None: not within fifty years."""
    for _, at in _wall_times(schedule.cron, zone, after=after):
        return occurrences(schedule, zone, after=after, until=at)[-1]
    return None


def post_at(schedule: spec.ScheduleSpec, fire: Fire) -> datetime | None:
    """Return the UTC instant until which the post of this fire waits, where one is set."""
    return None if schedule.post_at is None else _local(fire, schedule.post_at)


def deliver_by(schedule: spec.ScheduleSpec, fire: Fire) -> datetime | None:
    """Return the UTC instant by which the post of this fire is promised, where one is."""
    return None if schedule.deliver_by is None else _local(fire, schedule.deliver_by)


def judge(fire: Fire, *, now: datetime, catch_up: timedelta) -> Timing:
    """Say whether a fire seen at ``now`` is still wanted (its report's catch-up window)."""
    age = now - fire.at
    if age <= GRACE:
        return Timing.ON_TIME
    return Timing.LATE if age <= catch_up else Timing.MISSED


def slots(fires: Sequence[Wanted], *, widest: timedelta) -> Mapping[str, timedelta]:
    """Return, by key, how long after its due time each report may start (Settled 10).

    Reports due at the same instant stand in the order of their deadlines, then of a hash of their
    keys. They start ``widest`` apart, or closer where their windows would not hold them:
    window / n for n reports of one window; a tight window presses those before it, not those
    after. How many run at once is not planned: whoever's slot has come takes the next free seat,
    so that no guess of how long the others take leaves one empty.

    Another report takes one place in the order and moves those behind it by one slot; it never
    changes the order of the others.
    """
    ordered = sorted(fires, key=attrgetter("at"))
    found: dict[str, timedelta] = {}
    for _, together in groupby(ordered, key=attrgetter("at")):
        line = sorted(together, key=_place)
        starts = _starts([window(wanted) for wanted in line], widest)
        found.update(zip((wanted.key for wanted in line), starts, strict=True))
    return found


def window(wanted: Wanted) -> timedelta:
    """Return how long after its due time a report may start without harm; never negative."""
    if wanted.post_at is not None:
        room = wanted.post_at - wanted.at
    elif wanted.deliver_by is not None:
        room = wanted.deliver_by - wanted.at - 2 * wanted.usual - RETRY_WAIT
    else:
        room = OPEN_WINDOW
    return max(room, timedelta())


def _place(wanted: Wanted) -> tuple[timedelta, str]:
    return window(wanted), hashlib.sha256(wanted.key.encode()).hexdigest()


def _starts(windows: Sequence[timedelta], widest: timedelta) -> list[timedelta]:
    """Each one's start: its place times the slot that it and all behind it can afford."""
    starts: list[timedelta] = []
    slot = widest
    for place in reversed(range(len(windows))):
        slot = min(slot, windows[place] / (place + 1))
        starts.append(slot * place)
    starts.reverse()
    return starts


def _wall_times(cron: str, zone: str, *, after: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Every wall time that fires after an instant, with its own instant; both only grow."""
    local = ZoneInfo(zone)
    walls: Iterable[datetime] = cronsim.CronSim(cron, after.astimezone(local).replace(tzinfo=None))
    for wall in walls:
        at = _instant(wall, local)
        if at > after:
            yield wall, at


def _instant(wall: datetime, local: ZoneInfo) -> datetime:
    """The first UTC instant at which clocks show ``wall``, or have moved past it."""
    at = wall.replace(tzinfo=local).astimezone(UTC)
    if at.astimezone(local).replace(tzinfo=None) == wall:
        return at
    exists = wall.replace(second=0)
    while at.astimezone(local).replace(tzinfo=None) != exists:
        exists += _MINUTE
        at = exists.replace(tzinfo=local).astimezone(UTC)
    return at


def _local(fire: Fire, at: time) -> datetime:
    """A local time of the fire's day, or of the next where it would lie before the fire."""
    wall = datetime.combine(fire.nominal.date(), at)
    if wall < fire.nominal:
        wall += _DAY
    return _instant(wall, ZoneInfo(fire.zone))
