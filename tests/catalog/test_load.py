"""clients/ → Catalog: what a good file becomes, and every fault with its place and remedy."""

import os
from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.catalog import load
from bot.domain import ids, metric, period, spec
from bot.domain.client import Client, Stage
from bot.domain.retention import Retention
from bot.domain.walls import Level
from tests.catalog import folder

GLOBEX = ids.ClientId("globex")
WEEKLY = ids.ReportName("weekly")


def loaded(root: Path, text: str = folder.GOOD) -> Client:
    folder.write(root, text=text)
    catalog = load.load(root, demo=False)
    assert [str(fault) for fault in catalog.faults] == []
    return catalog.clients[GLOBEX]


def test_a_good_file_becomes_a_client(tmp_path: Path) -> None:
    made = loaded(tmp_path)
    assert (made.id, made.name, made.channel, made.stage) == (
        "globex",
        "Globex",
        "C0GLOBEX1",
        Stage.LIVE,
    )
    assert made.folder == tmp_path / "globex"
    warehouse = made.sources["warehouse"]
    assert warehouse.credential == "env://GLOBEX_BIGQUERY"
    assert warehouse.identity == "bigquery:globex-analytics"


@pytest.mark.parametrize("level", Level)
def test_a_client_may_demand_isolation(tmp_path: Path, level: Level) -> None:
    assert loaded(tmp_path).isolation is Level.NONE
    assert loaded(tmp_path, f"{folder.GOOD}isolation: {level}\n").isolation is level


def test_isolation_of_another_name_is_a_fault_with_its_place(tmp_path: Path) -> None:
    folder.write(tmp_path, text=f"{folder.GOOD}isolation: total\n")
    (fault,) = load.load(tmp_path, demo=False).faults
    assert (fault.key, fault.file) == ("isolation", "globex/client.yaml")
    assert "strong" in str(fault)


def test_a_good_file_becomes_a_report(tmp_path: Path) -> None:
    report = loaded(tmp_path).reports[WEEKLY]
    assert report.schedule == spec.ScheduleSpec(
        cron="0 6 * * 1",
        post_at=time(8, 30),
        deliver_by=time(9),
        catch_up=timedelta(hours=12),
    )
    assert report.period == period.PeriodRule(kind=period.PeriodKind.WEEK)
    assert report.compare == (spec.Comparison.PREVIOUS, spec.Comparison.LAST_YEAR)
    assert [query.sql for query in report.queries] == [
        folder.FILES["orders.sql"],
        folder.FILES["spend.sql"],
    ]
    assert report.metrics[1] == spec.MetricSpec(
        name="ad_spend",
        label="Ad spend",
        unit=metric.Unit.CURRENCY,
        better=metric.Better.LOWER,
        column="ad_spend",
    )
    assert report.metrics[2].formula == "revenue / ad_spend"
    assert report.breakdowns[0].by == "channel"
    assert report.narrative == spec.NarrativeSpec(model="claude-haiku-5-5")


def test_only_name_channel_timezone_source_and_report_are_required(tmp_path: Path) -> None:
    made = loaded(
        tmp_path,
        "name: 365\nchannel: C0GLOBEX1\ntimezone: Europe/Paris\n"
        "sources: {shop: {kind: duckdb, setup: load.sql}}\n"
        "reports: {w: {title: W, period: week, queries: {q: {source: shop, sql: orders.sql}},"
        " metrics: {revenue: {unit: count}}}}\n",
    )
    assert made.name == "365"
    assert made.stage is Stage.INTERNAL
    assert (made.locale, made.currency, made.flat) == ("en_GB", "EUR", metric.Flat())
    report = made.reports[ids.ReportName("w")]
    assert report.schedule is None
    assert report.compare == (spec.Comparison.PREVIOUS,)
    assert report.narrative.model is None
    assert report.metrics[0].better is metric.Better.HIGHER


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("day", (period.PeriodKind.DAY, 1)),
        ("Month", (period.PeriodKind.MONTH, 1)),
        ("quarter", (period.PeriodKind.QUARTER, 1)),
        ("last 28 days", (period.PeriodKind.LAST_DAYS, 28)),
        ("last_7_days", (period.PeriodKind.LAST_DAYS, 7)),
        ("{last_days: 28}", (period.PeriodKind.LAST_DAYS, 28)),
        ("week to date", (period.PeriodKind.WEEK_TO_DATE, 1)),
        ("month_to_date", (period.PeriodKind.MONTH_TO_DATE, 1)),
    ],
)
def test_periods_are_read(
    tmp_path: Path, written: str, rule: tuple[period.PeriodKind, int]
) -> None:
    text = "week_start: sunday\n" + folder.edit("period: week", f"period: {written}")
    found = loaded(tmp_path, text).reports[WEEKLY].period
    assert (found.kind, found.days, found.week_start) == (*rule, 6)


@pytest.mark.parametrize(
    ("written", "limits"),
    [
        ("1 %", ("0.01", "0.001")),
        ("0.5%", ("0.005", "0.001")),
        ("0.02", ("0.02", "0.001")),
        ("{points: 0.2}", ("0.01", "0.002")),
        ("{relative: 2 %, points: 0.3 points}", ("0.02", "0.003")),
    ],
)
def test_flat_is_read(tmp_path: Path, written: str, limits: tuple[str, str]) -> None:
    flat = loaded(tmp_path, f"flat: {written}\n" + folder.GOOD).flat
    assert (flat.relative, flat.points) == tuple(Decimal(limit) for limit in limits)


