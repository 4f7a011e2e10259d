"""Periods: half-open spans of whole days in the client's zone."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class PeriodKind(StrEnum):
    """The lengths a report may be about."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    LAST_DAYS = "last_days"
    WEEK_TO_DATE = "week_to_date"
    MONTH_TO_DATE = "month_to_date"


TO_DATE = frozenset({PeriodKind.WEEK_TO_DATE, PeriodKind.MONTH_TO_DATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodRule:
    """What period a report is about, as its spec says it."""

    kind: PeriodKind
    days: int = 1
    """The length of ``last_days``."""
    week_start: int = 0
    """0 is Monday, 6 is Sunday."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A half-open span [start, end) of local dates."""

    kind: PeriodKind
    start: date
    end: date
    partial: bool = False
    """It is still running, or ends at a day the data need not be complete for."""

    @property
    def days(self) -> int:
        """The number of days in the span."""
        return (self.end - self.start).days

    @property
    def last_day(self) -> date:
        """The last day that belongs to it."""
        return self.end - timedelta(days=1)
