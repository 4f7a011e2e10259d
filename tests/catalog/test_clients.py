"""The clients that ship: the demo's three load, and the example shows every key."""

import re
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot import kinds, wire
from bot.catalog import load, model
from bot.domain import client, ids, period
from bot.kinds import stores
from tests.gates import source

CLIENTS = source.ROOT / "clients"


def test_the_demo_has_its_three_clients() -> None:
    catalog = load.load(CLIENTS, demo=True)
    assert [str(fault) for fault in catalog.faults] == []
    assert list(catalog.clients) == ["acme", "pvcp", "xyz"]
    for one in catalog.clients.values():
        (report,) = one.reports.values()
        assert one.stage is client.Stage.LIVE
        assert report.schedule is not None
        assert (report.schedule.cron, one.timezone) == ("0 6 * * 1", "Europe/Paris")
        assert report.schedule.post_at is None


def test_a_real_workspace_has_none_of_them() -> None:
    catalog = load.load(CLIENTS, demo=False)
    assert (catalog.clients, catalog.faults) == ({}, ())


@pytest.fixture(name="example")
def _example(tmp_path: Path) -> client.Client:
    shutil.copytree(CLIENTS / "_example", tmp_path / "example")
    catalog = load.load(tmp_path, demo=False)
    assert [str(fault) for fault in catalog.faults] == []
    return catalog.clients[ids.ClientId("example")]


def test_a_copy_of_the_example_is_a_client(example: client.Client) -> None:
    assert list(example.reports) == ["weekly", "monthly"]


def test_the_example_shows_every_key() -> None:
    text = (CLIENTS / "_example/client.yaml").read_text("utf-8")
    shapes = [
        model.ClientShape,
        model.ReportShape,
        model.ScheduleShape,
        model.QueryShape,
        model.MetricShape,
        model.ExpectShape,
        model.BreakdownShape,
        model.NarrativeShape,
        model.FlatShape,
        *(kind.settings for kind in kinds.KINDS.values()),
        *(store.settings for store in stores.STORES.values()),
    ]
    keys = {field.alias or name for one in shapes for name, field in one.model_fields.items()}
    shown = set(re.findall(r"([a-z_]+):", text))
    assert keys - shown == set()


def test_the_example_goes_into_a_worker_and_comes_out_the_same(
    example: client.Client, tmp_path: Path
) -> None:
    order = wire.RunOrder(
        run=ids.RunId("0" * 16),
        attempt=1,
        client=example,
        report=ids.ReportName("weekly"),
        period=period.Period(
            kind=period.PeriodKind.WEEK, start=date(2026, 11, 16), end=date(2026, 11, 23)
        ),
        as_of=datetime(2026, 11, 23, 5, tzinfo=UTC),
        credentials={},
        deadline_seconds=60,
        scratch=tmp_path,
    )
    assert wire.read_order(wire.write_order(order)) == order


README = """\
name: Globex
channel: C0GLOBEXREPORT
stage: live                 # internal (the default) or live
owner: U0CLAIRE
timezone: Europe/Paris
locale: en_GB
currency: EUR
sources:
  warehouse:
    kind: bigquery
    project: globex-analytics
    location: EU
    maximum_bytes_billed: 2 GB
    credential: env://GLOBEX_BIGQUERY
  shop:
    kind: duckdb              # database: shop.duckdb, or setup: load.sql
    setup: load.sql
reports:
  weekly:
    title: Weekly KPIs
    schedule: {cron: "0 6 * * 1", post_at: "08:30", deliver_by: "09:00"}   # run, hold, promise
    period: week
    compare: [previous, last_year]
    history: 8
    queries:
      orders: {source: shop, sql: orders_weekly.sql}
      spend:  {source: warehouse, sql: spend_weekly.sql}
    metrics:
      revenue:  {label: Revenue, unit: currency}
      orders:   {unit: count}
      ad_spend: {label: Ad spend, unit: currency, better: lower}
      roas:     {label: ROAS, unit: ratio, formula: revenue / ad_spend}
    breakdowns:
      channels: {source: shop, sql: channels_weekly.sql, by: channel, metric: revenue, top: 5}
    narrative: {model: claude-haiku-5-5, language: en, instructions: "Paid channels first."}
"""


def test_the_format_that_was_agreed_is_read_as_it_stands(tmp_path: Path) -> None:
    shutil.copytree(CLIENTS / "_example", tmp_path / "globex")
    (tmp_path / "globex/client.yaml").write_text(README, "utf-8")
    catalog = load.load(tmp_path, demo=False)
    assert [str(fault) for fault in catalog.faults] == []
    (made,) = catalog.clients.values()
    assert made.sources["warehouse"].settings["maximum_bytes_billed"] == 2_000_000_000
