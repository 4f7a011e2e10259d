"""An order through every stage, in this process, with real sources."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot import errors, wire
from bot.demo import bigquery
from bot.domain import metric, report, run, spec
from bot.domain.run import FailureCode
from bot.kinds import KINDS
from bot.worker import pipeline, sources
from tests import samples
from tests.contract import benches
from tests.executors import acting

COUNT = "SELECT COUNT(*) AS ad_spend FROM orders WHERE day < @period_end"
WAREHOUSE = replace(
    samples.SOURCES["warehouse"],
    settings={"project": benches.PROJECT, "dataset": "shop", "location": "EU"},
)


@pytest.fixture
def doubles() -> Iterator[benches.Doubles]:
    with ExitStack() as stack:
        yield benches.filled(stack)


@pytest.fixture
def order(
    doubles: benches.Doubles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> wire.RunOrder:
    """Revenue and orders from a file, ad spend from BigQuery, ROAS from both."""
    monkeypatch.chdir(tmp_path)
    made = acting.order(tmp_path / "acme")
    spend = spec.QuerySpec(
        name="spend", source="warehouse", sql=COUNT, file="spend_weekly.sql", optional=True
    )
    channels = spec.BreakdownSpec(
        name="channels",
        source="warehouse",
        sql="SELECT city, SUM(pieces) AS ad_spend FROM orders GROUP BY city",
        file="channels_weekly.sql",
        by="city",
        metric="ad_spend",
    )
    figures = (samples.REVENUE, samples.ORDERS, samples.AD_SPEND, samples.ROAS)
    changed = replace(
        made.client.reports[samples.WEEKLY],
        queries=(*made.client.reports[samples.WEEKLY].queries, spend),
        metrics=samples.asked(figures),
        breakdowns=(channels,),
    )
    client = replace(
        made.client,
        sources={**made.client.sources, "warehouse": WAREHOUSE},
        reports={samples.WEEKLY: changed},
    )
    return replace(
        made,
        client=client,
        credentials={"env://ACME_BIGQUERY": doubles.key},
        environment={"BIGQUERY_EMULATOR_HOST": doubles.warehouse.url},
    )


async def _made(order: wire.RunOrder) -> wire.ReportMade:
    outcome = await pipeline.run(order, lambda _: None)
    assert isinstance(outcome, wire.ReportMade), outcome
    return outcome


async def _failed(order: wire.RunOrder) -> tuple[run.Failure, wire.RunFailed]:
    outcome = await pipeline.run(order, lambda _: None)
    assert isinstance(outcome, wire.RunFailed)
    return outcome.failure, outcome


def _spec(order: wire.RunOrder, **changes: object) -> wire.RunOrder:
    old = order.client.reports[samples.WEEKLY]
    new = replace(old, **changes)  # pyright: ignore[reportArgumentType]
    return replace(order, client=replace(order.client, reports={samples.WEEKLY: new}))


def test_every_kind_can_be_opened() -> None:
    assert set(sources.SOURCES) == set(KINDS)


async def test_sources_of_two_kinds_make_one_report(order: wire.RunOrder) -> None:
    made = await _made(order)
    revenue, orders, spend, roas = made.report.metrics
    assert [one.value for one in (revenue, orders, spend, roas)] == [21, 7, 3, 7]
    assert set(roas.queries) == {"orders", "spend"}
    (channels,) = made.report.breakdowns
    assert [(one.label, one.value) for one in channels.top] == [
        ("Paris", 50),
        ("Lyon", 20),
        ("(none)", None),
    ]
    assert [(one.query, one.kind, one.rows) for one in made.report.provenance] == [
        ("orders", "duckdb", 1),
        ("spend", "bigquery", 1),
        ("channels", "bigquery", 3),
    ]
    assert [one.code for one in made.report.findings] == ["breakdown_differs"]
    assert sum(one.cost for one in made.usage) > 0
    assert set(made.timings) == {"credentials", "sources", "metrics", "narrative"}
    assert made.report.author is report.Author.TEMPLATE
    assert made.report.trend == "revenue"


async def test_what_an_operator_leaves_out_is_not_asked(
    order: wire.RunOrder, doubles: benches.Doubles
) -> None:
    made = await _made(replace(order, without=("warehouse",), credentials={}))
    spend, roas = made.report.metrics[2:]
    assert (spend.value, roas.value) == (None, None)
    assert spend.missing == roas.missing == "its source, BigQuery, was left out"
    assert made.report.without == ("warehouse",)
    assert made.report.breakdowns == ()
    assert not doubles.warehouse.jobs


async def test_what_is_required_is_read_even_so(order: wire.RunOrder) -> None:
    queries = tuple(
        replace(one, optional=False) for one in order.client.reports[samples.WEEKLY].queries
    )
    left = replace(_spec(order, queries=queries), without=("warehouse",))
    failure, _ = await _failed(replace(left, credentials={}))
    assert (failure.code, failure.source) == (FailureCode.CREDENTIAL_MISSING, "warehouse")


async def test_an_optional_query_that_fails_still_fails_the_run(
    order: wire.RunOrder, doubles: benches.Doubles
) -> None:
    doubles.accounts.revoke(benches.ROBOT)
    failure, outcome = await _failed(order)
    assert failure.code is FailureCode.CREDENTIAL_REFUSED
    assert (failure.source, failure.kind) == ("warehouse", "bigquery")
    assert failure.reference == "env://ACME_BIGQUERY"
    assert json.loads(doubles.key)["private_key"] not in repr(outcome)
    assert list(outcome.timings) == ["credentials", "sources"]


async def test_of_several_that_are_refused_the_one_that_is_needed_is_told_with_the_others(
    order: wire.RunOrder, doubles: benches.Doubles
) -> None:
    """Whoever mends the first would else meet the second on the next try."""
    doubles.accounts.revoke(benches.ROBOT)
    (order.client.folder / "load.sql").write_text("SELEC", "utf-8")
    failure, _ = await _failed(order)
    assert (failure.code, failure.sources) == (FailureCode.QUERY_INVALID, ("shop", "warehouse"))
    assert errors.describe(failure).endswith(" Also: BigQuery sign-in revoked.")


async def test_of_several_credentials_that_are_missing_all_are_told(order: wire.RunOrder) -> None:
    lost = replace(WAREHOUSE, name="lost", credential="env://ACME_LOST")
    query = replace(order.client.reports[samples.WEEKLY].queries[-1], source="lost", name="gone")
    asked = order.client.reports[samples.WEEKLY].queries
    needed = _spec(order, queries=(*asked, replace(query, optional=False)))
    both = replace(needed.client, sources={**needed.client.sources, "lost": lost})
    failure, _ = await _failed(replace(needed, client=both, credentials={}))
    assert failure.code is FailureCode.CREDENTIAL_MISSING
    assert failure.sources == ("lost", "warehouse")
    assert failure.params["also"] == "BigQuery (warehouse) credential not set"


async def test_a_terminal_failure_stands_before_one_that_may_pass(
    order: wire.RunOrder, doubles: benches.Doubles
) -> None:
    doubles.warehouse.fail(bigquery.QUOTA, times=99)
    (order.client.folder / "load.sql").write_text("SELECT 1", "utf-8")
    failure, _ = await _failed(order)
    assert (failure.code, failure.source) == (FailureCode.QUERY_INVALID, "shop")


async def test_a_failure_that_may_pass_lets_the_others_end(
    order: wire.RunOrder, doubles: benches.Doubles
) -> None:
    doubles.warehouse.fail(bigquery.QUOTA, times=99)
    failure, _ = await _failed(order)
    assert (failure.code, failure.source) == (FailureCode.SOURCE_BUSY, "warehouse")


async def test_a_terminal_failure_cancels_what_runs(
    order: wire.RunOrder, doubles: benches.Doubles
) -> None:
    doubles.warehouse.slow(60)
    (order.client.folder / "load.sql").write_text(
        "CREATE VIEW orders AS SELECT count(*) AS amount, DATE '2026-11-16' AS day"
        " FROM range(3000000) t(i) WHERE hash(i) % 7 = 3 HAVING error('broken')",
        "utf-8",
    )
    failure, _ = await _failed(order)
    assert (failure.code, failure.source) == (FailureCode.QUERY_INVALID, "shop")
    assert all(job.cancelled for job in doubles.warehouse.jobs)


async def test_what_was_paid_is_told_by_a_failed_run(order: wire.RunOrder) -> None:
    figures = samples.asked((samples.REVENUE, samples.figure("absent", "1")))
    failure, outcome = await _failed(_spec(order, metrics=figures, breakdowns=()))
    assert failure.code is FailureCode.RESULT_INVALID
    assert sum(one.cost for one in outcome.usage) > 0


async def test_a_query_over_all_periods_is_asked_once(
    order: wire.RunOrder, doubles: benches.Doubles
) -> None:
    query = spec.QuerySpec(
        name="spend",
        source="warehouse",
        sql=(
            "SELECT DATE_TRUNC(day, WEEK(MONDAY)) AS period_start, SUM(amount) AS ad_spend"
            " FROM orders WHERE day >= @period_start AND day < @period_end GROUP BY 1"
        ),
        file="spend_weekly.sql",
        span=spec.Span.ALL,
    )
    made = await _made(
        _spec(order, queries=(query,), metrics=samples.asked((samples.AD_SPEND,)), breakdowns=())
    )
    (spend,) = made.report.metrics
    assert (spend.value, spend.previous) == (Decimal("6.50"), Decimal("1.25"))
    assert len(doubles.warehouse.jobs) == 1


async def test_a_breakdown_may_bear_the_name_of_a_query(order: wire.RunOrder) -> None:
    (channels,) = order.client.reports[samples.WEEKLY].breakdowns
    made = await _made(_spec(order, breakdowns=(replace(channels, name="spend"),)))
    assert made.report.metrics[2].value == 3
    assert made.report.breakdowns[0].total.value == 70


async def test_a_trend_is_of_the_first_metric_where_none_is_named(order: wire.RunOrder) -> None:
    made = await _made(_spec(order, trend=None))
    assert made.report.trend == "revenue"
    flat = metric.Flat(relative=Decimal("0.5"))
    wide = replace(order, client=replace(order.client, flat=flat))
    assert (await _made(wide)).report.metrics[0].flat == flat
