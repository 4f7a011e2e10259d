"""Every fault with its place, its words and its remedy."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.catalog import load
from tests.catalog import folder

CASES = [
    ("name: Globex", "nam: Globex", "nam", "not known", "Did you mean name?"),
    ("channel: C0GLOBEX1", 'channel: "#globex"', "channel", "not a channel", "channel's details"),
    ("channel: C0GLOBEX1", "channel: D0GLOBEX1", "channel", "not a channel", "channel's details"),
    ("channel: C0GLOBEX1", "channel:", "channel", "no value", "Write one"),
    ("timezone: Europe/Paris", "timezone: Europe/Pari", "timezone", "time zone", "Europe/Paris"),
    ("timezone: Europe/Paris", "timezone: paris", "timezone", "time zone", "Europe/Paris"),
    ("timezone: Europe/Paris", "timezone: ../etc", "timezone", "time zone", "Write one"),
    ("stage: live", "stage: lvie", "stage", "none of the choices", "Did you mean live?"),
    ("owner: U0CLAIRE", "owner: Claire", "owner", "not a person", "profile"),
    ("stage: live", "alerts: ops", "alerts", "not a channel", "channel's details"),
    ("stage: live", "locale: xx_YY", "locale", "not a locale", "en_GB"),
    ("stage: live", "currency: eur", "currency", "not an ISO currency", "Did you mean EUR?"),
    ("stage: live", "week_start: 7", "week_start", "not a day of the week", "monday"),
    ("stage: live", "flat: 1", "flat", "means 100 %", "Did you mean 1 %?"),
    ("stage: live", "flat: {points: x}", "flat", "percentage points", "0.1"),
    ("stage: live", "flat: {relativ: 1 %}", "flat", "not a limit", "relative"),
    ("stage: live", "budget: much", "budget", "US dollars", "20"),
    ("stage: live", "budget: -1", "budget", "US dollars", "20"),
    ("stage: live", "budget: nan", "budget", "US dollars", "20"),
    ("stage: live", "terms: [GA4, 100]", "terms[1]", "no letter", "GA4"),
    ("stage: live", "terms: GA4", "terms", "not a list", "[one, two]"),
    ("stage: live", "links: {D: 'http://x.example'}", "links.D", "https", "https://"),
    ("name: Globex", f"name: {'x' * 81}", "name", "81 characters", "Shorten"),
    ("name: Globex", 'name: "a\\nb"', "name", "line break", "one line"),
    ("stage: live", "links: {D: 'https://a:b@x.example'}", "links.D", "password", "Remove"),
    ("stage: live", "flat: []", "flat", "cannot be read", "1 %"),
    ("stage: live", "flat: -1 %", "flat", "not a share", "1 %"),
    ("stage: live", "stage: live\nstage: internal", "stage", "stands twice", "Keep one"),
    ("stage: live", "demo: maybe", "demo", "neither true nor false", "true or false"),
    ("kind: bigquery", "kind: bigqury", "sources.warehouse.kind", "not a kind", "bigquery?"),
    ("globex-analytics", "'Globex Analytics'", "sources.warehouse.project", "as it must be",
     "The Google Cloud project"),
    ("globex-analytics", "x-analytics\n    maximum_bytes_billed: 2 gigs",
     "sources.warehouse.maximum_bytes_billed", "2 GB", "would read more"),
    ("globex-analytics", "x-analytics\n    timeout: 0", "sources.warehouse.timeout", "less than 1",
     "1 or more"),
    ("setup: load.sql", "setup: ../load.sql", "sources.shop.setup", "inside", "SQL file"),
    ("setup: load.sql", "setup: load.sql, database: x", "sources.shop", "exactly one", "_example"),
    ("setup: load.sql", "setup: lod.sql", "sources.shop.setup", "not there", "Create"),
    ("title: Weekly KPIs", "title: ''", "reports.weekly.title", "empty", "Write"),
    ('"0 6 * * 1"', '"0 6 * *"', "reports.weekly.schedule.cron", "five fields", "0 6 * * 1"),
    ('"0 6 * * 1"', '"0 6 * * 9"', "reports.weekly.schedule.cron", "day of week", "five fields"),
    ('"0 6 * * 1"', "'@daily'", "reports.weekly.schedule.cron", "five fields", "0 6 * * 1"),
    ('"0 6 * * 1"', '"0 0 31 2 *"', "reports.weekly.schedule.cron", "day of month", "five"),
    ('post_at: "08:30"', "post_at: 8.30", "reports.weekly.schedule.post_at", "time of", "08:30"),
    ('post_at: "08:30"', 'post_at: "24:00"', "reports.weekly.schedule.post_at", "time of", "08:30"),
    ('post_at: "08:30"', 'post_at: "05:00"', "reports.weekly.schedule.post_at", "06:00", "later"),
    ('post_at: "08:30"', 'post_at: "09:30"', "reports.weekly.schedule.deliver_by", "09:30",
     "later"),
    ('post_at: "08:30"', "catch_up: soon", "reports.weekly.schedule.catch_up", "span", "12 hours"),
    ('post_at: "08:30"', "catch_up: 8 d", "reports.weekly.schedule.catch_up", "7 days", "7 days"),
    ("period: week", "period: weekly", "reports.weekly.period", "not a period", "mean week?"),
    ("period: week", "period: {days: 3}", "reports.weekly.period", "cannot be read", "last_days"),
    ("[previous, last_year]", "{previous: 1}", "reports.weekly.compare", "not a list", "[one"),
    ("{model: claude-haiku-5-5}", "{model: [x]}", "reports.weekly.narrative.model",
     "not a single value", "text"),
    ("period: week", "period: last 0 days", "reports.weekly.period", "number of days", "366"),
    ("previous, last_year", "prevous", "reports.weekly.compare[0]", "none of", "mean previous?"),
    ("previous, last_year", "previous, previous", "reports.weekly.compare", "twice", "once"),
    ("period: week", "period: week\n    history: 21", "reports.weekly.history", "more than 20",
     "20"),
    ("period: week", "period: week\n    history: x", "reports.weekly.history", "whole number", "8"),
    ("period: week", "period: week\n    trend: sales", "reports.weekly.trend", "no metric", ""),
    ("source: shop, sql: orders.sql", "source: shopp, sql: orders.sql",
     "reports.weekly.queries.orders.source", "no source shopp", "mean shop?"),
    ("sql: orders.sql", "sql: order.sql", "reports.weekly.queries.orders.sql", "not there",
     "mean orders.sql?"),
    ("sql: orders.sql", "sql: ../x.sql", "reports.weekly.queries.orders.sql", "inside", "“..”"),
    ("sql: orders.sql", "sql: /etc/passwd", "reports.weekly.queries.orders.sql", "inside", "“..”"),
    ("sql: orders.sql", "sql: .", "reports.weekly.queries.orders.sql", "not there", "Create"),
    ("{unit: currency}", "{unit: euros}", "reports.weekly.metrics.revenue.unit", "none of",
     "currency"),
    ("{unit: currency}", "{unit: currency, from: order.revenue}",
     "reports.weekly.metrics.revenue.from", "no query order", "mean orders?"),
    ("{unit: currency}", "{unit: currency, from: revenue}", "reports.weekly.metrics.revenue.from",
     "does not name", "orders.revenue"),
    ("revenue / ad_spend", "revenue / adspend", "reports.weekly.metrics.roas.formula",
     "no metric adspend", "mean ad_spend?"),
    ("revenue / ad_spend", "revenue ** 2", "reports.weekly.metrics.roas.formula", "cannot be read",
     "revenue / orders"),
    ("revenue / ad_spend", "roas + 1", "reports.weekly.metrics.roas.formula", "needs itself",
     "columns"),
    ("revenue / ad_spend", "revenue, from: spend.x", "reports.weekly.metrics.roas.from", "not both",
     "Remove"),
    ("by: channel, metric: revenue", "by: channel, metric: revnue",
     "reports.weekly.breakdowns.channels.metric", "no metric revnue", "mean revenue?"),
    ("metric: revenue}", "metric: revenue, top: 21}", "reports.weekly.breakdowns.channels.top",
     "more than 20", "20"),
    ("claude-haiku-5-5", "claude-haiku-55", "reports.weekly.narrative.model", "not known",
     "claude-haiku-5-5"),
    ("{model: claude-haiku-5-5}", "{model: claude-haiku-5-5, language: klingon}",
     "reports.weekly.narrative.language", "language code", "en"),
    ("{model: claude-haiku-5-5}", "yes", "reports.weekly.narrative", "group", "Indent"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key", "said", "remedy"), CASES)
def test_a_fault_is_told_with_its_place_and_remedy(
    tmp_path: Path, old: str, new: str, key: str, said: str, remedy: str
) -> None:
    text = folder.edit(old, new) if old != "{unit: currency}" else folder.GOOD.replace(old, new)
    found = [fault for fault in folder.faults(tmp_path, text) if fault.key == key]
    assert len(found) == 1
    assert said in found[0].problem
    assert remedy in found[0].remedy
    assert found[0].file == "globex/client.yaml"
    assert found[0].line == folder.line_of(new.splitlines()[-1], text)


def test_a_missing_file_a_missing_key_and_a_wrong_name_are_all_told_at_once(tmp_path: Path) -> None:
    text = folder.edit("title: Weekly KPIs", "titel: Weekly KPIs")
    text = folder.edit("timezone: Europe/Paris\n", "", text)
    text = folder.edit("project: globex", "projekt: globex", text)
    text = folder.edit("formula: revenue /", "formula: revenu /", text)
    folder.write(tmp_path, text=text)
    (tmp_path / "globex/spend.sql").unlink()
    found = {fault.key for fault in load.load(tmp_path, demo=False).faults}
    assert found == {
        "timezone",
        "sources.warehouse.projekt",
        "sources.warehouse.project",
        "reports.weekly.titel",
        "reports.weekly.title",
        "reports.weekly.queries.spend.sql",
        "reports.weekly.metrics.roas.formula",
    }


def test_an_unknown_key_lists_what_is_known(tmp_path: Path) -> None:
    found = folder.only(tmp_path, folder.edit("stage: live", "zzz: 1"))
    assert found.remedy.startswith("Known here: alerts, budget, channel")


def test_a_key_below_a_name_that_is_a_key_too_is_suggested_from_its_own_place(
    tmp_path: Path,
) -> None:
    text = folder.edit("  weekly:\n", "  metrics:\n").replace("by: channel,", "bye: channel,")
    keys = {fault.key: fault.remedy for fault in folder.faults(tmp_path, text)}
    assert keys["reports.metrics.breakdowns.channels.bye"] == "Did you mean by?"


@pytest.mark.parametrize("name", ["period", "previous", "total", "class"])
def test_reserved_words_are_no_metrics(tmp_path: Path, name: str) -> None:
    text = folder.edit("      ad_spend: {", f"      {name}: {{unit: count}}\n      ad_spend: {{")
    assert "reserved" in folder.only(tmp_path, text).problem


def test_what_only_follows_from_a_fault_is_not_told(tmp_path: Path) -> None:
    text = folder.GOOD.replace("{source: shop, sql: orders.sql}", "orders.sql")
    text = text.replace("{source: warehouse, sql: spend.sql}", "spend.sql")
    keys = [fault.key for fault in folder.faults(tmp_path, text)]
    assert keys == ["reports.weekly.queries.orders", "reports.weekly.queries.spend"]


def test_a_breakdown_may_not_have_a_metrics_name(tmp_path: Path) -> None:
    text = folder.edit("channels: {source", "revenue: {source")
    assert "A metric has this name" in folder.only(tmp_path, text).problem


def test_a_bad_name_is_a_fault_of_its_own(tmp_path: Path) -> None:
    text = folder.edit("      roas:", "      ROAS:")
    found = folder.only(tmp_path, text)
    line = folder.line_of("ROAS", text)
    assert (found.key, found.line) == ("reports.weekly.metrics.ROAS", line)
    assert "cannot be a name" in found.problem


def test_a_circle_of_formulas_is_told_once(tmp_path: Path) -> None:
    text = folder.edit("ad_spend: {unit: currency, better: lower}", "a: {unit: count, formula: b}")
    text = folder.edit(
        "roas: {unit: ratio, formula: revenue / ad_spend}", "b: {unit: count, formula: a}", text
    )
    assert folder.only(tmp_path, text).problem == "The formula needs itself: a → b → a."


@pytest.mark.parametrize("cron", ["* * * * *", "*/5 6 * * *,", "0,30 * * * *"])
def test_a_schedule_that_floods_is_refused(tmp_path: Path, cron: str) -> None:
    text = folder.edit('"0 6 * * 1", post_at: "08:30", deliver_by: "09:00"', f'"{cron}"')
    assert folder.only(tmp_path, text).key == "reports.weekly.schedule.cron"


def test_the_last_fire_of_the_day_counts_for_the_promise(tmp_path: Path) -> None:
    text = folder.edit('"0 6 * * 1", post_at: "08:30"', '"0 6,10 * * 1"')
    found = folder.only(tmp_path, text)
    assert found.problem == "09:00 is not after the fire at 10:00."


@pytest.mark.parametrize(
    ("file", "content", "line", "said", "remedy"),
    [
        ("orders.sql", "SELECT 1\n, $period_strat", 2, "$period_strat", "mean $period_start?"),
        ("spend.sql", "SELECT\n@period_ends", 2, "@period_ends", "mean @period_end?"),
        ("spend.sql", "SELECT $period_end", 1, "$period_end is not how", "Write @period_end."),
        ("channels.sql", "SELECT '$period_end'", 1, "in quotes", "without quotes"),
        ("orders.sql", "-- to come\n", 1, "no SQL", "SELECT"),
        ("orders.sql", "SELECT 1\n\x00", 2, "control character", "Remove"),
    ],
)
def test_a_fault_in_a_sql_file_stands_at_its_own_line(
    tmp_path: Path, file: str, content: str, line: int, said: str, remedy: str
) -> None:
    path = folder.write(tmp_path)
    (path / file).write_text(content, "utf-8")
    (found,) = load.load(tmp_path, demo=False).faults
    assert (found.file, found.line) == (f"globex/{file}", line)
    assert said in found.problem
    assert remedy in found.remedy


def test_a_sql_file_may_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    path = folder.write(tmp_path / "clients")
    outside = tmp_path / "elsewhere.sql"
    outside.write_text("SELECT 1", "utf-8")
    (path / "orders.sql").unlink()
    (path / "orders.sql").symlink_to(outside)
    (found,) = load.load(tmp_path / "clients", demo=False).faults
    assert found.problem == "The file leads out of this folder."


def test_a_sql_file_is_bounded(tmp_path: Path) -> None:
    path = folder.write(tmp_path)
    (path / "orders.sql").write_text("SELECT 1 --" + "x" * 300_000, "utf-8")
    (found,) = load.load(tmp_path, demo=False).faults
    assert "larger than" in found.problem


WORDS = st.sampled_from(
    ["", "~", "[]", "{}", "[a, b]", "{a: 1}", "0", "-1", "true", "x", "week", "none", "'  '"]
)


@given(line=st.integers(0, len(folder.GOOD.splitlines()) - 1), word=WORDS)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_wrong_value_breaks_it(tmp_path: Path, line: int, word: str) -> None:
    lines: list[str] = list(folder.GOOD.splitlines())
    lines[line] = f"{lines[line].split(':', 1)[0]}: {word}"
    folder.write(tmp_path, text="\n".join(lines) + "\n")
    for fault in load.load(tmp_path, demo=False).faults:
        assert fault.line >= 1
        assert fault.problem.endswith(".")
        assert fault.remedy
        assert "pydantic" not in str(fault).casefold()


def test_a_faulty_source_hides_no_fault_of_its_queries(tmp_path: Path) -> None:
    folder.write(tmp_path, text=folder.edit("globex-analytics", "'Globex Analytics'"))
    (tmp_path / "globex/spend.sql").write_text("SELECT 1 AS ad_spend WHERE 1 = @period_begin\n")
    found = load.load(tmp_path, demo=False).faults
    assert [one.key for one in found] == [
        "sources.warehouse.project",
        "reports.weekly.queries.spend.sql",
    ]


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ("auth: none", ""),
        ("auth: none, credential: env://GLOBEX_API", "sources.shop.credential"),
        ("auth: none, auth_name: X-Key", "sources.shop.auth_name"),
        ("auth: bearer", "sources.shop.credential"),
    ],
)
def test_an_api_that_is_open_to_all_takes_no_credential(
    tmp_path: Path, settings: str, key: str
) -> None:
    text = folder.edit(
        "{kind: duckdb, setup: load.sql}",
        f"{{kind: http_json, url: 'https://api.globex.example', {settings}}}",
    )
    text = folder.edit("sql: orders.sql", "request: {count: orders}", text)
    text = folder.edit("sql: channels.sql", "request: {count: orders}, fresh: none", text)
    folder.write(tmp_path, text=text)
    found = load.load(tmp_path, demo=False).faults
    assert [one.key for one in found] == ([key] if key else [])


def test_a_breakdown_may_have_a_gate_of_its_own(tmp_path: Path) -> None:
    text = folder.edit("sql: channels.sql,", "sql: channels.sql, fresh: fresh.sql,")
    path = folder.write(tmp_path, text=text)
    assert [one.key for one in load.load(tmp_path, demo=False).faults] == [
        "reports.weekly.breakdowns.channels.fresh"
    ]
    (path / "fresh.sql").write_text("SELECT 1", "utf-8")
    (of,) = load.load(tmp_path, demo=False).clients.values()
    (report,) = of.reports.values()
    (split,) = report.breakdowns
    assert split.gate is not None
    assert (split.gate.sql, split.waits) == ("SELECT 1", True)
