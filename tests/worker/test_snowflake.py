"""Snowflake through its own connector, against the double that checks who signs in."""

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from snowflake.connector import errors as connector_errors

from bot import errors
from bot.demo import snowflake, snowflakeusers
from bot.domain import run
from bot.domain.run import FailureCode
from bot.kinds import mask
from bot.kinds.snowflake import SnowflakeSettings
from bot.kinds.typed import snowflake as credential
from bot.worker import sources
from bot.worker.sources import base, snowflakeerrors
from tests.contract import benches, sqlbenches

COUNT = "SELECT COUNT(*) AS n FROM orders"


@pytest.fixture
def account() -> Iterator[snowflake.SnowflakeDouble]:
    with snowflake.SnowflakeDouble() as made:
        yield made


@pytest.fixture
def bench(account: snowflake.SnowflakeDouble, tmp_path: Path) -> Iterator[benches.Bench]:
    with sqlbenches.snowflake(account, tmp_path) as made:
        yield made


def _failure(bench: benches.Bench, sql: str = COUNT) -> run.Failure:
    with pytest.raises(errors.RunError) as caught:
        bench.read(sql)
    return caught.value.failure


def _as(bench: benches.Bench, told: dict[str, str]) -> None:
    text = json.dumps(told)
    bench.access = replace(bench.access, credential=credential.parse(text), mask=mask.Mask([text]))


@pytest.mark.parametrize("method", ["private_key", "token", "oauth_token", "password"])
def test_each_way_to_sign_in_is_let_in_and_its_end_is_told(
    bench: benches.Bench, account: snowflake.SnowflakeDouble, method: snowflakeusers.Method
) -> None:
    account.revoke("REPORTS")
    told = account.user("REPORTS", method)
    _as(bench, told)
    assert bench.read(COUNT).rows == ((4,),)
    account.revoke("REPORTS")
    with pytest.raises(errors.RunError) as caught:
        sources.open_source(bench.access)
    failure = caught.value.failure
    assert failure.code is FailureCode.CREDENTIAL_REFUSED
    assert failure.said
    assert told[method][:30] not in failure.said


def test_a_session_says_whose_it_is_and_is_bounded_at_the_server(
    bench: benches.Bench, account: snowflake.SnowflakeDouble
) -> None:
    bench.read(COUNT)
    session = account.queries[0].session
    assert account.queries[0].tag == "client=acme;report=weekly;run=0123456789abcdef"
    assert session.user == "REPORTS"
    assert session.parameters["TIMEZONE"] == "Europe/Paris"
    assert session.parameters["CLIENT_TELEMETRY_ENABLED"] == "false"
    assert 0 < int(session.parameters["STATEMENT_TIMEOUT_IN_SECONDS"]) <= 15


def test_nothing_of_the_machine_takes_part(
    bench: benches.Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".snowflake").mkdir()
    told = '[default]\naccount = "other"\nuser = "OTHER"\npassword = "somebody-elses"\n'
    (tmp_path / ".snowflake/connections.toml").write_text(told, "ascii")
    (tmp_path / ".snowflake/connections.toml").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SNOWFLAKE_HOME", str(tmp_path / ".snowflake"))
    monkeypatch.setenv("SNOWFLAKE_DEFAULT_CONNECTION_NAME", "default")
    monkeypatch.setenv("SNOWFLAKE_HOST", "192.0.2.1")
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://192.0.2.1:3128")
    assert bench.read(COUNT).rows == ((4,),)
    assert "SNOWFLAKE_HOME" not in os.environ
    assert os.environ["SNOWFLAKE_DISABLE_PLATFORM_DETECTION"] == "true"


def test_a_query_that_is_late_is_ended_at_the_server(
    bench: benches.Bench, account: snowflake.SnowflakeDouble
) -> None:
    bench.hurry(0.4)
    sql = bench.slow()
    assert _failure(bench, sql).code is FailureCode.SOURCE_TIMEOUT
    assert account.queries[0].aborted


