"""PostgreSQL through psycopg, against a real server."""

import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import errors
from bot.domain import run
from bot.domain.run import FailureCode
from bot.kinds import mask, readonly
from bot.kinds.typed import postgres as credential
from bot.worker.sources import base, statement
from bot.worker.sources import postgres as source
from tests import postgresql
from tests.contract import benches, sqlbenches

pytestmark = pytest.mark.slow
PASSWORD = postgresql.PASSWORDS[postgresql.READER]
COUNT = "SELECT count(*) AS n FROM orders"
TOUCH = """
CREATE OR REPLACE FUNCTION touch() RETURNS int LANGUAGE sql AS
$$ UPDATE orders SET amount = 0 RETURNING 1 $$
"""


@pytest.fixture
def bench(database: postgresql.Server, tmp_path: Path) -> Iterator[benches.Bench]:
    with sqlbenches.postgres(database, tmp_path) as made:
        yield made


def _failure(bench: benches.Bench, sql: str = COUNT) -> run.Failure:
    with pytest.raises(errors.RunError) as caught:
        bench.read(sql)
    return caught.value.failure


def _with(bench: benches.Bench, **changed: object) -> None:
    spec = bench.access.spec
    told = {**spec.settings, **changed}
    bench.access = replace(bench.access, spec=replace(spec, settings=told))


def _as(bench: benches.Bench, user: str, text: str) -> None:
    _with(bench, user=user)
    bench.access = replace(bench.access, credential=credential.parse(text), mask=mask.Mask([text]))


def test_a_session_is_told_whose_it_is_and_bounded(bench: benches.Bench) -> None:
    table = bench.read(
        "SELECT current_setting('application_name') AS name, current_setting('TimeZone') AS zone,"
        " current_setting('transaction_read_only') AS ro,"
        " current_setting('statement_timeout') AS ms,"
        " (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()) AS tls"
    )
    name, zone, read_only, milliseconds, tls = table.rows[0]
    assert name == "reportops acme/weekly 0123456789abcdef"
    assert (zone, read_only, tls) == ("Europe/Paris", "on", True)
    assert str(milliseconds).endswith("s")
    assert milliseconds != "0"


def test_whose_data_it_is_comes_from_the_server(
    bench: benches.Bench, database: postgresql.Server
) -> None:
    assert isinstance(bench.source, base.Telling)
    found = bench.source.identity()
    assert (found.source, found.name, found.domain) == ("database", "shop", "localhost")
    assert found.account == f"reader@localhost:{database.port}/shop"


@pytest.mark.parametrize(
    ("changed", "code", "fault"),
    [
        ({"ca": None}, FailureCode.CONFIGURATION, "the server's certificate does not hold"),
        ({"ca": "gone.pem"}, FailureCode.CONFIGURATION, "gone.pem of the source database is not"),
        ({"sslmode": "disable"}, FailureCode.CREDENTIAL_REFUSED, ""),
        ({"database": "nowhere"}, FailureCode.NOT_FOUND, "there is no such database"),
        ({"port": 1}, FailureCode.SOURCE_UNREACHABLE, ""),
    ],
)
def test_a_way_that_leads_nowhere_says_why(
    bench: benches.Bench, changed: dict[str, object], code: FailureCode, fault: str
) -> None:
    _with(bench, **changed)
    failure = _failure(bench)
    assert (failure.code, failure.source) == (code, "database")
    assert failure.params.get("fault", "").startswith(fault)


def test_a_password_that_is_wrong_is_refused_and_never_told(bench: benches.Bench) -> None:
    _as(bench, postgresql.READER, "hunter2-of-the-demo")
    failure = _failure(bench)
    assert failure.code is FailureCode.CREDENTIAL_REFUSED
    assert failure.said == 'password authentication failed for user "reader"'
    assert "hunter2" not in repr(bench.access)


def test_who_may_not_read_is_told_apart_from_who_may_not_enter(bench: benches.Bench) -> None:
    _as(bench, postgresql.STRANGER, postgresql.PASSWORDS[postgresql.STRANGER])
    failure = _failure(bench)
    assert failure.code is FailureCode.PERMISSION_DENIED
    assert failure.said == "permission denied for table orders"


