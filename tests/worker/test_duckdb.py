"""The walls around a client's files: nothing beyond the folder, nothing written or fetched."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import cast

import duckdb
import pytest

from bot import errors
from bot.domain import spec
from bot.domain.run import FailureCode
from bot.worker.sources import base
from bot.worker.sources import duckdb as source
from tests.contract import benches

SOURCE = spec.SourceSpec(
    name="shop", kind="duckdb", settings={"setup": "load.sql"}, identity="duckdb:here"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Acme's folder, beside Globex's, with every kind of file; the setup makes lazy views."""
    monkeypatch.chdir(tmp_path)
    acme, globex = tmp_path / "acme", tmp_path / "globex"
    for one in (acme / "data", globex):
        one.mkdir(parents=True)
    (globex / "secret.csv").write_text("a\n42\n", "utf-8")
    (acme / "data/shop.csv").write_text("a\n1\n2\n", "utf-8")
    made = duckdb.connect()
    made.execute(f"COPY (SELECT 3 AS a) TO '{acme}/shop.csv.gz' (FORMAT csv)")
    made.execute(f"COPY (SELECT 4 AS a) TO '{acme}/shop.parquet' (FORMAT parquet)")
    made.close()
    (acme / "link.csv").symlink_to(globex / "secret.csv")
    (acme / "door").symlink_to(globex)
    _setup(
        acme,
        "CREATE VIEW plain AS SELECT * FROM read_csv('data/shop.csv');"
        "CREATE VIEW packed AS SELECT * FROM read_csv('shop.csv.gz', header = true);"
        "CREATE VIEW columns AS SELECT * FROM 'shop.parquet';",
    )
    return acme


@pytest.fixture
def bench(folder: Path) -> Iterator[benches.Bench]:
    made = benches.duckdb(folder.parent)
    made.access = replace(made.access, folder=folder, spec=SOURCE)
    with made:
        yield made


def _setup(folder: Path, sql: str) -> None:
    (folder / "load.sql").write_text(sql, "utf-8")


def _code(bench: benches.Bench, sql: str) -> FailureCode:
    with pytest.raises(errors.RunError) as caught:
        bench.read(sql)
    return caught.value.failure.code


def _connection(bench: benches.Bench) -> duckdb.DuckDBPyConnection:
    return cast("source.Duckdb", bench.source)._connection


def test_the_configuration_is_locked_behind_the_select_check(bench: benches.Bench) -> None:
    for sql in ("SET threads = 9", "SET TimeZone = 'UTC'", "SET allowed_directories = ['/']"):
        with pytest.raises(duckdb.Error, match="locked"):
            _connection(bench).execute(sql)


def test_files_of_the_folder_are_read_by_relative_names(bench: benches.Bench) -> None:
    table = bench.read(
        "SELECT (SELECT SUM(a) FROM plain) AS p, (SELECT SUM(a) FROM packed) AS z,"
        " (SELECT SUM(a) FROM columns) AS c, (SELECT SUM(a) FROM 'data/shop.csv') AS direct"
    )
    assert table.rows == ((3, 3, 4, 3),)


@pytest.mark.parametrize(
    "place",
    [
        "/etc/passwd",
        "../globex/secret.csv",
        "data/../../globex/secret.csv",
        "link.csv",
        "door/secret.csv",
        "/proc/self/environ",
        "/proc/self/cwd/../globex/secret.csv",
        "https://127.0.0.1:9/shop.csv",
        "s3://globex/secret.csv",
        "file:///etc/passwd",
    ],
)
@pytest.mark.parametrize("reader", ["read_csv", "read_text", "read_blob"])
def test_what_lies_beyond_the_folder_is_refused(
    bench: benches.Bench, place: str, reader: str
) -> None:
    assert _code(bench, f"SELECT * FROM {reader}('{place}')") is FailureCode.QUERY_REFUSED


def test_the_neighbours_file_stays_closed_under_its_real_name(
    bench: benches.Bench, folder: Path
) -> None:
    place = folder.parent / "globex/secret.csv"
    assert _code(bench, f"SELECT * FROM '{place}'") is FailureCode.QUERY_REFUSED
    assert _code(bench, f"SELECT * FROM glob('{folder.parent}/*')") is FailureCode.QUERY_REFUSED


