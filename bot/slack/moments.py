"""Instants, dates and spans as operators read them: English, in the client's own zone.

What clients read is formatted by bot.rendering.formats in their own locale.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.period import Period, PeriodKind

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_HOUR = 3600
_MINUTE = 60
_TENTHS_BELOW = 10


def clock(instant: datetime, zone: str) -> str:
    """Return the local time of day, such as ``08:30``."""
    return f"{instant.astimezone(ZoneInfo(zone)):%H:%M}"


def day(on: date) -> str:
    """Return a date without its year, such as ``16 Nov``."""
    return f"{on.day} {_MONTHS[on.month - 1][:3]}"


def weekday(on: date) -> str:
    """Return a date with its day, such as ``Mon 23 Nov``."""
    return f"{_DAYS[on.weekday()][:3]} {day(on)}"


def long_weekday(on: date) -> str:
    """Return a date with its whole day, such as ``Monday 23 Nov``."""
    return f"{_DAYS[on.weekday()]} {day(on)}"


def month(on: date) -> str:
    """Return the month's name, such as ``November``."""
    return _MONTHS[on.month - 1]


def local(instant: datetime, zone: str) -> date:
    """Return the calendar date of an instant in the zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def moment(instant: datetime, zone: str, *, now: datetime | None = None) -> str:
    """Return ``08:30`` on the day of ``now``, else ``Mon 23 Nov 08:30``."""
    on = local(instant, zone)
    if now is not None and local(now, zone) == on:
        return clock(instant, zone)
    return f"{weekday(on)} {clock(instant, zone)}"


def nominal(scheduled_for: str) -> str:
    """Return ``Mon 23 Nov 06:00`` for a fire as it is written down (due.Fire.scheduled_for)."""
    at = datetime.fromisoformat(scheduled_for.partition(" ")[0])
    return f"{weekday(at.date())} {at:%H:%M}"


def city(zone: str) -> str:
    """Return the place a zone is named for, such as ``Paris``."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def span(length: timedelta) -> str:
    """Return a length in its two largest useful units, such as ``2 h 58`` or ``12 min``."""
    seconds = abs(length.total_seconds())
    if seconds < _TENTHS_BELOW:
        return f"{seconds:.1f} s"
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    minutes = int(seconds // _MINUTE)
    if seconds < _HOUR:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 24:  # noqa: PLR2004 - a day
        return f"{hours} h {rest:02d}" if rest else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def period(told: Period) -> str:
    """Return a period in a few words, such as ``16–22 Nov`` or ``November 2026``."""
    first, last = told.start, told.last_day
    if told.kind is PeriodKind.MONTH:
        return f"{month(first)} {first.year}"
    if told.kind is PeriodKind.QUARTER:
        return f"Q{(first.month + 2) // 3} {first.year}"
    if first == last:
        return weekday(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day(last)}"
    return f"{day(first)} – {day(last)}"
