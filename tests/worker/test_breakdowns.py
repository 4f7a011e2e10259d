from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import errors
from bot.domain import metric, period, report
from bot.domain.run import FailureCode
from bot.worker import breakdowns, plan, tables
from bot.worker.sources.base import Cell, Table
from tests import samples

SPEC = samples.REPORT_SPEC.breakdowns[0]
PLAN = plan.make(
    replace(samples.REPORT_SPEC, period=period.PeriodRule(kind=period.PeriodKind.WEEK)),
    samples.THIS_WEEK,
)
THIS, LAST = plan.key(samples.THIS_WEEK), plan.key(samples.LAST_WEEK)
ASKED = tables.Asked(name="channels", source="shop", kind="duckdb", optional=True)
Rows = Sequence[tuple[Cell, Cell]]


def split(now: Rows, before: Rows | None = None, **changes: object) -> breakdowns.Split:
    spans: Mapping[plan.Key, Rows] = {THIS: now, LAST: before or ()}
    made = breakdowns.Split(
        spec=replace(SPEC, top=2),
        asked=ASKED,
        of=samples.REVENUE,
        tables={
            span: Table(columns=("Channel", "revenue"), rows=tuple(rows))
            for span, rows in spans.items()
        },
        plan=PLAN,
    )
    return replace(made, **changes)  # pyright: ignore[reportArgumentType]


def compute(made: breakdowns.Split) -> metric.Breakdown:
    found = breakdowns.compute(made)
    assert found is not None
    return found


def test_top_rest_movers_and_total() -> None:
    found = compute(
        split(
            [("search", 50), ("social", 20), ("email", 30), ("new", 5)],
            [("search", 51), ("social", 45), ("email", 30), ("gone", 7)],
        )
    )
    assert [one.label for one in found.top] == ["search", "email"]
    assert [(one.label, one.contribution) for one in found.movers] == [
        ("social", -25),
        ("gone", -7),
    ]
    assert (found.rest.value, found.rest.previous) == (25, 52)
    assert (found.total.value, found.total.previous, found.total.contribution) == (105, 133, -28)
    assert found.unit is metric.Unit.CURRENCY


def test_ties_are_in_the_order_of_labels_and_nothing_is_last() -> None:
    found = compute(split([("c", None), ("b", 1), ("a", 1)], spec=replace(SPEC, top=3)))
    assert [one.label for one in found.top] == ["a", "b", "c"]


def test_a_dimension_without_a_name_is_one_row() -> None:
    found = compute(split([(None, 4), (" ", 5), ("x", 1)]))
    assert [(one.label, one.value) for one in found.top] == [("(none)", 9), ("x", 1)]


def test_without_a_comparison_nothing_moves() -> None:
    alone = replace(PLAN, previous=None)
    found = compute(split([("a", 1)], plan=alone))
    assert (found.movers, found.total.previous, found.top[0].previous) == ((), None, None)


def test_rows_that_are_not_there_yet_have_lost_nothing() -> None:
    found = compute(split([], [("a", 5)], of=replace(samples.REVENUE, value=None)))
    assert not found.movers


def test_a_rate_has_its_own_total_and_no_rest() -> None:
    rate = replace(samples.CONVERSION, value=Decimal("0.02"), previous=Decimal("0.03"))
    found = compute(split([("a", 0.1), ("b", 0.2), ("c", 0.3)], of=rate))
    assert (found.total.value, found.total.previous) == (rate.value, rate.previous)
    assert found.rest.value is None
    with pytest.raises(errors.RunError) as caught:
        breakdowns.compute(split([("a", 1), ("a", 2)], of=rate))
    assert "twice" in caught.value.failure.params["fault"]


@pytest.mark.parametrize(
    ("now", "before"), [(40000, 50270), (48210, 40000), (48210 - 150, 50270 + 150)]
)
def test_parts_that_do_not_add_up_are_told(now: int, before: int) -> None:
    made = split([("a", now)], [("a", before)])
    (told,) = breakdowns.findings(made, breakdowns.compute(made))
    assert (told.code, told.severity) == ("breakdown_differs", report.Severity.SHOWN)
    assert told.text.startswith("The rows of “channels” do not add up to Revenue")


def test_parts_that_add_up_but_for_a_little_are_not() -> None:
    whole = split([("a", 48200), ("b", 10)], [("a", 50269)])
    assert not [*breakdowns.findings(whole, breakdowns.compute(whole))]


def test_no_rows_leave_it_out_or_fail_where_it_is_required() -> None:
    made = split([])
    assert breakdowns.compute(made) is None
    (told,) = breakdowns.findings(made, None)
    assert told.code == "breakdown_empty"
    with pytest.raises(errors.RunError) as caught:
        breakdowns.compute(split([], asked=replace(ASKED, optional=False)))
    assert caught.value.failure.code is FailureCode.RESULT_EMPTY


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (split([("a", "12")]), "holds text"),
        (split([], spec=replace(SPEC, by="city")), "no column “city” (found: Channel, revenue)"),
        (split([], spec=replace(SPEC, metric="spend")), "no column “spend”"),
    ],
)
def test_what_does_not_fit_is_invalid(made: breakdowns.Split, words: str) -> None:
    with pytest.raises(errors.RunError) as caught:
        breakdowns.compute(made)
    assert caught.value.failure.code is FailureCode.RESULT_INVALID
    assert words in caught.value.failure.params["fault"]


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", "d", "e", None]) | st.text(max_size=5),
        st.none() | st.decimals(-(10**9), 10**9, places=2),
    ),
    max_size=12,
)


@given(now=ROWS, before=ROWS)
def test_the_parts_always_come_to_the_total(now: Rows, before: Rows) -> None:
    found = breakdowns.compute(split(now, before))
    if found is None:
        return
    parts = [*found.top, found.rest]
    assert sum((one.value or 0 for one in parts), Decimal(0)) == (found.total.value or 0)
    values = [one.value for one in found.top if one.value is not None]
    assert values == sorted(values, reverse=True)
    sizes = [abs(one.contribution or 0) for one in found.movers]
    assert sizes == sorted(sizes, reverse=True)
    assert all(sizes)
    assert len(found.movers) <= 2
