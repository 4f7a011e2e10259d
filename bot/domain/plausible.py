"""Whether figures are what they may be: an absurd one is looked at before it is sent; pure.

A figure is held against what its own file expects of it, and against its own past: one that is ten
times all that it was lately, or less than a tenth, is far more often a broken query than news. So
is one that is ten times the period before, as a lost comma makes it, and like nothing before that.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from bot.domain import metric, spec
from bot.domain.report import Finding, Report, Severity

_TIMES = 10
_NEAR = 2
"""A figure beyond twice the most, or below half the least, of its past is like nothing in it."""
_FEW = 10
"""Below this a figure jumps by itself: from one order to none, or to twelve."""
_SUMS = frozenset({metric.Unit.COUNT, metric.Unit.CURRENCY, metric.Unit.DURATION})
"""Units that grow with the business; a rate jumps where what it is of is small."""


def doubts(found: Report, asked: spec.ReportSpec) -> tuple[Finding, ...]:
    """Return a reason to hold for each figure that is not as expected, in the report's order."""
    expected = {one.name: one for one in asked.metrics}
    return tuple(
        Finding(code="absurd", severity=Severity.HOLD, subject=one.name, text=said[:300])
        for one in found.metrics
        if one.name in expected
        and (said := _doubt(one, expected[one.name], partial=found.period.partial))
    )


def _doubt(one: metric.Metric, asked: spec.MetricSpec, *, partial: bool) -> str:
    """Say what is wrong with a figure, empty where nothing is."""
    expect = asked.expect
    if one.value is None:
        return f"{one.label} has no value, and is required" if expect.required else ""
    value = _plain(one.value)
    if expect.least is not None and one.value < expect.least:
        return f"{one.label} is {value}, below the {_plain(expect.least)} that it is at least"
    if expect.most is not None and one.value > expect.most:
        return f"{one.label} is {value}, above the {_plain(expect.most)} that it is at most"
    if expect.change is not None:
        return _leap(one, expect.change)
    return _absurd(one) if expect.steady and not asked.formula and not partial else ""


def _leap(one: metric.Metric, most: Decimal) -> str:
    change = one.change
    if change is None or one.previous is None or one.value is None or abs(change) <= most:
        return ""
    return (
        f"{one.label} went from {_plain(one.previous)} to {_plain(one.value)}, "
        f"more than the {_plain(most * 100)} % that it changes at most"
    )


def _absurd(one: metric.Metric) -> str:
    """Say how a figure stands out from its own past, empty where it does not."""
    past = [abs(value) for value in _past(one)]
    if one.value is None or one.unit not in _SUMS or not past or max(past) < _FEW:
        return ""
    value = abs(one.value)
    if _is_above(value, past):
        return f"{one.label} is {_plain(one.value)}; lately it was {_plain(max(past))} at most"
    if _is_below(value, past):
        return f"{one.label} is {_plain(one.value)}; lately it was {_plain(min(past))} at least"
    return ""


def _is_above(value: Decimal, past: Sequence[Decimal]) -> bool:
    """Whether it is ten times the most; or ten times the last, and like nothing before that."""
    most, last = max(past), past[-1]
    leapt = last >= _FEW and value >= _TIMES * last
    return value > _TIMES * most or (leapt and value > _NEAR * most)


def _is_below(value: Decimal, past: Sequence[Decimal]) -> bool:
    """Whether it is under a tenth of the least; or a tenth of the last, and like nothing before."""
    least, last = min(past), past[-1]
    if least < _FEW:
        return False
    return _TIMES * value < least or (_TIMES * value <= last and _NEAR * value < least)


def _past(one: metric.Metric) -> Iterator[Decimal]:
    """Yield its earlier values: of the trend without its last point, and of the comparison."""
    yield from (point.value for point in one.history[:-1] if point.value is not None)
    if one.previous is not None:
        yield one.previous


def _plain(value: Decimal) -> str:
    """Write a number for operators: two decimals at most, thousands apart."""
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".")
