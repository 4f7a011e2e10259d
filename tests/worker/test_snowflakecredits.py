"""What Snowflake's queries took of a warehouse: an estimate where it may be made, else nothing."""

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot import wire
from bot.demo import snowflake
from bot.domain import money, spec
from bot.kinds.snowflake import SnowflakeSettings
from bot.worker import pipeline
from bot.worker.sources import base, snowflakecredits
from tests import samples
from tests.contract import benches, sqlbenches
from tests.executors import acting

COUNT = "SELECT COUNT(*) AS n FROM orders"


@pytest.fixture
def account() -> Iterator[snowflake.SnowflakeDouble]:
    with snowflake.SnowflakeDouble() as made:
        yield made


@pytest.fixture
def bench(account: snowflake.SnowflakeDouble, tmp_path: Path) -> Iterator[benches.Bench]:
    with sqlbenches.snowflake(account, tmp_path) as made:
        yield made


def _with(bench: benches.Bench, **settings: object) -> None:
    source = bench.access.spec
    changed = replace(source, settings={**source.settings, **settings})
    bench.access = replace(bench.access, spec=changed)


def _bill(bench: benches.Bench) -> list[money.Usage]:
    assert isinstance(bench.source, base.Billing)
    return list(bench.source.bill())


def _line(*, cost: str, credits_: str) -> money.Usage:
    return money.Usage(
        kind=money.UsageKind.SNOWFLAKE,
        item="orders",
        cost=Decimal(cost),
        credits=Decimal(credits_),
        estimated=True,
    )


@pytest.mark.parametrize("database", [{}, {"database": "SHOP"}])
def test_each_query_is_told_with_its_share_of_the_warehouse(
    bench: benches.Bench, account: snowflake.SnowflakeDouble, database: dict[str, str]
) -> None:
    _with(bench, credit_price="3.00", **database)
    account.takes(4500, "Medium")
    bench.read(COUNT)
    account.takes(900, "2X-Large")
    bench.read(COUNT)
    # 4.5 s of 4 credits an hour and 0.9 s of 32: 0.005 + 0.008
    assert _bill(bench) == [_line(cost="0.039", credits_="0.013")]


def test_without_a_price_credits_are_told_and_cost_nothing(
    bench: benches.Bench, account: snowflake.SnowflakeDouble
) -> None:
    account.takes(3600, "X-Small")
    bench.read(COUNT)
    assert _bill(bench) == [_line(cost="0", credits_="0.001")]


def test_a_role_that_may_not_see_it_leaves_no_line(
    bench: benches.Bench, account: snowflake.SnowflakeDouble
) -> None:
    account.takes(3600, "X-Small")
    account.hide_history()
    bench.read(COUNT)
    assert _bill(bench) == []
    assert bench.read(COUNT).rows == ((4,),)


def test_a_service_that_went_down_meanwhile_leaves_no_line(
    bench: benches.Bench, account: snowflake.SnowflakeDouble
) -> None:
    account.takes(3600, "X-Small")
    bench.read(COUNT)
    account.cut()
    assert _bill(bench) == []


def test_who_read_nothing_asks_nothing(
    bench: benches.Bench, account: snowflake.SnowflakeDouble
) -> None:
    assert _bill(bench) == []
    assert account.queries == ()


def test_only_our_own_queries_count_and_only_sizes_that_are_known() -> None:
    history = [("a", 3600, "Small"), ("b", 3600, None), ("c", 3600, "Vast"), ("d", 3600, "Small")]
    names = {"a": "orders", "b": "cached", "c": "odd"}
    found = snowflakecredits.estimated(history, names, price=None)
    assert found == [_line(cost="0", credits_="0.002")]


def test_the_price_survives_its_way_to_the_worker() -> None:
    raw = {"account": "acme-xy12345", "warehouse": "W", "role": "R", "credit_price": 2.6}
    told = SnowflakeSettings.model_validate(raw).model_dump(mode="json", exclude_none=True)
    assert SnowflakeSettings.model_validate(told).credit_price == Decimal("2.6")


def _order(bench: benches.Bench, account: snowflake.SnowflakeDouble, folder: Path) -> wire.RunOrder:
    """Acme's weekly report, with its ad spend from Snowflake."""
    made = acting.order(folder)
    spend = spec.QuerySpec(
        name="spend",
        source="warehouse",
        sql="SELECT COUNT(*) AS ad_spend FROM orders",
        file="spend_weekly.sql",
    )
    weekly = made.client.reports[samples.WEEKLY]
    changed = replace(
        weekly,
        queries=(*weekly.queries, spend),
        metrics=samples.asked((samples.REVENUE, samples.ORDERS, samples.AD_SPEND)),
    )
    client = replace(
        made.client,
        sources={**made.client.sources, "warehouse": bench.access.spec},
        reports={samples.WEEKLY: changed},
    )
    key = json.dumps(account.user("REPORTS", "private_key"))
    return replace(
        made,
        client=client,
        credentials={"env://ACME_SNOWFLAKE": key},
        environment={"snowflake": account.url},
    )


@pytest.mark.parametrize("is_hidden", [False, True])
async def test_a_report_brings_the_lines_and_never_fails_for_them(
    bench: benches.Bench,
    account: snowflake.SnowflakeDouble,
    tmp_path: Path,
    *,
    is_hidden: bool,
) -> None:
    account.takes(1800, "Small")
    if is_hidden:
        account.hide_history()
    outcome = await pipeline.run(_order(bench, account, tmp_path / "acme"), lambda _: None)
    assert isinstance(outcome, wire.ReportMade), outcome
    told = [one for one in outcome.usage if one.kind is money.UsageKind.SNOWFLAKE]
    assert [one.item for one in told] == ([] if is_hidden else ["spend"])
    assert all(one.credits >= Decimal("0.001") and one.estimated for one in told)
