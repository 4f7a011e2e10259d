from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot import errors, settings

TOKEN = "xoxb-" + "1234-not-a-token"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run where no .env lies about."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_nothing_set_gives_the_defaults() -> None:
    found = settings.read()
    assert found.clients_dir == Path("clients")
    assert found.database == Path("var/reportops.db")
    assert found.operators == ()
    assert found.stagger == timedelta(minutes=10)


def test_lists_are_comma_separated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTOPS_OPERATORS", "U1, U2 ,,U3")
    assert settings.read().operators == ("U1", "U2", "U3")


def test_spans_are_seconds_or_iso(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTOPS_STAGGER", "90")
    monkeypatch.setenv("REPORTOPS_RUN_TIMEOUT", "PT5M")
    found = settings.read()
    assert (found.stagger, found.run_timeout) == (timedelta(seconds=90), timedelta(minutes=5))


def test_an_unknown_name_suggests_the_right_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTOPS_CLIENT_DIR", "x")
    with pytest.raises(errors.ConfigurationError, match="Did you mean REPORTOPS_CLIENTS_DIR"):
        settings.read()


def test_an_unknown_name_in_the_env_file_is_an_error_too(elsewhere: Path) -> None:
    (elsewhere / ".env").write_text("REPORTOPS_OPS_CHANEL=C1\n")
    with pytest.raises(errors.ConfigurationError, match="Did you mean REPORTOPS_OPS_CHANNEL"):
        settings.read()


def test_a_wrong_value_names_its_variable_and_never_the_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REPORTOPS_MAX_CONCURRENT_RUNS", "hunter2")
    with pytest.raises(errors.ConfigurationError) as caught:
        settings.read()
    assert "REPORTOPS_MAX_CONCURRENT_RUNS" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("STAGGER", "hunter2", "not a span; write seconds (600) or ISO 8601 (PT10M)"),
        ("MAX_CONCURRENT_RUNS", "hunter2", "not a whole number; write digits alone (3)"),
        ("MAX_CONCURRENT_RUNS", "1776", "too large; write 64 or less"),
        ("KEEP_DAYS", "17", "too small; write 35 or more"),
        ("MONTHLY_AI_BUDGET", "hunter2", "not a number; write it like 20 or 12.50"),
        ("MONTHLY_AI_BUDGET", "NaN", "not a number; write it like 20 or 12.50"),
        ("DEMO", "hunter2", "neither true nor false; write one of the two"),
        (
            "LOG_LEVEL",
            "hunter2",
            "not one of its choices; write debug, info, warning or error",
        ),
    ],
)
def test_a_wrong_value_is_told_in_plain_words(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(f"REPORTOPS_{name}", value)
    with pytest.raises(errors.ConfigurationError) as caught:
        settings.read()
    assert str(caught.value) == f"REPORTOPS_{name}: {words}"


def test_secrets_hide_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", TOKEN)
    found = settings.read()
    assert TOKEN not in repr(found)
    assert TOKEN not in found.model_dump_json()
    assert found.slack_bot_token is not None
    assert found.slack_bot_token.get_secret_value() == TOKEN


def test_the_env_file_is_read_and_the_environment_wins(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (elsewhere / ".env").write_text("REPORTOPS_OPS_CHANNEL=C1\nREPORTOPS_MONTHLY_AI_BUDGET=20\n")
    monkeypatch.setenv("REPORTOPS_OPS_CHANNEL", "C2")
    found = settings.read()
    assert (found.ops_channel, found.monthly_ai_budget) == ("C2", Decimal(20))


def test_a_clients_credential_never_comes_from_the_env_file(elsewhere: Path) -> None:
    (elsewhere / ".env").write_text("GLOBEX_BIGQUERY=secret\n")
    settings.read()
    assert settings.credential("GLOBEX_BIGQUERY") is None


def test_a_clients_credential_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLOBEX_BIGQUERY", "secret")
    assert settings.credential("GLOBEX_BIGQUERY") == "secret"


@pytest.mark.parametrize(
    ("url", "accepted"),
    [
        ("http://127.0.0.1:8000/api/", True),
        ("http://localhost:1/api/", True),
        ("http://[::1]:1/api/", True),
        ("https://slack.com/api/", False),
        ("http://localhost.example/api/", False),
        ("http://127.0.0.1.example/api/", False),
    ],
)
def test_the_moved_clock_is_for_loopback_only(
    monkeypatch: pytest.MonkeyPatch, url: str, *, accepted: bool
) -> None:
    monkeypatch.setenv("REPORTOPS_CLOCK_FILE", "clock")
    monkeypatch.setenv("SLACK_API_URL", url)
    if accepted:
        assert settings.read().clock_file == Path("clock")
    else:
        with pytest.raises(errors.ConfigurationError, match="loopback"):
            settings.read()


@pytest.mark.parametrize(("budget", "accepted"), [("2048", True), ("2047", False)])
def test_all_runs_together_have_room_for_one(
    monkeypatch: pytest.MonkeyPatch, budget: str, *, accepted: bool
) -> None:
    monkeypatch.setenv("REPORTOPS_RUN_MEMORY_MB", "2048")
    monkeypatch.setenv("REPORTOPS_MEMORY_BUDGET_MB", budget)
    if accepted:
        assert settings.read().memory_budget_mb == 2048
    else:
        with pytest.raises(errors.ConfigurationError, match="MEMORY_BUDGET_MB is for all runs"):
            settings.read()


def test_doubles_are_named_by_kind_and_stand_on_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REPORTOPS_DOUBLES", "ga4=http://127.0.0.1:8080/, looker=http://[::1]:1")
    found = settings.read().doubles
    assert found == {"ga4": "http://127.0.0.1:8080", "looker": "http://[::1]:1"}
    for wrong in ("ga4=https://evil.example", "ga4", "=http://127.0.0.1:1", "ga4=http://10.0.0.1"):
        monkeypatch.setenv("REPORTOPS_DOUBLES", wrong)
        with pytest.raises(errors.ConfigurationError, match="REPORTOPS_DOUBLES"):
            settings.read()


def test_a_master_key_in_a_file_is_refused_and_not_repeated(elsewhere: Path) -> None:
    (elsewhere / ".env").write_text("REPORTOPS_MASTER_KEY=hunter22\n")
    with pytest.raises(errors.ConfigurationError, match=r"stands in \.env") as caught:
        settings.read()
    assert "hunter22" not in str(caught.value)
