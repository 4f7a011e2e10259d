"""The trend of one metric: points for a native chart, an image, or a line of text.

Slack's chart knows no gaps and no number format, so periods without a value are left out and
values are scaled to few digits, with their scale in the title.
"""

import math
from decimal import Decimal
from typing import assert_never

from babel import numbers

from bot.domain import delivery, metric, report
from bot.domain.metric import Unit
from bot.domain.period import Period, PeriodKind
from bot.rendering import formats
from bot.slack import blocks, limits
from bot.slack.screens import phrases

_FEWEST = 2
"""Points below which there is no trend."""
_THOUSANDS_FROM = Decimal(10_000)
_MILLIONS_FROM = Decimal(10_000_000)
_MINUTE, _HOUR = Decimal(60), Decimal(3600)
_NAMED_BY_LENGTH = frozenset({PeriodKind.MONTH, PeriodKind.MONTH_TO_DATE, PeriodKind.QUARTER})


def of(found: report.Report) -> delivery.Trend | None:
    """Return the trend of the report's headline metric; None where two points are not known."""
    one = headline(found)
    if one is None:
        return None
    window = one.history[-limits.CHART_POINTS :]
    known = [
        (point, point.value)
        for point in window
        if point.value is not None and math.isfinite(float(point.value))
    ]
    if len(known) < _FEWEST:
        return None
    spoken = formats.for_report(found)
    scale, decimals, sign = _scale(one, max(abs(value) for _, value in known), spoken=spoken)
    values = tuple(round(float(value / scale), decimals) for _, value in known)
    labels = tuple(_label(point, found, spoken=spoken) for point, _ in known)
    span = phrases.find(found.language).span(found.period.kind, len(window))
    title = _title(blocks.clean(one.label), sign=sign, span=span)
    shown = ", ".join(
        f"{label} {spoken.numerals.plain(Decimal(str(value)), decimals)}"
        for label, value in zip(labels, values, strict=True)
    )
    alt = blocks.cut(f"{title}: {shown}", limits.ALT)
    return delivery.Trend(title=title, labels=labels, values=values, alt=alt)


def headline(found: report.Report) -> metric.Metric | None:
    """Return the metric the chart is about: the one named, else the first."""
    named = [one for one in found.metrics if one.name == found.trend]
    return next(iter(named or found.metrics), None)


def line(drawn: delivery.Trend, found: report.Report) -> str:
    """Return the trend as text: ``Revenue, k€, last 8 weeks: 28 Sep 46.1 · 5 Oct 47.9``."""
    spoken = formats.for_report(found)
    decimals = 1 if any(value != int(value) for value in drawn.values) else 0
    shown = " · ".join(
        f"{label} {spoken.numerals.plain(Decimal(str(value)), decimals)}"
        for label, value in zip(drawn.labels, drawn.values, strict=True)
    )
    return f"{drawn.title}: {shown}"


def _label(point: metric.Point, found: report.Report, *, spoken: formats.Formats) -> str:
    kind = found.period.kind
    if kind in _NAMED_BY_LENGTH:
        whole = PeriodKind.MONTH if kind is PeriodKind.MONTH_TO_DATE else kind
        named = spoken.period_short(Period(kind=whole, start=point.start, end=point.start))
    else:
        named = spoken.day(point.start)
    return blocks.cut(named, limits.CHART_LABEL)


def _title(label: str, *, sign: str, span: str) -> str:
    rest = "".join(f", {part}" for part in (sign, span) if part)
    return f"{blocks.cut(label, max(8, limits.CHART_TITLE - len(rest)))}{rest}"


def _scale(
    one: metric.Metric, largest: Decimal, *, spoken: formats.Formats
) -> tuple[Decimal, int, str]:
    """What values are divided by, their decimals, and how that is written: ``k€``."""
    match one.unit:
        case Unit.PERCENT:
            return Decimal("0.01"), 2, "%"
        case Unit.RATIO:
            return Decimal(1), 2, ""
        case Unit.DURATION:
            return _time_scale(largest)
        case Unit.CURRENCY | Unit.COUNT:
            money = one.unit is Unit.CURRENCY
            return _size_scale(largest, _symbol(spoken) if money else "")
        case _:
            assert_never(one.unit)


def _time_scale(largest: Decimal) -> tuple[Decimal, int, str]:
    if largest >= 2 * _HOUR:
        return _HOUR, 1, "h"
    return (_MINUTE, 1, "min") if largest >= 2 * _MINUTE else (Decimal(1), 1, "s")


def _size_scale(largest: Decimal, symbol: str) -> tuple[Decimal, int, str]:
    if largest >= _MILLIONS_FROM:
        return Decimal(1_000_000), 1, f"M{symbol}"
    if largest >= _THOUSANDS_FROM:
        return Decimal(1_000), 1, f"k{symbol}"
    return Decimal(1), 0, symbol


def _symbol(spoken: formats.Formats) -> str:
    return numbers.get_currency_symbol(spoken.numerals.currency, locale=spoken.numerals.locale)
