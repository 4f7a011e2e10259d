"""`reportops run`: one run behind the same wall, and its result alone on stdout."""

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.cli import outcome
from tests.cli.conftest import Shell

pytestmark = pytest.mark.slow


def test_json_holds_one_object_with_every_figure(shell: Shell, tmp_path: Path) -> None:
    result = shell("run", "globex", "--output", "json")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert (told["client"], told["report"]) == ("globex", "weekly")
    assert set(told["period"]) >= {"kind", "label", "start", "end"}
    start, end = (date.fromisoformat(told["period"][side]) for side in ("start", "end"))
    assert (end - start, start.weekday()) == (timedelta(7), 0)
    revenue = told["metrics"]["revenue"]
    assert (revenue["value"], revenue["previous"], revenue["change"]) == (700, 700, 0)
    assert revenue["unit"] == "currency"
    assert len(revenue["history"]) == 8
    assert revenue["history"][-1] == revenue["value"]
    assert {"last_year", "change_last_year"} <= set(revenue)
    assert told["metrics"]["average_order"]["value"] == 100
    assert told["isolation"]["level"] in {"strong", "partial", "none"}
    assert isinstance(told["narrative"][0], str)
    assert "{" not in told["narrative"][0]
    assert set(told) >= {"breakdowns", "findings", "usage", "timings"}
    assert not (tmp_path / "reportops.db").exists()


def test_text_reads_like_the_post(shell: Shell) -> None:
    result = shell("run", "globex", "weekly", "--no-narrative")
    assert result.exit_code == 0, result.stderr
    assert "Globex · Weekly KPIs" in result.stdout
    assert "€700" in result.stdout


def test_blocks_are_the_posts_own(shell: Shell) -> None:
    told = json.loads(shell("run", "globex", "--output", "blocks").stdout)
    assert "header" in {block["type"] for block in told["blocks"]}
    assert "Globex" in told["text"]


def test_a_period_is_named_or_follows_from_the_day(shell: Shell) -> None:
    day = date.today() - timedelta(days=70)  # noqa: DTZ011 - the sample's rows end today
    monday = day - timedelta(days=day.weekday())
    year, week, _ = monday.isocalendar()
    named = json.loads(
        shell("run", "globex", "--period", f"{year}-W{week:02}", "--output", "json").stdout
    )
    as_of = (monday + timedelta(days=9)).isoformat()
    follows = json.loads(shell("run", "globex", "--as-of", as_of, "--output", "json").stdout)
    assert named["period"] == follows["period"]
    assert named["period"]["start"] == monday.isoformat()
    assert named["period"]["notation"] == f"{year}-W{week:02}"


def test_a_run_that_goes_well_says_nothing_else_unless_asked_for(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not shell("run", "globex").stderr
    monkeypatch.setenv("REPORTOPS_LOG_LEVEL", "debug")
    assert "run_stage" in shell("run", "globex").stderr


def test_a_run_that_fails_says_why_on_stderr_with_exit_code_one(
    shell: Shell, clients: Path
) -> None:
    (clients / "globex" / "orders_weekly.sql").write_text(
        "SELECT missing AS orders, 1 AS revenue FROM orders WHERE ordered_on >= $period_start"
    )
    result = shell("run", "globex")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "cannot run the query" in result.stderr
    assert "Mend the query, then run it again." in result.stderr
    assert "Traceback" not in result.stderr
    assert "Isolation: " in result.stderr


def test_a_client_with_faults_is_not_run_and_they_are_listed(shell: Shell, clients: Path) -> None:
    file = clients / "globex" / "client.yaml"
    file.write_text(file.read_text("utf-8").replace("period: week", "period: wek"), "utf-8")
    result = shell("run", "globex")
    assert result.exit_code == 2
    assert result.stderr.startswith("globex has faults in its files: globex/client.yaml:")
    assert "period" in result.stderr


def test_a_demo_client_runs_in_the_demo_only(
    shell: Shell, clients: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = clients / "globex" / "client.yaml"
    file.write_text(f"demo: true\n{file.read_text('utf-8')}", "utf-8")
    result = shell("run", "globex")
    assert result.exit_code == 2
    assert "REPORTOPS_DEMO=1" in result.stderr
    monkeypatch.setenv("REPORTOPS_DEMO", "1")
    assert shell("run", "globex").exit_code == 0


@pytest.mark.parametrize("demo", [True, False])
def test_a_data_file_that_is_missing_is_named(
    shell: Shell, clients: Path, monkeypatch: pytest.MonkeyPatch, *, demo: bool
) -> None:
    folder = clients / "globex"
    (folder / "orders_weekly.sql").write_text(
        "SELECT count(*) AS orders, 1 AS revenue FROM 'data/orders.csv' WHERE day >= $period_start"
    )
    if demo:
        monkeypatch.setenv("REPORTOPS_DEMO", "1")
        file = folder / "client.yaml"
        file.write_text(f"demo: true\n{file.read_text('utf-8')}", "utf-8")
    told = shell("run", "globex").stderr
    assert "there is no file data/orders.csv in the client's folder." in told
    assert "Mend the SQL" not in told
    assert ("is made by reportops demo" in told) is demo


def test_another_folder_may_be_named(
    shell: Shell, clients: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPORTOPS_CLIENTS_DIR", "nowhere")
    assert shell("run", "globex").exit_code == 2
    assert shell("run", "globex", "--clients-dir", str(clients)).exit_code == 0


def test_every_digit_of_a_decimal_is_a_number_in_json() -> None:
    third = Decimal(1) / Decimal(3)
    text = outcome.dump({"a": third, "b": [Decimal("1E+3"), None], "c": {}, "d": "é\n", "e": []})
    assert f'"a": {third}' in text
    assert json.loads(text, parse_float=Decimal) == {
        "a": third,
        "b": [1000, None],
        "c": {},
        "d": "é\n",
        "e": [],
    }
    assert outcome.dump(Decimal("NaN")) == "null"
