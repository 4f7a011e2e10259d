"""What every kind of source does alike."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot import errors
from bot.demo import snowflake
from bot.domain.run import FailureCode
from tests.contract import behind, benches, sqlbenches

KINDS = ("duckdb", "bigquery", "snowflake", "postgres")
_SLOW = frozenset({"postgres"})
HERE = [pytest.param(one, marks=[pytest.mark.slow] * (one in _SLOW)) for one in KINDS]
PLACES = (
    *HERE,
    *behind.places(KINDS),
)
"""Each kind is read here, and once more inside a walled run."""
MIDNIGHT = datetime.fromisoformat("2026-11-23T00:00:00")
"""An instant comes as naive local time."""


@pytest.fixture(params=PLACES)
def bench(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[benches.Bench]:
    """A kind's source, here and inside a walled run."""
    monkeypatch.chdir(tmp_path)
    kind, _, walled = str(request.param).partition(", ")
    with ExitStack() as stack:
        if not walled:
            yield stack.enter_context(_bench(kind, request, folder=tmp_path, stack=stack))
            return
        house: behind.House = request.getfixturevalue("house")
        folder = house.folder(tmp_path.name)
        made = stack.enter_context(_bench(kind, request, folder=folder, stack=stack))
        made.opener = house.opener(made)
        yield made


@pytest.fixture(params=HERE)
def here(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[benches.Bench]:
    """A kind's source here alone: for what walls have no part in."""
    monkeypatch.chdir(tmp_path)
    with ExitStack() as stack:
        made = _bench(str(request.param), request, folder=tmp_path, stack=stack)
        yield stack.enter_context(made)


def _bench(
    kind: str, request: pytest.FixtureRequest, *, folder: Path, stack: ExitStack
) -> benches.Bench:
    match kind:
        case "bigquery":
            return benches.bigquery_with(benches.filled(stack), folder)
        case "snowflake":
            account = stack.enter_context(snowflake.SnowflakeDouble())
            return sqlbenches.snowflake(account, folder)
        case "postgres":
            return sqlbenches.postgres(request.getfixturevalue("database"), folder)
        case _:
            return benches.duckdb(folder)


def _failure(bench: benches.Bench, sql: str) -> tuple[FailureCode, str | None, str]:
    with pytest.raises(errors.RunError) as caught:
        bench.read(sql)
    failure = caught.value.failure
    assert failure.source == bench.access.spec.name
    assert failure.kind == bench.kind
    return failure.code, failure.query, failure.params.get("file", "")


def test_the_days_of_a_period_are_half_open(bench: benches.Bench) -> None:
    table = bench.read(
        "SELECT SUM(amount) AS total FROM orders WHERE day >= :period_start AND day < :period_end"
    )
    assert table.columns == ("total",)
    assert table.rows == ((Decimal("6.50"),),)


def test_the_instants_of_a_period_are_midnights_of_the_clients_zone(bench: benches.Bench) -> None:
    table = bench.read(
        "SELECT SUM(hits) AS hits FROM visits"
        " WHERE seen >= :period_start_at AND seen < :period_end_at"
    )
    assert table.rows == ((6,),)


def test_every_parameter_has_its_type(bench: benches.Bench) -> None:
    table = bench.read(
        "SELECT :period_start AS a, :period_end AS b, :period_start_at AS c, :period_end_at AS d,"
        " :timezone AS e"
    )
    assert table.rows == (
        (
            date(2026, 11, 16),
            date(2026, 11, 23),
            MIDNIGHT - timedelta(weeks=1),
            MIDNIGHT,
            "Europe/Paris",
        ),
    )


def test_a_query_may_name_no_parameter(bench: benches.Bench) -> None:
    assert bench.read("SELECT COUNT(*) AS n FROM orders").rows == ((4,),)


def test_a_session_runs_in_the_clients_zone(bench: benches.Bench) -> None:
    table = bench.read("SELECT CAST(MAX(seen) AS DATE) AS day, MAX(seen) AS last FROM visits")
    assert table.rows == ((date(2026, 11, 23), MIDNIGHT),)


def test_money_is_exact_and_null_is_nothing(bench: benches.Bench) -> None:
    table = bench.read("SELECT amount, pieces, city FROM orders ORDER BY amount")
    assert table.rows == (
        (Decimal("1.25"), 10, "Paris"),
        (Decimal("2.50"), 20, "Lyon"),
        (Decimal("4.00"), None, None),
        (Decimal("8.00"), 40, "Paris"),
    )
    assert isinstance(table.rows[0][0], Decimal)


def test_no_rows_are_a_table_with_columns(bench: benches.Bench) -> None:
    table = bench.read("SELECT day, amount FROM orders WHERE amount > 1000")
    assert table.columns == ("day", "amount")
    assert table.rows == ()


def test_a_sum_over_nothing_is_a_row_that_holds_nothing(bench: benches.Bench) -> None:
    assert bench.read("SELECT SUM(amount) AS t FROM orders WHERE amount > 1000").rows == ((None,),)


def test_a_trailing_semicolon_and_comments_are_no_second_statement(bench: benches.Bench) -> None:
    sql = "-- weekly; really\nSELECT 1 AS n, ';' AS mark /* ; */;\n"
    assert bench.read(sql).rows == ((1, ";"),)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM orders WHERE true",
        "DROP TABLE orders",
        "INSERT INTO orders SELECT * FROM orders",
        "CREATE TABLE copied AS SELECT 1 AS n",
        "UPDATE orders SET amount = 0 WHERE true",
        "SELECT 1 AS n; SELECT 2 AS n",
        "SELECT 1 AS n; DROP TABLE orders",
        "-- SELECT\nDROP TABLE orders",
        "",
    ],
)
def test_what_is_not_one_select_is_refused_before_it_runs(here: benches.Bench, sql: str) -> None:
    code, query, file = _failure(here, sql)
    assert (code, query, file) == (FailureCode.QUERY_REFUSED, "orders", "orders_weekly.sql")
    assert here.read("SELECT COUNT(*) AS n FROM orders").rows == ((4,),)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT FROM WHERE",
        "SELECT nothing FROM orders",
        "SELECT 1 AS n FROM absent",
        "SELECT :weekday AS n",
    ],
)
def test_broken_sql_is_terminal_and_names_its_file(here: benches.Bench, sql: str) -> None:
    code, query, file = _failure(here, sql)
    assert (code, query, file) == (FailureCode.QUERY_INVALID, "orders", "orders_weekly.sql")
    assert not errors.is_retryable(code)


def test_a_query_without_group_by_is_stopped_at_a_bound(bench: benches.Bench) -> None:
    assert _failure(bench, "SELECT i FROM many")[0] is FailureCode.RESULT_INVALID


def test_a_slow_query_ends_at_the_deadline(bench: benches.Bench) -> None:
    bench.hurry(0.25)
    code, *_ = _failure(bench, bench.slow())
    assert code is FailureCode.SOURCE_TIMEOUT
    assert errors.is_retryable(code)


def test_a_read_can_be_stopped_from_outside(bench: benches.Bench) -> None:
    ask = bench.ask(bench.slow())
    assert benches.stopped(bench.source, ask) == [FailureCode.SOURCE_TIMEOUT]


def test_reads_may_follow_each_other(bench: benches.Bench) -> None:
    assert _failure(bench, "SELECT nothing FROM orders")[0] is FailureCode.QUERY_INVALID
    assert [bench.read(f"SELECT {n} AS n").rows for n in (1, 2, 3)] == [((n,),) for n in (1, 2, 3)]