def test_the_servers_own_timeout_is_a_timeout(
    bench: benches.Bench, account: snowflake.SnowflakeDouble
) -> None:
    spec = bench.access.spec
    bench.access = replace(
        bench.access, spec=replace(spec, settings={**spec.settings, "timeout": 1})
    )
    object.__setattr__(bench.source, "_settings", SnowflakeSettings.model_validate(spec.settings))
    account.slow(3)
    assert _failure(bench).code is FailureCode.SOURCE_TIMEOUT
    assert not account.queries[0].aborted


def test_a_session_that_expires_is_renewed(
    bench: benches.Bench, account: snowflake.SnowflakeDouble
) -> None:
    assert bench.read(COUNT).rows == ((4,),)
    account.expire_sessions()
    assert bench.read(COUNT).rows == ((4,),)
    assert account.logins == 1


def test_a_session_that_is_gone_is_told(
    bench: benches.Bench, account: snowflake.SnowflakeDouble
) -> None:
    assert bench.read(COUNT).rows == ((4,),)
    account.end_sessions()
    assert errors.is_retryable(_failure(bench).code)


def test_a_service_that_stumbles_is_asked_again(
    bench: benches.Bench, account: snowflake.SnowflakeDouble
) -> None:
    bench.access = replace(bench.access, patience=10)
    assert bench.source
    account.fail(1)
    assert bench.read(COUNT).rows == ((4,),)


def test_a_service_that_is_down_can_be_tried_again_later(
    bench: benches.Bench, account: snowflake.SnowflakeDouble
) -> None:
    bench.access = replace(bench.access, patience=0.3)
    assert bench.source
    account.cut()
    failure = _failure(bench)
    assert errors.is_retryable(failure.code)
    assert failure.code in {FailureCode.SOURCE_UNREACHABLE, FailureCode.SOURCE_FAULT}


def test_reads_go_side_by_side(bench: benches.Bench, account: snowflake.SnowflakeDouble) -> None:
    opened, found = bench.source, list[object]()
    asks = [bench.ask(f"SELECT {number} AS n") for number in range(4)]
    account.slow(0.2)

    def read(ask: base.Ask) -> None:
        found.append(opened.read(ask).table.rows[0][0])

    threads = [threading.Thread(target=read, args=(ask,)) for ask in asks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(15)
    assert sorted(map(str, found)) == ["0", "1", "2", "3"]


def test_a_name_without_quotes_has_no_case(bench: benches.Bench) -> None:
    assert bench.read("SELECT 1 AS total, 2 AS Net").columns == ("total", "net")


@pytest.mark.parametrize(
    ("number", "state", "code"),
    [
        (390100, "28000", FailureCode.CREDENTIAL_REFUSED),
        (390144, "28000", FailureCode.CREDENTIAL_REFUSED),
        (394400, "28000", FailureCode.CREDENTIAL_REFUSED),
        (390318, "28000", FailureCode.CREDENTIAL_REFUSED),
        (390189, "08001", FailureCode.PERMISSION_DENIED),
        (390201, "08001", FailureCode.NOT_FOUND),
        (3001, "42501", FailureCode.PERMISSION_DENIED),
        (2003, "42S02", FailureCode.QUERY_INVALID),
        (1003, "42000", FailureCode.QUERY_INVALID),
        (606, "57P03", FailureCode.CONFIGURATION),
        (630, "57014", FailureCode.SOURCE_TIMEOUT),
        (90073, "22000", FailureCode.QUOTA_EXHAUSTED),
        (14, "HYT00", FailureCode.SOURCE_UNREACHABLE),
        (8, "0A000", FailureCode.QUERY_REFUSED),
        (300002, "XX000", FailureCode.SOURCE_FAULT),
    ],
)
def test_each_number_has_its_code(number: int, state: str, code: FailureCode) -> None:
    error = connector_errors.ProgrammingError(msg="words", errno=number, sqlstate=state)
    assert snowflakeerrors.explain(error).code is code


def test_the_words_are_the_servers_without_ids(bench: benches.Bench) -> None:
    said = _failure(bench, "SELECT 1 AS n FROM absent").said
    assert said.startswith("SQL compilation error: Object does not exist or not authorized.")
    assert "request_id" not in said
    assert "sfqid" not in said