@pytest.mark.parametrize(
    "sql",
    [
        "COPY (SELECT 1) TO 'out.csv'",
        "ATTACH 'other.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "RESET allowed_directories",
        "PRAGMA database_list",
        "EXPORT DATABASE 'out'",
        "CALL pragma_version()",
        "EXPLAIN SELECT 1",
        "CREATE VIEW more AS SELECT 1",
    ],
)
def test_statements_other_than_select_are_refused(bench: benches.Bench, sql: str) -> None:
    assert _code(bench, sql) is FailureCode.QUERY_REFUSED


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE VIEW v AS SELECT * FROM read_csv('../globex/secret.csv')",
        "ATTACH '../globex/shop.duckdb'",
        "COPY (SELECT 1) TO '../globex/planted.csv'",
        "INSTALL httpfs",
    ],
)
def test_the_setup_stands_behind_the_same_walls(
    bench: benches.Bench, folder: Path, sql: str
) -> None:
    _setup(folder, sql)
    with pytest.raises(errors.RunError) as caught:
        _ = bench.source
    assert caught.value.failure.code is FailureCode.QUERY_REFUSED
    assert caught.value.failure.params["file"] == "load.sql"
    assert not list((folder.parent / "globex").glob("planted*"))


@pytest.mark.parametrize(
    "sql",
    [
        "COPY (SELECT 1) TO 'client.yaml'",
        "EXPORT DATABASE 'out'",
        "ATTACH 'new.duckdb'",
        "CREATE TABLE t AS SELECT 1; COPY t TO 'out.csv'",
        "PREPARE p AS COPY (SELECT 1) TO 'out.csv'; EXECUTE p",
        "IMPORT DATABASE 'out'",
    ],
)
def test_a_setup_writes_no_files(bench: benches.Bench, folder: Path, sql: str) -> None:
    before = sorted(folder.iterdir())
    _setup(folder, sql)
    with pytest.raises(errors.RunError) as caught:
        _ = bench.source
    assert caught.value.failure.code is FailureCode.QUERY_REFUSED
    assert "is not for a setup" in caught.value.failure.params["fault"]
    assert sorted(folder.iterdir()) == before


def test_a_setup_may_take_many_statements(bench: benches.Bench, folder: Path) -> None:
    _setup(
        folder,
        "SET VARIABLE base = 40; BEGIN; CREATE TABLE t (a INT); COMMIT; -- one; two\n"
        "INSERT INTO t VALUES (1); UPDATE t SET a = a + getvariable('base');"
        "CREATE MACRO more(x) AS x + 1; CREATE VIEW v AS SELECT more(a) AS a FROM t",
    )
    assert bench.read("SELECT a FROM v").rows == ((42,),)


def test_what_does_not_fit_into_memory_is_spilled_outside_the_folder(
    bench: benches.Bench, folder: Path
) -> None:
    before = sorted(folder.iterdir())
    _setup(folder, "SET memory_limit = '60MB'")
    table = bench.read(
        "SELECT count(*) AS n FROM"
        " (SELECT DISTINCT md5(range::TEXT) || repeat('z', 60) FROM range(500000))"
    )
    assert table.rows == ((500_000,),)
    spilled = Path(cast("source.Duckdb", bench.source)._spill)
    assert list(spilled.iterdir())
    assert sorted(folder.iterdir()) == before
    bench.source.close()
    assert not spilled.exists()


def test_what_needs_more_memory_than_there_is_says_so(bench: benches.Bench, folder: Path) -> None:
    _setup(folder, "SET memory_limit = '20MB'")
    with pytest.raises(errors.RunError) as caught:
        bench.read("SELECT len(list(range)) AS n FROM range(9000000)")
    failure = caught.value.failure
    assert failure.code is FailureCode.QUERY_TOO_LARGE
    assert errors.describe(failure) == (
        "The query “orders” (orders_weekly.sql) needs more memory than a run may have."
    )


def test_a_setup_cannot_open_the_walls_for_queries(bench: benches.Bench, folder: Path) -> None:
    _setup(folder, "SET enable_external_access = true")
    with pytest.raises(errors.RunError):
        _ = bench.source


def test_a_broken_setup_says_where(bench: benches.Bench, folder: Path) -> None:
    _setup(folder, "CREATE VIEW v AS SELECT * FROM 'gone.csv'")
    with pytest.raises(errors.RunError) as caught:
        _ = bench.source
    failure = caught.value.failure
    assert (failure.code, failure.query) == (FailureCode.FILE_MISSING, "setup")
    assert errors.describe(failure) == (
        "Shop cannot run the query “setup” (load.sql): "
        "there is no file gone.csv in the client's folder."
    )


