"""When a client is looked at: pure. A mark is an instant before a fire; the newest one that has
passed is due, unless the client was looked at since.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot import due
from bot.domain import client
from bot.domain.foresight import Plan

EVENING = time(18)
_SATURDAY = 5
_APART = timedelta(minutes=50)
"""Between two looks, where a report is due every few minutes."""
_NEAR = timedelta(minutes=15)
"""So near its fire a look would only do what the run is about to."""
_MOST = 3
"""Fires of a report that are looked ahead to."""
_SPREAD = timedelta(hours=1)
"""Over which the looks of one evening are spread, before it."""
_SHARE = 3
"""Of a lead, the part that its looks are spread over, before it."""


def is_due(of: client.Client, plan: Plan, *, now: datetime, since: datetime | None) -> bool:
    """Whether a mark of a fire still to come has passed since the last look; ``since`` None:
    there was none.
    """
    if since is not None and now - since < _APART:
        return False
    passed = (mark for mark in _marks(of, plan, now=now) if mark <= now)
    return any(since is None or since < mark for mark in passed)


def upcoming(of: client.Client, plan: Plan, *, now: datetime) -> datetime | None:
    """Return the next instant worth asking ``is_due`` at; None: nothing is scheduled."""
    marks = [mark for mark in _marks(of, plan, now=now) if mark > now]
    return min(marks, default=max(_fires(of, now=now), default=None))


def _marks(of: client.Client, plan: Plan, *, now: datetime) -> Iterator[datetime]:
    """The marks of the fires to come. An instant that many share is spread by the client's name, so
    that five hundred do not log in within one second.
    """
    share = _share(of)
    for fire in _fires(of, now=now + _NEAR):
        if plan.evening:
            yield _evening(fire, of.timezone) - share * _SPREAD
        for lead in plan.leads:
            yield fire - lead - share * lead / _SHARE


def _fires(of: client.Client, *, now: datetime) -> Iterator[datetime]:
    """The next few of each report: of one that is near, the marks are behind already."""
    for report in of.reports.values():
        after = now
        for _ in range(_MOST if report.schedule else 0):
            fire = report.schedule and due.next_fire(report.schedule, of.timezone, after=after)
            if not fire:
                break
            yield fire.at
            after = fire.at


def _evening(fire: datetime, zone: str) -> datetime:
    """The last working day's evening before the fire's own day."""
    local = ZoneInfo(zone)
    day = fire.astimezone(local).date() - timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day -= timedelta(days=1)
    return datetime.combine(day, EVENING, local).astimezone(UTC)


def _share(of: client.Client) -> float:
    """From 0 to 1, the same for a client for ever."""
    return int.from_bytes(hashlib.sha256(of.id.encode()).digest()[:4]) / 2**32
