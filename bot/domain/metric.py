"""Computed figures: metrics with their comparisons, and breakdowns by a dimension."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Unit(StrEnum):
    """What a figure counts. Units format, they never coerce.

    A ``percent`` value is a fraction (0.0196 reads 1.96 %); a ``duration`` is in seconds;
    a ``currency`` value is in major units of the client's currency.
    """

    COUNT = "count"
    CURRENCY = "currency"
    PERCENT = "percent"
    RATIO = "ratio"
    DURATION = "duration"


class Better(StrEnum):
    """Which direction is good news."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Move(StrEnum):
    """How a figure moved against what it is compared with."""

    ROSE = "rose"
    FELL = "fell"
    FLAT = "flat"
    UNKNOWN = "unknown"
    """There is nothing to compare."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat:
    """Within these the change reads flat (Settled 6)."""

    relative: Decimal = Decimal("0.01")
    """A fraction: 0.01 is 1 %."""
    points: Decimal = Decimal("0.001")
    """For percent metrics, a difference of fractions: 0.001 is 0.1 points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A metric's value in one period of its history."""

    start: date
    value: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One figure of a report with everything it is compared with. Values are exact decimals."""

    name: str
    label: str
    unit: Unit
    description: str = ""
    better: Better = Better.NEITHER
    value: Decimal | None
    previous: Decimal | None = None
    last_year: Decimal | None = None
    history: tuple[Point, ...] = ()
    """Oldest first; the last point is the report's own period."""
    flat: Flat = Flat()
    formula: str | None = None
    queries: tuple[str, ...] = ()
    """The queries whose tables it was computed from."""
    missing: str | None = None
    """Why there is no value, in plain words, where the reason is known (a failed source)."""

    @property
    def change(self) -> Decimal | None:
        """The relative change against the previous period, a fraction; None when undefined."""
        return relative_change(self.value, self.previous)

    @property
    def change_last_year(self) -> Decimal | None:
        """The relative change against the same period of last year; None when undefined."""
        return relative_change(self.value, self.last_year)

    @property
    def move(self) -> Move:
        """How it moved against the previous period, judged within ``flat``."""
        return judge(self.value, self.previous, unit=self.unit, flat=self.flat)


def relative_change(current: Decimal | None, previous: Decimal | None) -> Decimal | None:
    """Return (current - previous) / previous as a fraction (Settled 6).

    None when either side is missing or ``previous`` is zero: never infinite.
    """
    if current is None or previous is None or previous == 0:
        return None
    return (current - previous) / previous


def judge(current: Decimal | None, base: Decimal | None, *, unit: Unit, flat: Flat) -> Move:
    """Return the direction from the sign of current - base; flat within the client's limits.

    A percent metric is judged in points. With a base of zero no relative limit exists, so only
    an exact equality is flat; a negative base is judged on the size of the relative change.
    """
    if current is None or base is None:
        return Move.UNKNOWN
    difference = current - base
    if unit is Unit.PERCENT:
        is_flat = abs(difference) <= flat.points
    elif base == 0:
        is_flat = difference == 0
    else:
        is_flat = abs(difference / base) <= flat.relative
    if is_flat:
        return Move.FLAT
    return Move.ROSE if difference > 0 else Move.FELL


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakdownRow:
    """One value of the dimension."""

    label: str
    """As it stands in the data: untrusted, escaped where it is shown."""
    value: Decimal | None
    previous: Decimal | None = None

    @property
    def contribution(self) -> Decimal | None:
        """What this row adds to the total's change, in the metric's unit.

        A row absent from one of the two periods counts as zero there.
        """
        if self.value is None and self.previous is None:
            return None
        return (self.value or Decimal(0)) - (self.previous or Decimal(0))


_ADDITIVE = frozenset({Unit.COUNT, Unit.CURRENCY, Unit.DURATION})
_APART = Decimal("0.005")
"""How far, as a fraction, the parts' sum may be from the whole: rounding, and late rows."""
_ASIDE = Decimal("0.1")
"""The same of the change, where that is more than such a difference itself."""


def is_additive(unit: Unit) -> bool:
    """Whether parts of it add up to the whole; rates and ratios do not."""
    return unit in _ADDITIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """A metric split by a dimension: the top rows by value, and the rest as one row."""

    name: str
    by: str
    metric: str
    unit: Unit
    top: tuple[BreakdownRow, ...]
    """By value, largest first; ties by label."""
    movers: tuple[BreakdownRow, ...]
    """By the size of the contribution, largest first; at most as many as ``top``."""
    rest: BreakdownRow
    """Everything that is not in ``top``; its label is empty."""
    total: BreakdownRow
    flat: Flat = Flat()

    def covers(self, whole: Metric) -> bool:
        """Whether its rows are all of the metric that it splits, and no more: only then does one
        of them explain how that moved. Each period's sum is held to the metric's, and the change.
        """
        if not is_additive(self.unit):
            return False
        sides = ((self.total.value, whole.value), (self.total.previous, whole.previous))
        known = [(one, other) for one, other in sides if one is not None and other is not None]
        if any(abs(one - other) > abs(other) * _APART for one, other in known):
            return False
        if len(known) < len(sides):
            return True
        (now, metric_now), (before, metric_before) = known
        change = metric_now - metric_before
        apart = abs((now - before) - change)
        return apart <= max(abs(change) * _ASIDE, abs(metric_before) * _APART / 10)