def test_an_address_opens_what_the_clients_file_names(
    bench: benches.Bench, database: postgresql.Server
) -> None:
    where = f"localhost:{database.port}/shop"
    _as(bench, "reader", f"postgresql://reader:{quote(PASSWORD)}@{where}?sslmode=disable")
    assert bench.read(COUNT).rows == ((4,),)


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("postgresql://reader:a-quiet-word@db.globex.example/shop", "host"),
        ("postgresql://reader:a-quiet-word@localhost:5433/shop", "port"),
        ("postgresql://reader:a-quiet-word@localhost/other", "database"),
        ("postgres://owner:a-quiet-word@localhost/shop", "user"),
    ],
)
def test_an_address_that_leads_elsewhere_is_refused(
    bench: benches.Bench, address: str, named: str
) -> None:
    _as(bench, "reader", address)
    failure = _failure(bench)
    assert failure.code is FailureCode.CREDENTIAL_INVALID
    assert failure.params["fault"] == f"its {named} is not the one in client.yaml"


def test_nothing_of_the_machine_takes_part(
    bench: benches.Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".pgpass").write_text("*:*:*:*:somebody-elses\n", "ascii")
    (tmp_path / ".pgpass").chmod(0o600)
    (tmp_path / ".pg_service.conf").write_text("[other]\nhostaddr=192.0.2.1\n", "ascii")
    (tmp_path / ".postgresql").mkdir()
    (tmp_path / ".postgresql/postgresql.crt").write_text("no certificate", "ascii")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name, value in {
        "PGSERVICE": "other",
        "PGHOSTADDR": "192.0.2.1",
        "PGOPTIONS": "-c search_path=nowhere",
        "PGSSLMODE": "disable",
        "PGPASSFILE": str(tmp_path / ".pgpass"),
        "PGTARGETSESSIONATTRS": "standby",
    }.items():
        monkeypatch.setenv(name, value)
    assert bench.read(COUNT).rows == ((4,),)
    assert "PGHOSTADDR" not in os.environ
    _as(bench, "reader", "wrong-word-of-the-demo")
    bench.source.close()
    with pytest.raises(errors.RunError):
        source.open_source(bench.access)


def test_a_function_that_writes_is_stopped_by_the_server(
    bench: benches.Bench, database: postgresql.Server
) -> None:
    with database.own() as owner:
        owner.execute(TOUCH)
    failure = _failure(bench, "SELECT touch() AS n")
    assert failure.code is FailureCode.QUERY_REFUSED
    assert failure.params["fault"] == "it tries to write"
    assert bench.read("SELECT SUM(amount) AS t FROM orders").rows == ((Decimal("15.75"),),)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM orders",
        "SELECT 1 AS n; DELETE FROM orders",
        "WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone",
        "SELECT * INTO copied FROM orders",
        "SELECT * FROM orders FOR UPDATE",
        "COPY orders TO '/tmp/orders'",
    ],
)
def test_what_would_pass_the_parser_is_stopped_by_the_server(
    bench: benches.Bench, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    def believed(
        _access: base.Access, ask: base.Ask, *, dialect: readonly.Dialect
    ) -> statement.Statement:
        return statement.Statement(sql=ask.sql, bound={}, marks=())

    with monkeypatch.context() as patched:
        patched.setattr(statement, "read", believed)
        code = _failure(bench, sql).code
    assert code in {FailureCode.QUERY_INVALID, FailureCode.QUERY_REFUSED}
    assert bench.read(COUNT).rows == ((4,),)


def test_cells_are_numbers_texts_and_days(bench: benches.Bench) -> None:
    table = bench.read(
        "SELECT 12345678901234567890.123456789 AS exact, 0.1::float8 AS near, true AS yes,"
        " 'é😀'::text AS text, DATE '2026-02-28' AS day, TIMESTAMP '2026-01-01 12:00' AS local,"
        " TIMESTAMPTZ '2026-10-25 00:30+00' AS instant, INTERVAL '90 min' AS span,"
        " '5f0c6a52-5d3b-4c0e-9d0a-2f2b7c2d9c11'::uuid AS id, NULL::int AS nothing"
    )
    assert table.rows == (
        (
            Decimal("12345678901234567890.123456789"),
            0.1,
            True,
            "é😀",
            date(2026, 2, 28),
            datetime.fromisoformat("2026-01-01T12:00"),
            datetime.fromisoformat("2026-10-25T02:30"),
            timedelta(minutes=90),
            "5f0c6a52-5d3b-4c0e-9d0a-2f2b7c2d9c11",
            None,
        ),
    )


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("ARRAY[1, 2]", "a list"),
        ("'5'::jsonb", "JSON"),
        ("'{}'::json", "JSON"),
        ("'x'::bytea", "bytes"),
        ("ROW(1, 2)", "a tuple"),
        ("TIME '10:00'", "a time"),
    ],
)
def test_what_is_no_cell_is_refused_by_name(bench: benches.Bench, value: str, what: str) -> None:
    failure = _failure(bench, f"SELECT 1 AS n, {value} AS tags")
    assert failure.code is FailureCode.RESULT_INVALID
    expected = f"the column “tags” holds {what}; cast it to a number or to text"
    assert failure.params["fault"] == expected


