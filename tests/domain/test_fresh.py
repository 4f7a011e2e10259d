"""How far data goes, and what has moved since it was published; over any days and figures."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bot.domain import fresh, metric, report, restated, run, spec
from tests import samples

NAMES = ("orders", "sessions", "spend")
ASKED = replace(
    samples.REPORT_SPEC,
    queries=tuple(spec.QuerySpec(name=name, source="shop", file=f"{name}.sql") for name in NAMES),
    breakdowns=(
        spec.BreakdownSpec(
            name="orders", source="shop", file="split.sql", by="city", metric="revenue"
        ),
    ),
)
SPLIT = "breakdown:orders"
SLOTS = {**{f"query:{name}": name for name in NAMES}, SPLIT: "orders"}
"""Slot → name: a breakdown may bear a query's."""
DAYS = st.none() | st.dates(date(2026, 11, 1), date(2026, 11, 30))


@given(st.fixed_dictionaries(dict.fromkeys(SLOTS, DAYS)), st.booleans())
def test_who_is_behind_is_named_the_furthest_first(
    days: dict[str, date | None], partial: bool
) -> None:
    week = samples.week(partial=partial)
    found = fresh.behind(days, ASKED, period=week)
    known = [
        (SLOTS[slot], day) for slot, day in days.items() if day is not None and day < week.last_day
    ]
    told = [(lag.query, lag.data_to) for lag in found]
    assert sorted(told) == ([] if partial else sorted(known))
    assert [lag.data_to for lag in found] == sorted(lag.data_to for lag in found)


@given(st.fixed_dictionaries(dict.fromkeys(SLOTS, DAYS)))
def test_a_report_tells_the_same_of_its_rows(days: dict[str, date | None]) -> None:
    """Its queries and breakdowns, told apart although two bear one name."""
    rows = tuple(
        report.Provenance(
            query=SLOTS[slot],
            source="shop",
            kind="duckdb",
            rows=1,
            breakdown=slot == SPLIT,
            data_to=day,
        )
        for slot, day in days.items()
    )
    made = replace(samples.REPORT, provenance=rows)
    assert fresh.lags(made, ASKED) == fresh.behind(days, ASKED, period=made.period)


@given(st.dates(), st.dates())
def test_a_lag_survives_the_border(data_to: date, needs: date) -> None:
    lag = fresh.Lag(query="orders", source="shop", data_to=data_to, needs=needs)
    assert fresh.lag(fresh.failure(lag)) == lag


@given(st.dictionaries(st.sampled_from(["needs", "data_to", "else"]), st.text(max_size=12)))
def test_what_a_worker_makes_up_is_no_lag_or_holds_days(params: dict[str, str]) -> None:
    told = run.Failure(code=run.FailureCode.NOT_FRESH, query="orders", params=params)
    lag = fresh.lag(told)
    assert lag is None or isinstance(lag.needs - lag.data_to, timedelta)


def test_another_failure_is_no_lag() -> None:
    told = run.Failure(code=run.FailureCode.SOURCE_BUSY, query="orders")
    assert fresh.lag(told) is None


def _reports(then: Decimal | None, now: Decimal | None) -> tuple[report.Report, report.Report]:
    """What was published of a figure, and the report that compares with it."""
    figure = samples.figure("orders", "1")
    published = replace(samples.REPORT, metrics=(replace(figure, value=then),))
    return replace(samples.REPORT, metrics=(replace(figure, previous=now),)), published


VALUES = st.decimals(-10_000, 10_000, places=2)


@given(VALUES, VALUES, st.decimals("0", "0.5", places=3))
def test_a_figure_is_told_when_it_moved_by_more_than_the_share(
    then: Decimal, now: Decimal, share: Decimal
) -> None:
    found = restated.restated(*_reports(then, now), within=share)
    has_moved = now != then if then == 0 else abs((now - then) / then) > share
    assert bool(found) == has_moved
    assert all((one.reported, one.now) == (then, now) for one in found)


def test_exactly_the_share_is_not_more() -> None:
    assert not restated.restated(*_reports(Decimal(100), Decimal(102)), within=Decimal("0.02"))
    assert restated.restated(*_reports(Decimal(100), Decimal("102.01")), within=Decimal("0.02"))


def test_a_figure_that_was_not_there_has_not_moved() -> None:
    assert not restated.restated(*_reports(None, Decimal(5)), within=Decimal(0))
    assert not restated.restated(*_reports(Decimal(5), None), within=Decimal(0))


def test_a_figure_that_counts_something_else_now_has_not_moved() -> None:
    found, published = _reports(Decimal(412), Decimal(437))
    money = tuple(replace(one, unit=metric.Unit.CURRENCY) for one in published.metrics)
    assert not restated.restated(found, replace(published, metrics=money), within=Decimal(0))