@pytest.mark.parametrize(
    ("read", "fault"),
    [
        ("", "excel.csv is not UTF-8"),
        (", encoding = 'latin-1'", "a CSV file is not LATIN-1"),
        (", encoding = 'cp1252'", "DuckDB does not know the encoding cp1252 here"),
    ],
)
def test_what_excel_calls_csv_is_refused_with_what_to_do(
    bench: benches.Bench, folder: Path, read: str, fault: str
) -> None:
    rows = "Date;Montant\r\n16/11/2026;12,50 €\r\n"
    (folder / "excel.csv").write_bytes(rows.encode("cp1252"))
    with pytest.raises(errors.RunError) as caught:
        bench.read(f"SELECT * FROM read_csv('excel.csv', delim = ';'{read})")
    failure = caught.value.failure
    assert (failure.code, failure.params["fault"]) == (FailureCode.FILE_UNREADABLE, fault)
    assert "“CSV UTF-8”" in errors.remedy(failure)


def test_a_data_file_that_a_query_names_and_nobody_put_there_is_named(
    bench: benches.Bench,
) -> None:
    with pytest.raises(errors.RunError) as caught:
        bench.read("SELECT * FROM read_csv('data/shop-*.csv')")
    failure = caught.value.failure
    assert failure.code is FailureCode.FILE_MISSING
    assert failure.params["fault"] == "there is no file data/shop-*.csv in the client's folder"
    assert "Mend the query" not in errors.remedy(failure)


def test_a_database_is_opened_read_only(bench: benches.Bench, folder: Path) -> None:
    file = folder / "shop.duckdb"
    made = duckdb.connect(str(file))
    made.execute("CREATE TABLE t AS SELECT 7 AS a, now() AS at_instant")
    made.close()
    bench.access = replace(bench.access, spec=replace(SOURCE, settings={"database": "shop.duckdb"}))
    before = file.read_bytes()
    assert bench.read("SELECT a FROM t").rows == ((7,),)
    with pytest.raises(duckdb.Error, match="read-only"):
        _connection(bench).execute("INSERT INTO t SELECT * FROM t")
    assert len(bench.read("SELECT at_instant FROM t").rows) == 1
    bench.source.close()
    assert file.read_bytes() == before


@pytest.mark.parametrize("name", ["gone.duckdb", "link.duckdb"])
def test_a_database_that_is_not_in_the_folder_is_a_fault_of_configuration(
    bench: benches.Bench, folder: Path, name: str
) -> None:
    (folder.parent / "globex/shop.duckdb").touch()
    (folder / "link.duckdb").symlink_to(folder.parent / "globex/shop.duckdb")
    bench.access = replace(bench.access, spec=replace(SOURCE, settings={"database": name}))
    with pytest.raises(errors.RunError) as caught:
        _ = bench.source
    assert caught.value.failure.code is FailureCode.CONFIGURATION
    assert name in caught.value.failure.params["fault"]


def test_what_is_no_database_is_not_retried(bench: benches.Bench, folder: Path) -> None:
    (folder / "shop.duckdb").write_text("hello", "utf-8")
    bench.access = replace(bench.access, spec=replace(SOURCE, settings={"database": "shop.duckdb"}))
    with pytest.raises(errors.RunError) as caught:
        _ = bench.source
    assert base.is_terminal(caught.value)


def test_instants_keep_their_order_whatever_a_query_ends_with(bench: benches.Bench) -> None:
    table = bench.read(
        "SELECT TIMESTAMPTZ '2026-11-16 00:00+01' + to_days(i) AS t FROM range(3) r(i)"
        " ORDER BY i DESC; -- newest first"
    )
    assert [str(row[0])[:10] for row in table.rows] == ["2026-11-18", "2026-11-17", "2026-11-16"]


def test_a_connection_that_is_read_is_closed_when_its_query_has_ended(bench: benches.Bench) -> None:
    opened, ask = cast("source.Duckdb", bench.source), bench.ask(bench.slow())
    with ThreadPoolExecutor() as threads:
        reading = threads.submit(opened.read, ask)
        while not opened._reading.locked():
            pass
        closing = threads.submit(opened.close)
        while not reading.done():
            opened.stop()
        closing.result()
    with pytest.raises(errors.RunError):
        reading.result()