def test_a_day_that_python_cannot_hold_is_an_invalid_result(bench: benches.Bench) -> None:
    assert _failure(bench, "SELECT 'infinity'::date AS d").code is FailureCode.RESULT_INVALID


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT 1 / (amount - amount) AS n FROM orders", FailureCode.QUERY_INVALID),
        ("SELECT 'x'::int AS n", FailureCode.QUERY_INVALID),
        ("SELECT nowhere.f() AS n", FailureCode.QUERY_INVALID),
        ("SELECT * FROM pg_authid", FailureCode.PERMISSION_DENIED),
    ],
)
def test_each_refusal_has_its_code(bench: benches.Bench, sql: str, code: FailureCode) -> None:
    assert _failure(bench, sql).code is code


def test_names_that_stand_alone_are_looked_up_where_the_file_says(
    bench: benches.Bench, database: postgresql.Server
) -> None:
    with database.own() as owner:
        owner.execute("CREATE SCHEMA IF NOT EXISTS north")
        owner.execute("CREATE OR REPLACE VIEW north.sums AS SELECT 7 AS n")
        owner.execute("GRANT USAGE ON SCHEMA north TO reader; GRANT SELECT ON north.sums TO reader")
    _with(bench, search_path="north, public")
    assert bench.read("SELECT n FROM sums").rows == ((7,),)


def test_a_connection_that_breaks_is_theirs_and_the_next_read_has_another(
    bench: benches.Bench, database: postgresql.Server
) -> None:
    assert bench.read(COUNT).rows == ((4,),)
    with database.own() as owner:
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename='reader'"
        )
    failure = _failure(bench)
    assert failure.code in {FailureCode.SOURCE_FAULT, FailureCode.SOURCE_UNREACHABLE}
    assert errors.is_retryable(failure.code)
    assert bench.read(COUNT).rows == ((4,),)


def test_a_server_that_does_not_answer_is_left_at_the_deadline(
    bench: benches.Bench, database: postgresql.Server
) -> None:
    pid = int(str(bench.read("SELECT pg_backend_pid() AS pid").rows[0][0]))
    caught = list[FailureCode]()
    bench.hurry(0.3)
    ask, opened = bench.ask(COUNT), bench.source
    object.__setattr__(opened, "_access", bench.access)
    try:
        os.kill(pid, signal.SIGSTOP)
    except PermissionError:
        pytest.skip("the server runs as another user")
    try:
        reader = threading.Thread(target=lambda: caught.append(_code(opened, ask)))
        reader.start()
        reader.join(15)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert caught == [FailureCode.SOURCE_TIMEOUT]


def _code(opened: base.Source, ask: base.Ask) -> FailureCode:
    with pytest.raises(errors.RunError) as caught:
        opened.read(ask)
    return caught.value.failure.code


AMOUNTS = st.decimals(min_value=-(10**12), max_value=10**12, places=4) | st.none()
ROWS = st.lists(st.tuples(st.dates(date(1900, 1, 1)), AMOUNTS, st.text(max_size=20)), max_size=12)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_random_tables_come_as_they_were_written(
    bench: benches.Bench, database: postgresql.Server, rows: list[tuple[date, Decimal | None, str]]
) -> None:
    written = [(day, amount, text.replace("\x00", "")) for day, amount, text in rows]
    with database.own() as owner, owner.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS random (n int, day date, amount numeric, t text)"
        )
        cursor.execute("GRANT SELECT ON random TO reader; TRUNCATE random")
        cursor.executemany(
            "INSERT INTO random VALUES (%s, %s, %s, %s)",
            [(number, *row) for number, row in enumerate(written)],
        )
    read = bench.read("SELECT day, amount, t FROM random ORDER BY n").rows
    inside = bench.read(
        "SELECT SUM(amount) AS total FROM random WHERE day >= :period_start AND day < :period_end"
    )
    expected = [
        amount
        for day, amount, _ in written
        if date(2026, 11, 16) <= day < date(2026, 11, 23) and amount is not None
    ]
    assert list(read) == written
    assert inside.rows == ((sum(expected) if expected else None,),)
