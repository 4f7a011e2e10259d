"""Which figures are looked at before they are sent, and which never."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import metric, plausible, spec
from bot.domain.report import Severity
from tests import samples

STEADY = (100, 120, 90, 110)


def doubt(
    value: float | None,
    *,
    expect: spec.Expect | None = None,
    past: tuple[float | None, ...] = STEADY,
    unit: metric.Unit = metric.Unit.COUNT,
    partial: bool = False,
) -> str:
    """What is said of a metric with this value and these values before, oldest first."""
    series = [None if one is None else Decimal(str(one)) for one in (*past, value)]
    made = metric.Metric(
        name="orders",
        label="Orders",
        unit=unit,
        value=series[-1],
        previous=series[-2] if past else None,
        history=tuple(metric.Point(start=date(2026, 1, 5), value=one) for one in series),
    )
    asked = spec.MetricSpec(
        name="orders", label="Orders", unit=unit, column="orders", expect=expect or spec.Expect()
    )
    found = replace(
        samples.REPORT, metrics=(made,), period=replace(samples.THIS_WEEK, partial=partial)
    )
    told = plausible.doubts(found, replace(samples.REPORT_SPEC, metrics=(asked,)))
    assert all(one.severity is Severity.HOLD for one in told)
    return told[0].text if told else ""


@pytest.mark.parametrize(
    ("value", "past", "said"),
    [
        (0, STEADY, "Orders is 0; lately it was 90 at least"),
        (8.99, STEADY, "Orders is 8.99; lately it was 90 at least"),
        (11, STEADY, "Orders is 11; lately it was 90 at least"),
        (12, STEADY, ""),
        (1099, STEADY, ""),
        (1100, STEADY, "Orders is 1,100; lately it was 120 at most"),
        (110, (100, 120, 90, 10), ""),
        (100, (100, 120, 90, 2000), ""),
        (1201, STEADY, "Orders is 1,201; lately it was 120 at most"),
        (-1201, STEADY, "Orders is -1,201; lately it was 120 at most"),
        (0, (100, 0, 90, 110), ""),
        (0, (1, 2, 9, 3), ""),
        (50, (1, 2, 4, 3), ""),
        (0, (), ""),
        (5000, (None, None), ""),
        (0, (None, 50), "Orders is 0; lately it was 50 at least"),
        (None, STEADY, ""),
    ],
)
def test_a_figure_is_held_against_all_that_it_was_lately(
    value: float | None, past: tuple[float | None, ...], said: str
) -> None:
    assert doubt(value, past=past) == said


@pytest.mark.parametrize("unit", [metric.Unit.PERCENT, metric.Unit.RATIO])
def test_a_rate_jumps_where_what_it_is_of_is_small(unit: metric.Unit) -> None:
    assert not doubt(0, unit=unit)


def test_a_period_that_is_not_over_is_not_compared_with_whole_ones() -> None:
    assert not doubt(0, partial=True)


@pytest.mark.parametrize(
    ("value", "expect", "said"),
    [
        (None, spec.Expect(required=True), "Orders has no value, and is required"),
        (0, spec.Expect(steady=False), ""),
        (50, spec.Expect(least=Decimal(60)), "Orders is 50, below the 60 that it is at least"),
        (60, spec.Expect(least=Decimal(60)), ""),
        (500, spec.Expect(most=Decimal(400)), "Orders is 500, above the 400 that it is at most"),
        (165, spec.Expect(change=Decimal("0.5")), ""),
        (
            166,
            spec.Expect(change=Decimal("0.5")),
            "Orders went from 110 to 166, more than the 50 % that it changes at most",
        ),
        (0, spec.Expect(change=Decimal(2)), ""),
    ],
)
def test_a_figure_is_held_against_what_its_file_expects(
    value: float | None, expect: spec.Expect, said: str
) -> None:
    assert doubt(value, expect=expect) == said


@given(
    past=st.lists(st.integers(10, 10**9), min_size=1, max_size=8),
    share=st.floats(min_value=0, max_value=1),
)
def test_what_stays_within_its_past_is_never_held(past: list[int], share: float) -> None:
    value = min(past) + round((max(past) - min(past)) * share)
    assert not doubt(value, past=tuple(past))
    assert doubt(max(past) * 10 + 1, past=tuple(past))
    assert doubt(0, past=tuple(past))
