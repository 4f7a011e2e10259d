"""The gate: a run that may wait ends before anything costly is read; another says what lacks."""

from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest

from bot import errors, wire
from bot.domain import fresh, run, spec
from bot.worker import gate, pipeline, plan, tables
from bot.worker.sources import base
from tests import samples
from tests.executors import acting

COMPLETE = "SELECT DATE '2026-11-21' AS day"
SLOWER = "SELECT sum(amount) AS revenue, count(*) AS orders, {} AS data_to FROM orders"
ASKED = tables.Asked(name="orders", source="shop", kind="duckdb", optional=False)
PLAN = plan.make(samples.REPORT_SPEC, samples.THIS_WEEK)


def ordered(
    folder: Path, *, gated: str | None = COMPLETE, sql: str | None = None, waits: bool = True
) -> wire.RunOrder:
    """Acme's order, whose one query has this gate, or this text."""
    made = acting.order(folder)
    asked = made.client.reports[samples.WEEKLY]
    (query,) = asked.queries
    query = replace(
        query,
        sql=sql or query.sql,
        gate=None if gated is None else spec.Gate(sql=gated, file="orders_fresh.sql"),
    )
    reports = {samples.WEEKLY: replace(asked, queries=(query,))}
    return replace(made, client=replace(made.client, reports=reports), waits=waits)


async def outcome(order: wire.RunOrder, monkeypatch: pytest.MonkeyPatch) -> wire.RunOutcome:
    monkeypatch.chdir(order.client.folder)
    return await pipeline.run(order, lambda _: None)


async def lag(order: wire.RunOrder, monkeypatch: pytest.MonkeyPatch) -> fresh.Lag | None:
    ended = await outcome(order, monkeypatch)
    assert isinstance(ended, wire.RunFailed), ended
    return fresh.lag(ended.failure)


async def test_a_gate_that_is_behind_ends_the_run_before_its_queries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = ordered(tmp_path / "acme", sql="SELECT no_such_column FROM orders")
    behind = await lag(order, monkeypatch)
    assert behind == fresh.Lag(
        query="orders", source="shop", data_to=date(2026, 11, 21), needs=date(2026, 11, 22)
    )


async def test_a_run_that_waits_no_more_tells_how_far_its_data_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = await outcome(ordered(tmp_path / "acme", waits=False), monkeypatch)
    assert isinstance(ended, wire.ReportMade)
    assert [one.data_to for one in ended.report.provenance] == [date(2026, 11, 21)]
    assert [one.code for one in ended.report.findings] == ["data_incomplete"]


async def test_data_that_is_complete_goes_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete = "SELECT CAST($period_end AS DATE) + 3"
    ended = await outcome(ordered(tmp_path / "acme", gated=complete), monkeypatch)
    assert isinstance(ended, wire.ReportMade)
    assert [one.data_to for one in ended.report.provenance] == [date(2026, 11, 22)]
    assert not ended.report.findings


async def test_a_data_to_column_is_a_gate_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = ordered(tmp_path / "acme", gated=None, sql=SLOWER.format("DATE '2026-11-20'"))
    behind = await lag(order, monkeypatch)
    assert behind is not None
    assert behind.data_to == date(2026, 11, 20)


@pytest.mark.parametrize(
    "figures", ["0 AS orders, 0 AS revenue", "NULL AS orders, NULL AS revenue"]
)
async def test_a_period_of_which_nothing_has_arrived_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, figures: str
) -> None:
    sql = f"SELECT {figures}, CAST(NULL AS DATE) AS data_to"
    behind = await lag(ordered(tmp_path / "acme", gated=None, sql=sql), monkeypatch)
    assert behind is not None
    assert behind.data_to == date(2026, 11, 15)


async def test_the_source_of_an_answer_is_a_gate_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[base.Ask] = []

    def read(_: object, ask: base.Ask) -> base.Answer:
        asked.append(ask)
        table = base.Table(columns=("revenue", "orders"), rows=((21, 7),))
        return base.Answer(table=table, complete_to=min(ask.period.last_day, date(2026, 11, 19)))

    monkeypatch.setattr("bot.worker.sources.duckdb.Duckdb.read", read)
    behind = await lag(ordered(tmp_path / "acme", gated=None), monkeypatch)
    assert behind is not None
    assert behind.data_to == date(2026, 11, 19)
    assert [one.period for one in asked] == [samples.THIS_WEEK]


async def test_fresh_none_waits_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = ordered(tmp_path / "acme", gated=None, sql=SLOWER.format("DATE '2026-11-20'"))
    asked = order.client.reports[samples.WEEKLY]
    calm = replace(asked, queries=tuple(replace(one, waits=False) for one in asked.queries))
    order = replace(order, client=replace(order.client, reports={samples.WEEKLY: calm}))
    assert isinstance(await outcome(order, monkeypatch), wire.ReportMade)


