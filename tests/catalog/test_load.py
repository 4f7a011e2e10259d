"""clients/ → Catalog: what a good file becomes, and every fault with its place and remedy."""

from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.catalog import load
from bot.domain import ids, metric, period, spec
from bot.domain.client import Client, Stage
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
    ("stage: live", "demo: maybe", "demo", "neither true nor false", "true or false"),
    ("kind: bigquery", "kind: bigqury", "sources.warehouse.kind", "not a kind", "bigquery?"),
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


SECRETS = [
    "xoxb-" + "1234567890-abcdefghij",
    "sk-ant-" + "api03-abcdefghijklmnop",
    "-----BEGIN " + "PRIVATE KEY-----",
    "gh" + "p_abcdefghijklmnopqrstuvwxyz0123456789",
    "AK" + "IAABCDEFGHIJKLMNOP",
    "0123456789abcdef" * 4,
]
PLACES = [
    ("name: Globex", "name: '{}'"),
    ("channel: C0GLOBEX1", "channel: '{}'"),
    ("stage: live", "stage: '{}'"),
    ("stage: live", "password: '{}'"),
    ("stage: live", "'{}': 1"),
    ("env://GLOBEX_BIGQUERY", "'{}'"),
    ("env://GLOBEX_BIGQUERY", "'env://{}'"),
    ("env://GLOBEX_BIGQUERY", "{{type: service_account, private_key: '{}'}}"),
    ("setup: load.sql", "setup: load.sql, credential: '{}'"),
    ("setup: load.sql", "setup: load.sql, token: '{}'"),
    ("globex-analytics", "'{}'"),
    ("kind: bigquery", "kind: '{}'"),
    ("claude-haiku-5-5", "'{}'"),
    ("revenue / ad_spend", "'{}'"),
    ("sql: orders.sql", "sql: '{}'"),
    ("period: week", "period: '{}'"),
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(("old", "new"), PLACES)
def test_a_pasted_secret_is_refused_and_never_repeated(
    tmp_path: Path, old: str, new: str, secret: str
) -> None:
    found = folder.faults(tmp_path, folder.edit(old, new.format(secret)))
    if old not in {"name: Globex", "globex-analytics"}:
        assert found
    assert not any(secret[:16] in str(fault) or secret[-16:] in str(fault) for fault in found)


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("env://globex", "does not name an environment variable"),
        ("vault://kv/globex", "later version"),
        ("ftp://x", "no kind of credential reference"),
        ("env://SLACK_BOT_TOKEN", "belongs to the bot itself"),
        ("env://ANTHROPIC_API_KEY", "belongs to the bot itself"),
    ],
)
def test_only_env_references_of_the_client_itself_are_taken(
    tmp_path: Path, reference: str, said: str
) -> None:
    found = folder.only(tmp_path, folder.edit("env://GLOBEX_BIGQUERY", reference))
    assert found.key == "sources.warehouse.credential"
    assert said in found.problem


def test_a_source_that_needs_a_credential_says_so(tmp_path: Path) -> None:
    text = folder.edit("    credential: env://GLOBEX_BIGQUERY\n", "")
    assert "needs a credential" in folder.only(tmp_path, text).problem


def test_a_pasted_key_of_a_service_account_is_not_repeated(tmp_path: Path) -> None:
    key = '{"type": "service_account", "private_key": "-----BEGIN ' + 'PRIVATE KEY-----abc"}'
    found = folder.only(tmp_path, folder.edit("env://GLOBEX_BIGQUERY", f"'{key}'"))
    assert "PRIVATE" not in str(found)


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
