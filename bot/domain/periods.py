"""Arithmetic of periods: which one is meant, which came before, and when it is in UTC.

A period named or completed is a half-open span of local dates. Decisions that hold everywhere:

* ``last_days`` and the to-date kinds are named by their last day. Hence the last complete one is
  the one whose last day is yesterday; on the first day of a week or month a to-date report is
  about the whole week or month before, and is then not partial.
* A running day, week, month or quarter is cut where today begins (on its first day: where today
  ends, so that it is never empty) and flagged partial.
* What is compared with a cut span is cut after the same number of days; where that period is
  shorter (1-30 March against February), it is taken whole.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.period import TO_DATE, Period, PeriodKind, PeriodRule

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_YEAR = timedelta(weeks=52)
_THURSDAY = 3
_YEARS = range(1990, 2200)
"""Beyond these a notation is a slip of the fingers."""

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_ISO_WEEK = re.compile(r"([0-9]{4})-W([0-9]{1,2})")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_QUARTER = re.compile(r"([0-9]{4})-Q([0-9])")

_ACCEPTED = {
    PeriodKind.DAY: "a day, such as 2026-11-16",
    PeriodKind.WEEK: "a week, such as 2026-W46, or a date in it, such as 2026-11-16",
    PeriodKind.MONTH: "a month, such as 2026-11, or a date in it, such as 2026-11-16",
    PeriodKind.QUARTER: "a quarter, such as 2026-Q4, or a date in it, such as 2026-11-16",
    PeriodKind.LAST_DAYS: "the last day it counts, such as 2026-11-16",
    PeriodKind.WEEK_TO_DATE: "the last day it counts, such as 2026-11-16",
    PeriodKind.MONTH_TO_DATE: "the last day it counts, such as 2026-11-16",
}


def last_complete(rule: PeriodRule, *, today: date) -> Period:
    """Return the last period that was over before the local date ``today`` began."""
    if rule.kind in TO_DATE or rule.kind is PeriodKind.LAST_DAYS:
        return containing(rule, today - _DAY)
    return containing(rule, _start(rule, today) - _DAY)


def containing(rule: PeriodRule, day: date) -> Period:
    """Return the period that ``day`` names: the one it lies in, or the one it is the last day of.

    Nothing is known of today here; only a to-date span that is not whole is flagged partial.
    """
    start = _start(rule, day)
    if rule.kind in TO_DATE:
        return _span(rule, start, end=day + _DAY)
    return Period(kind=rule.kind, start=start, end=_next(rule, start))


def parse(notation: str, rule: PeriodRule, *, today: date) -> Period:
    """Return the period that a person wrote, such as ``2026-W46`` or a date in it.

    Raises ValueError, in words fit for that person, for the notation of another kind, for what
    does not exist, and for a period that has not begun on ``today``.
    """
    day = _named(notation.strip().upper(), rule)
    if day is None:
        message = (
            f"“{notation.strip()}” does not name a period of this report; "
            f"write {_ACCEPTED[rule.kind]}"
        )
        raise ValueError(message)
    if day.year not in _YEARS:
        message = f"“{notation.strip()}” is too far away; write {_ACCEPTED[rule.kind]}"
        raise ValueError(message)
    named = containing(rule, day)
    ends_named = rule.kind in TO_DATE or rule.kind is PeriodKind.LAST_DAYS
    if (named.last_day if ends_named else named.start) > today:
        message = f"“{notation.strip()}” has not begun yet; today is {today.isoformat()}"
        raise ValueError(message)
    if named.end <= today:
        return named
    end = named.end if ends_named else max(today, named.start + _DAY)
    return Period(kind=rule.kind, start=named.start, end=end, partial=True)


def notation(period: Period) -> str:
    """Return how people write it; ``parse`` reads it back."""
    match period.kind:
        case PeriodKind.WEEK:
            thursday = period.start + timedelta(days=(_THURSDAY - period.start.weekday()) % 7)
            year, week, _ = thursday.isocalendar()
            return f"{year:04}-W{week:02}"
        case PeriodKind.MONTH:
            return f"{period.start:%Y-%m}"
        case PeriodKind.QUARTER:
            return f"{period.start:%Y}-Q{(period.start.month + 2) // 3}"
        case (
            PeriodKind.DAY
            | PeriodKind.LAST_DAYS
            | PeriodKind.WEEK_TO_DATE
            | PeriodKind.MONTH_TO_DATE
        ):
            return period.last_day.isoformat()


def previous(period: Period, rule: PeriodRule) -> Period:
    """Return the one before; a cut span is held against as many days of the one before."""
    if rule.kind is PeriodKind.LAST_DAYS:
        return _moved(period, timedelta(days=rule.days))
    return _like(period, rule, start=_start(rule, period.start - _DAY))


def last_year(period: Period, rule: PeriodRule) -> Period:
    """Return the same of last year: 52 weeks back, or the same month or quarter (Settled 4)."""
    match rule.kind:
        case PeriodKind.MONTH | PeriodKind.QUARTER | PeriodKind.MONTH_TO_DATE:
            return _like(period, rule, start=period.start.replace(year=period.start.year - 1))
        case PeriodKind.DAY | PeriodKind.WEEK | PeriodKind.LAST_DAYS | PeriodKind.WEEK_TO_DATE:
            return _moved(period, _YEAR, partial=_is_cut(period, rule))


def history(period: Period, rule: PeriodRule, *, count: int) -> tuple[Period, ...]:
    """Return ``count`` periods, oldest first; the last one is ``period`` itself."""
    found = [period]
    while len(found) < count:
        found.append(previous(found[-1], rule))
    return tuple(reversed(found))


def instants(period: Period, zone: str) -> tuple[datetime, datetime]:
    """Return its start and end as UTC instants of local midnights in an IANA zone.

    Where midnight does not exist on a night the clocks move, it is the moment they move; where it
    comes twice, the first. So periods that follow each other always meet.
    """
    return _midnight(period.start, zone), _midnight(period.end, zone)


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def _start(rule: PeriodRule, day: date) -> date:
    match rule.kind:
        case PeriodKind.DAY:
            return day
        case PeriodKind.WEEK | PeriodKind.WEEK_TO_DATE:
            return day - timedelta(days=(day.weekday() - rule.week_start) % 7)
        case PeriodKind.MONTH | PeriodKind.MONTH_TO_DATE:
            return day.replace(day=1)
        case PeriodKind.QUARTER:
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case PeriodKind.LAST_DAYS:
            return day - timedelta(days=rule.days - 1)


def _next(rule: PeriodRule, start: date) -> date:
    """The end of the whole period that begins at ``start``."""
    match rule.kind:
        case PeriodKind.DAY:
            return start + _DAY
        case PeriodKind.WEEK | PeriodKind.WEEK_TO_DATE:
            return start + _WEEK
        case PeriodKind.MONTH | PeriodKind.MONTH_TO_DATE:
            return (start + timedelta(days=31)).replace(day=1)
        case PeriodKind.QUARTER:
            return (start + timedelta(days=92)).replace(day=1)
        case PeriodKind.LAST_DAYS:
            return start + timedelta(days=rule.days)


def _is_cut(period: Period, rule: PeriodRule) -> bool:
    return period.end < _next(rule, period.start)


def _span(rule: PeriodRule, start: date, *, end: date) -> Period:
    whole = _next(rule, start)
    return Period(kind=rule.kind, start=start, end=min(end, whole), partial=end < whole)


def _like(period: Period, rule: PeriodRule, *, start: date) -> Period:
    """The period from ``start``, cut after as many days as ``period`` where that one is cut."""
    if _is_cut(period, rule):
        return _span(rule, start, end=start + (period.end - period.start))
    return _span(rule, start, end=_next(rule, start))


def _moved(period: Period, back: timedelta, *, partial: bool = False) -> Period:
    return Period(
        kind=period.kind, start=period.start - back, end=period.end - back, partial=partial
    )


def _named(text: str, rule: PeriodRule) -> date | None:
    """The day that a notation stands for, or None where it is not one of this kind's."""
    for reader in (_as_date, _READERS.get(rule.kind)):
        try:
            day = reader(text) if reader else None
        except ValueError:
            message = f"“{text}” does not exist; write {_ACCEPTED[rule.kind]}"
            raise ValueError(message) from None
        if day is not None:
            return day
    return None


def _as_date(text: str) -> date | None:
    match = _DATE.fullmatch(text)
    return date(int(match[1]), int(match[2]), int(match[3])) if match else None


def _as_week(text: str) -> date | None:
    """An ISO week stands for its Thursday, whatever day the client's weeks start on."""
    match = _ISO_WEEK.fullmatch(text)
    return date.fromisocalendar(int(match[1]), int(match[2]), _THURSDAY + 1) if match else None


def _as_month(text: str) -> date | None:
    match = _MONTH.fullmatch(text)
    return date(int(match[1]), int(match[2]), 1) if match else None


def _as_quarter(text: str) -> date | None:
    match = _QUARTER.fullmatch(text)
    return date(int(match[1]), int(match[2]) * 3 - 2, 1) if match else None


_READERS: Mapping[PeriodKind, Callable[[str], date | None]] = {
    PeriodKind.WEEK: _as_week,
    PeriodKind.MONTH: _as_month,
    PeriodKind.QUARTER: _as_quarter,
}
