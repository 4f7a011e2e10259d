"""Metrics from tables: exact, compared, and honest about what is not there."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import errors
from bot.domain import metric, period, report, spec
from bot.domain.run import FailureCode
from bot.worker import metrics, plan, tables
from bot.worker.sources.base import Cell, Table
from tests import samples

RULE = period.PeriodRule(kind=period.PeriodKind.WEEK)
BASE = replace(
    samples.REPORT_SPEC,
    period=RULE,
    history=3,
    queries=(samples.query("orders", "shop"), samples.query("spend", "warehouse")),
)
PLAN = plan.make(BASE, samples.THIS_WEEK)
THIS, LAST = plan.key(samples.THIS_WEEK), plan.key(samples.LAST_WEEK)
LAST_YEAR = plan.key(samples.LAST_YEAR)


def asked(name: str = "orders", *, optional: bool = False) -> tables.Asked:
    return tables.Asked(name=name, source="shop", kind="duckdb", optional=optional)


def row(**cells: Cell) -> Table:
    return Table(columns=tuple(cells), rows=(tuple(cells.values()),))


def wanted(name: str, **more: object) -> spec.MetricSpec:
    unit = metric.Unit(str(more.pop("unit", "count")))
    base = spec.MetricSpec(name=name, label=name.title(), unit=unit, column=name)
    return replace(base, **more)  # pyright: ignore[reportArgumentType]


def facts(
    answers: Mapping[str, Mapping[plan.Key, Table]], left_out: Mapping[str, str] | None = None
) -> metrics.Facts:
    return metrics.Facts(
        currency="EUR",
        plan=PLAN,
        answers={
            name: tables.by_period(asked(name, optional=True), some, plan=PLAN)
            for name, some in answers.items()
        },
        left_out=left_out or {},
        flat=metric.Flat(),
    )


def compute(known: metrics.Facts, *specs: spec.MetricSpec) -> tuple[metric.Metric, ...]:
    return metrics.compute(replace(BASE, metrics=specs), known)


def failure(known: metrics.Facts, *specs: spec.MetricSpec) -> tuple[FailureCode, str | None, str]:
    with pytest.raises(errors.RunError) as caught:
        compute(known, *specs)
    found = caught.value.failure
    return found.code, found.query, found.params["fault"]


def test_a_plan_asks_for_every_span_once() -> None:
    starts = [one.start.isoformat() for one in PLAN.distinct]
    assert starts == ["2026-11-16", "2026-11-09", "2025-11-17", "2026-11-02"]
    assert (PLAN.whole.start, PLAN.whole.end) == (date(2025, 11, 17), date(2026, 11, 23))
    assert PLAN.compared == (samples.THIS_WEEK, samples.LAST_WEEK)


def test_a_plan_without_comparisons_asks_for_the_current_period_only() -> None:
    alone = plan.make(replace(BASE, compare=(), history=1), samples.THIS_WEEK)
    assert alone.distinct == alone.compared == (samples.THIS_WEEK,)
    assert (alone.previous, alone.last_year) == (None, None)


def test_a_metric_is_compared_with_every_period() -> None:
    known = facts(
        {"orders": {THIS: row(orders=12), LAST: row(orders=10), LAST_YEAR: row(orders=6)}}
    )
    (found,) = compute(known, wanted("orders", better=metric.Better.HIGHER))
    assert (found.value, found.previous, found.last_year) == (12, 10, 6)
    assert (found.change, found.change_last_year) == (Decimal("0.2"), 1)
    assert [point.value for point in found.history] == [None, 10, 12]
    assert found.queries == ("orders",)
    assert found.missing is None


def test_a_float_becomes_the_decimal_that_it_shows() -> None:
    known = facts({"orders": {THIS: row(total=0.1)}})
    assert compute(known, wanted("total"))[0].value == Decimal("0.1")


def test_a_column_is_found_in_any_case() -> None:
    known = facts({"orders": {THIS: row(ORDERS=3)}})
    assert compute(known, wanted("orders"))[0].value == 3


def test_a_formula_joins_sources() -> None:
    known = facts(
        {
            "orders": {THIS: row(revenue=Decimal(48210)), LAST: row(revenue=Decimal(50270))},
            "spend": {THIS: row(ad_spend=Decimal(9640)), LAST: row(ad_spend=0)},
        }
    )
    *_, roas = compute(
        known,
        wanted("revenue"),
        wanted("ad_spend"),
        wanted("roas", formula="revenue / ad_spend", unit="ratio"),
    )
    assert round(roas.value or 0, 4) == Decimal("5.0010")
    assert (roas.previous, roas.change) == (None, None)
    assert set(roas.queries) == {"orders", "spend"}


def test_formulas_may_build_on_each_other_in_any_order() -> None:
    known = facts({"orders": {THIS: row(a=6, b=3)}})
    found = compute(
        known, wanted("c", formula="d + 1"), wanted("d", formula="a / b"), wanted("a"), wanted("b")
    )
    assert [one.value for one in found] == [3, 2, 6, 3]


def test_a_source_that_was_left_out_leaves_no_zero() -> None:
    known = facts({"orders": {THIS: row(revenue=5)}}, left_out={"spend": "BigQuery was left out"})
    found = compute(
        known,
        wanted("revenue"),
        wanted("ad_spend"),
        wanted("roas", formula="revenue / ad_spend"),
    )
    assert [one.value for one in found] == [5, None, None]
    assert [one.missing for one in found] == [None, *["BigQuery was left out"] * 2]
    told = list(metrics.findings(found, known))
    assert [(one.code, one.subject) for one in told] == [
        ("no_value", "ad_spend"),
        ("no_value", "roas"),
    ]
    assert told[0].text == "Ad_Spend has no value: BigQuery was left out."


def test_a_report_without_any_value_is_none() -> None:
    known = facts(
        {"orders": {THIS: row(orders=None, revenue=None), LAST: row(orders=4, revenue=2)}}
    )
    found = compute(known, wanted("orders"), wanted("revenue"))
    with pytest.raises(errors.RunError) as caught:
        metrics.require(found, known)
    assert caught.value.failure.code is FailureCode.RESULT_EMPTY
    assert caught.value.failure.query == "orders"


def test_one_value_makes_a_report() -> None:
    known = facts({"orders": {THIS: row(orders=0, revenue=None), LAST: row(orders=4, revenue=2)}})
    metrics.require(compute(known, wanted("orders"), wanted("revenue")), known)


def test_a_null_is_present_and_nothing() -> None:
    known = facts({"orders": {THIS: row(orders=None), LAST: row(orders=4)}})
    (found,) = compute(known, wanted("orders"))
    assert (found.value, found.previous, found.missing) == (None, 4, None)
    assert [one.code for one in metrics.findings((found,), known)] == ["no_value"]


@pytest.mark.parametrize(
    ("cell", "unit", "value"),
    [
        (float("nan"), "ratio", None),
        (float("inf"), "ratio", None),
        (Decimal("NaN"), "ratio", None),
        (1e-7, "ratio", Decimal("1e-7")),
        (10**30, "count", Decimal(10**30)),
        (timedelta(minutes=1.5), "duration", Decimal("90.0")),
    ],
)
def test_a_value_is_exact_and_finite(cell: Cell, unit: str, value: Decimal | None) -> None:
    known = facts({"orders": {THIS: row(x=cell)}})
    assert compute(known, wanted("x", unit=unit))[0].value == value


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("12", "text"),
        (True, "true or false"),
        (date(2026, 11, 16), "a date"),
        (timedelta(1), "a span of time"),
        ([1], "not a number"),
    ],
)
def test_units_never_coerce(cell: Cell, words: str) -> None:
    known = facts({"orders": {THIS: row(x=cell)}})
    assert failure(known, wanted("x")) == (
        FailureCode.RESULT_INVALID,
        "orders",
        f"the column “x” holds {words}",
    )


def test_a_column_that_is_absent_names_query_and_columns() -> None:
    known = facts({"orders": {THIS: row(orders=1, total=2)}})
    assert failure(known, wanted("revenue")) == (
        FailureCode.RESULT_INVALID,
        "orders",
        "no query has a column “revenue” (found: orders: orders, total)",
    )
    assert failure(known, wanted("revenue", query="orders")) == (
        FailureCode.RESULT_INVALID,
        "orders",
        "it has no column “revenue” (found: orders, total)",
    )


def test_a_column_of_two_queries_must_say_from_which() -> None:
    known = facts({"orders": {THIS: row(total=1)}, "spend": {THIS: row(total=2)}})
    code, _, fault = failure(known, wanted("total"))
    assert code is FailureCode.RESULT_INVALID
    assert "a column of orders and of spend" in fault
    assert compute(known, wanted("total", query="spend"))[0].value == 2


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("a /", "at character"),
        ("a + nobody", "there is no metric “nobody”"),
        ("x + 1", "in a circle"),
    ],
)
def test_a_formula_that_cannot_be_is_refused(formula: str, words: str) -> None:
    known = facts({"orders": {THIS: row(a=1)}})
    code, query, fault = failure(known, wanted("a"), wanted("x", formula=formula))
    assert (code, query) == (FailureCode.FORMULA_INVALID, None)
    assert words in fault


def test_two_rows_for_one_period_are_invalid() -> None:
    two = Table(columns=("a",), rows=((1,), (2,)))
    with pytest.raises(errors.RunError) as caught:
        tables.by_period(asked(), {THIS: two}, plan=PLAN)
    assert caught.value.failure.code is FailureCode.RESULT_INVALID
    assert "one row per period" in caught.value.failure.params["fault"]


def test_no_row_for_the_period_is_empty_where_it_is_required() -> None:
    nothing = Table(columns=("a",), rows=())
    with pytest.raises(errors.RunError) as caught:
        tables.by_period(asked(), {THIS: nothing, LAST: row(a=1)}, plan=PLAN)
    assert caught.value.failure.code is FailureCode.RESULT_EMPTY
    known = facts({"orders": {THIS: nothing, LAST: row(a=1)}})
    (found,) = compute(known, wanted("a"))
    assert (found.value, found.previous, found.missing) == (None, 1, "“orders” gave no rows")


def test_two_columns_of_one_name_are_invalid() -> None:
    with pytest.raises(errors.RunError) as caught:
        tables.by_period(asked(), {THIS: Table(columns=("a", "A"), rows=((1, 2),))}, plan=PLAN)
    assert "two columns “a”" in caught.value.failure.params["fault"]


@pytest.mark.parametrize(
    "start",
    [
        date(2026, 11, 16),
        "2026-11-16",
        datetime.fromisoformat("2026-11-16T00:00:00"),
        "2026-11-16T00:00:00",
    ],
)
def test_a_query_over_all_periods_is_split_by_its_starts(start: Cell) -> None:
    table = Table(
        columns=("period_start", "a"), rows=((start, 5), (date(2026, 11, 9), 4), ("1999-01-01", 9))
    )
    found = tables.by_start(asked(), table, plan=PLAN)
    known = replace(facts({}), answers={"orders": found})
    (made,) = compute(known, wanted("a"))
    assert (made.value, made.previous, made.last_year) == (5, 4, None)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (Table(columns=("a",), rows=((1,),)), "needs a column period_start"),
        (Table(columns=("period_start",), rows=((None,),)), "is not a date"),
        (Table(columns=("period_start",), rows=(("monday",),)), "is not a date"),
        (Table(columns=("period_start",), rows=(("2026-11-16",),) * 2), "two rows"),
    ],
)
def test_a_query_over_all_periods_must_tell_them_apart(table: Table, words: str) -> None:
    with pytest.raises(errors.RunError) as caught:
        tables.by_start(asked(), table, plan=PLAN)
    assert words in caught.value.failure.params["fault"]


def test_findings_tell_of_a_running_period_and_of_old_data() -> None:
    running = replace(PLAN, current=replace(samples.THIS_WEEK, partial=True))
    known = replace(facts({"orders": {THIS: row(a=1, data_to=date(2026, 11, 20))}}), plan=running)
    told = list(metrics.findings(compute(known, wanted("a")), known))
    assert [one.code for one in told] == ["partial_period", "data_incomplete"]
    assert {one.severity for one in told} == {report.Severity.SHOWN}
    assert "ends on 2026-11-20" in told[1].text
    (origin,) = metrics.provenance(known.answers.values())
    assert (origin.query, origin.rows, origin.data_to) == ("orders", 1, date(2026, 11, 20))


CELLS = (
    st.none()
    | st.integers(-(10**15), 10**15)
    | st.floats()
    | st.decimals(allow_nan=True, allow_infinity=True)
)


@given(now=CELLS, before=CELLS, other=CELLS)
def test_figures_are_finite_or_nothing(now: Cell, before: Cell, other: Cell) -> None:
    known = facts({"orders": {THIS: row(a=now, b=other), LAST: row(a=before, b=now)}})
    found = compute(known, wanted("a"), wanted("b"), wanted("r", formula="a / b - b"))
    for one in found:
        sides = (one.value, one.previous, one.last_year, *(point.value for point in one.history))
        assert all(side is None or side.is_finite() for side in sides)
        assert one.last_year is None
    if found[0].value is None or found[1].value is None:
        assert found[2].value is None


@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_reads_back_as_itself(value: float) -> None:
    known = facts({"orders": {THIS: row(a=value)}})
    found = compute(known, wanted("a"))[0].value
    assert found is not None
    assert float(found) == value