def _split(order: wire.RunOrder, sql: str, **given: object) -> wire.RunOrder:
    """The order with a breakdown of a query's name."""
    one = spec.BreakdownSpec(
        name="orders", source="shop", sql=sql, file="split.sql", by="day", metric="revenue"
    )
    asked = order.client.reports[samples.WEEKLY]
    asked = replace(asked, breakdowns=(replace(one, **given),))
    return replace(order, client=replace(order.client, reports={samples.WEEKLY: asked}))


BY_DAY = (
    "SELECT day, sum(amount) AS revenue FROM orders"
    " WHERE day >= $period_start AND day < $period_end GROUP BY day"
)


@pytest.mark.parametrize("waits", [True, False])
async def test_a_breakdown_over_incomplete_days_waits_or_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waits: bool
) -> None:
    order = ordered(tmp_path / "acme", gated=None, waits=waits)
    order = _split(order, BY_DAY, gate=spec.Gate(sql=COMPLETE, file="split_fresh.sql"))
    if waits:
        behind = await lag(order, monkeypatch)
        assert behind is not None
        assert (behind.query, behind.data_to) == ("orders", date(2026, 11, 21))
        return
    ended = await outcome(order, monkeypatch)
    assert isinstance(ended, wire.ReportMade)
    told = [(one.breakdown, one.data_to) for one in ended.report.provenance]
    assert told == [(False, None), (True, date(2026, 11, 21))]
    assert [one.text for one in ended.report.findings if one.code == "data_incomplete"] == [
        "The data of “orders” ends on 2026-11-21; the period ends on 2026-11-22."
    ]


async def test_a_breakdown_may_wait_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = ordered(tmp_path / "acme", gated=None)
    gated = spec.Gate(sql=COMPLETE, file="split_fresh.sql")
    ended = await outcome(_split(order, BY_DAY, gate=gated, waits=False), monkeypatch)
    assert isinstance(ended, wire.ReportMade)


NO_ROW = "SELECT 1 AS orders, 1 AS revenue WHERE false"
NO_FIGURE = "SELECT NULL AS orders, NULL AS revenue"


async def _ended(order: wire.RunOrder, monkeypatch: pytest.MonkeyPatch) -> run.Failure:
    ended = await outcome(order, monkeypatch)
    assert isinstance(ended, wire.RunFailed)
    return ended.failure


def _promised(order: wire.RunOrder, *, by: time | None = time(9)) -> wire.RunOrder:
    asked = order.client.reports[samples.WEEKLY]
    schedule = spec.ScheduleSpec(cron="0 6 * * 1", deliver_by=by)
    reports = {samples.WEEKLY: replace(asked, schedule=schedule)}
    return replace(order, client=replace(order.client, reports=reports))


@pytest.mark.parametrize("sql", [NO_ROW, NO_FIGURE])
async def test_a_result_without_a_row_is_waited_for_until_the_promise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    order = _promised(ordered(tmp_path / "acme", gated=None, sql=sql))
    found = fresh.lag(await _ended(order, monkeypatch))
    assert found is not None
    assert (found.query, found.data_to) == ("orders", date(2026, 11, 15))
    late = await _ended(replace(order, waits=False), monkeypatch)
    assert late.code is run.FailureCode.RESULT_EMPTY


@pytest.mark.parametrize("why", ["no promise", "a gate that is open", "fresh: none"])
async def test_a_result_without_a_row_ends_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    gated = "SELECT DATE '2026-11-22'" if why == "a gate that is open" else None
    order = ordered(tmp_path / "acme", gated=gated, sql=NO_ROW)
    order = _promised(order, by=None if why == "no promise" else time(9))
    asked = order.client.reports[samples.WEEKLY]
    queries = tuple(replace(one, waits=why != "fresh: none") for one in asked.queries)
    reports = {samples.WEEKLY: replace(asked, queries=queries)}
    order = replace(order, client=replace(order.client, reports=reports))
    assert (await _ended(order, monkeypatch)).code is run.FailureCode.RESULT_EMPTY


async def test_a_gate_that_is_broken_is_its_own_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = await outcome(ordered(tmp_path / "acme", gated="SELECT nothing"), monkeypatch)
    assert isinstance(ended, wire.RunFailed)
    assert ended.failure.code is run.FailureCode.QUERY_INVALID
    assert ended.failure.params["file"] == "orders_fresh.sql"


@pytest.mark.parametrize("rows", [(), ((None,),)])
def test_a_gate_without_a_day_has_seen_nothing_of_the_period(
    rows: tuple[tuple[base.Cell, ...], ...],
) -> None:
    table = base.Table(columns=("day",), rows=rows)
    assert gate.day(ASKED, table, plan=PLAN) == date(2026, 11, 15)


@pytest.mark.parametrize("rows", [((7,),), (("soon",),), ((date(2026, 11, 20), 1),)])
def test_a_gate_gives_one_day_and_nothing_else(
    rows: tuple[tuple[base.Cell, ...], ...],
) -> None:
    with pytest.raises(errors.RunError) as error:
        gate.day(ASKED, base.Table(columns=("day",), rows=rows), plan=PLAN)
    assert error.value.failure.code is run.FailureCode.RESULT_INVALID