def test_an_unquoted_evening_is_a_time_and_not_a_number(tmp_path: Path) -> None:
    text = folder.edit('post_at: "08:30", deliver_by: "09:00"', "post_at: 18:30, deliver_by: 19:00")
    schedule = loaded(tmp_path, text).reports[WEEKLY].schedule
    assert schedule is not None
    assert (schedule.post_at, schedule.deliver_by) == (time(18, 30), time(19))


def test_from_names_query_and_column(tmp_path: Path) -> None:
    text = folder.edit("revenue: {unit: currency}", "revenue: {unit: currency, from: orders.Rev}")
    found = loaded(tmp_path, text).reports[WEEKLY].metrics[0]
    assert (found.query, found.column) == ("orders", "Rev")


@pytest.mark.parametrize("written", ["narrative: none", "narrative: {model: none, language: fr}"])
def test_without_a_model_the_template_writes(tmp_path: Path, written: str) -> None:
    text = folder.edit("narrative: {model: claude-haiku-5-5}", written)
    assert loaded(tmp_path, text).reports[WEEKLY].narrative.model is None


@pytest.mark.parametrize("name", ["Globex", "globex inc", "failed", "été", "x" * 41, "-x"])
def test_a_folder_must_be_called_like_a_client(tmp_path: Path, name: str) -> None:
    folder.write(tmp_path, name)
    catalog = load.load(tmp_path, demo=False)
    assert catalog.clients == {}
    assert [fault.client for fault in catalog.faults] == [name]
    assert "Rename the folder" in catalog.faults[0].remedy


def test_a_folder_may_not_lead_out(tmp_path: Path) -> None:
    outside = folder.write(tmp_path / "elsewhere")
    (tmp_path / "clients").mkdir()
    (tmp_path / "clients/globex").symlink_to(outside)
    catalog = load.load(tmp_path / "clients", demo=False)
    assert catalog.clients == {}
    assert "leads out" in catalog.faults[0].problem


def test_the_file_itself_may_not_lead_out(tmp_path: Path) -> None:
    outside = folder.write(tmp_path / "elsewhere")
    (tmp_path / "clients/globex").mkdir(parents=True)
    (tmp_path / "clients/globex/client.yaml").symlink_to(outside / "client.yaml")
    (found,) = load.load(tmp_path / "clients", demo=False).faults
    assert found.problem == "The file leads out of this folder."


def test_a_file_that_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "globex").mkdir()
    os.mkfifo(tmp_path / "globex/client.yaml")
    (found,) = load.load(tmp_path, demo=False).faults
    assert found.problem == "The file is not there."


def test_what_is_no_client_is_left_alone(tmp_path: Path) -> None:
    folder.write(tmp_path, "_draft", "nonsense: [")
    folder.write(tmp_path, ".hidden", "nonsense: [")
    (tmp_path / "README.md").write_text("x", "utf-8")
    assert load.load(tmp_path, demo=False).faults == ()


def test_a_folder_without_its_file_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "globex").mkdir()
    (found,) = load.load(tmp_path, demo=False).faults
    assert (found.file, found.problem) == ("globex/client.yaml", "The file is not there.")


def test_one_broken_client_does_not_stop_the_others(tmp_path: Path) -> None:
    folder.write(tmp_path, "acme", folder.other("acme"))
    folder.write(tmp_path, "globex", "name: [")
    catalog = load.load(tmp_path, demo=False)
    assert list(catalog.clients) == ["acme"]
    assert [fault.client for fault in catalog.faults] == ["globex"]


@pytest.mark.parametrize("demo", [True, False])
def test_the_demo_runs_its_own_clients_and_nobody_else_does(tmp_path: Path, demo: bool) -> None:
    folder.write(tmp_path, "acme", "demo: true\n" + folder.other("acme"))
    folder.write(tmp_path, "globex")
    catalog = load.load(tmp_path, demo=demo)
    assert list(catalog.clients) == (["acme"] if demo else ["globex"])
    assert catalog.faults == ()


def test_a_faulty_sample_does_not_trouble_a_real_workspace(tmp_path: Path) -> None:
    folder.write(tmp_path, "acme", "demo: true\nwrong: 1\n" + folder.other("acme"))
    assert load.load(tmp_path, demo=False).faults == ()
    assert len(load.load(tmp_path, demo=True).faults) == 1


def test_no_clients_folder_is_a_fault(tmp_path: Path) -> None:
    catalog = load.load(tmp_path / "clients", demo=False)
    assert catalog.clients == {}
    assert "REPORTOPS_CLIENTS_DIR" in catalog.faults[0].remedy


def test_the_digest_follows_the_clients(tmp_path: Path) -> None:
    folder.write(tmp_path)
    first = load.load(tmp_path, demo=False).digest
    assert load.load(tmp_path, demo=False).digest == first
    (tmp_path / "globex/orders.sql").write_text("SELECT 2 AS revenue", "utf-8")
    assert load.load(tmp_path, demo=False).digest != first


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("13 months", Retention(months=13)),
        ("1 year", Retention(months=12)),
        ("400 days", Retention(days=400)),
        ("35d", None),
        ("1 month", None),
        ("20 years", None),
        ("forever", None),
    ],
)
def test_a_client_says_how_long_what_is_stored_of_it_is_kept(
    tmp_path: Path, written: str, kept: Retention | None
) -> None:
    text = f"{folder.GOOD}retain: {written}\n"
    if kept is None:
        assert folder.only(tmp_path, text).key == "retain"
    else:
        assert loaded(tmp_path, text).retain == kept
