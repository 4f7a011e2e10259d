"""What may be sent: a real parser decides, before anything leaves."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import errors
from bot.domain import run, spec
from bot.domain.run import FailureCode
from bot.kinds import readonly
from bot.worker.sources import base, statement
from tests import samples
from tests.contract import benches

DIALECTS = (readonly.POSTGRES, readonly.SNOWFLAKE, readonly.BIGQUERY)
NAMES = {one.name: one for one in DIALECTS}
SELECTS = ("SELECT 1", "(SELECT 1) UNION ALL SELECT 2", "WITH a AS (SELECT 1 AS n) SELECT n FROM a")
WRITES = (
    "INSERT INTO t SELECT 1",
    "UPDATE t SET a = 1 WHERE true",
    "DELETE FROM t WHERE true",
    "MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE",
    "CREATE TABLE t AS SELECT 1 AS n",
    "CREATE OR REPLACE VIEW t AS SELECT 1 AS n",
    "DROP TABLE t",
    "ALTER TABLE t ADD COLUMN b INT",
    "TRUNCATE TABLE t",
    "CALL tidy()",
    "GRANT SELECT ON t TO everybody",
    "SET a = 1",
    "EXPLAIN SELECT 1",
    "BEGIN",
    "COMMIT",
    "USE DATABASE other",
)
NOISE = st.sampled_from(
    ("", " ", "\n", ";", "-- x\n", "/* SELECT 1 */", "/* ; */", "-- ; SELECT 1\n", "(", ")")
)


def _read(sql: str, dialect: readonly.Dialect) -> statement.Statement:
    source = spec.SourceSpec(name="shop", kind="duckdb", settings={}, identity="x")
    ask = base.Ask(
        query="orders",
        sql=sql,
        file="orders.sql",
        period=samples.THIS_WEEK,
        timezone="Europe/Paris",
    )
    return statement.read(benches.access(Path(), source), ask, dialect=dialect)


def _failure(sql: str, dialect: readonly.Dialect) -> run.Failure:
    with pytest.raises(errors.RunError) as caught:
        _read(sql, dialect)
    return caught.value.failure


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.name)
@pytest.mark.parametrize("sql", [*SELECTS, "SELECT 1;", "-- weekly; really\nSELECT ';' /* ; */;\n"])
def test_a_select_is_let_through_as_it_is(sql: str, dialect: readonly.Dialect) -> None:
    assert _read(sql, dialect).written(str) == sql


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.name)
@pytest.mark.parametrize(
    "sql", [*WRITES, "", ";", "-- SELECT 1", "SELECT 1; SELECT 2", "SELECT 1; DROP TABLE t"]
)
def test_everything_else_is_refused(sql: str, dialect: readonly.Dialect) -> None:
    failure = _failure(sql, dialect)
    assert failure.code is FailureCode.QUERY_REFUSED
    assert failure.params["fault"] == "it is not one single SELECT"


@pytest.mark.parametrize(
    ("name", "sql", "fault"),
    [
        ("postgres", "WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a", "its a is not"),
        ("postgres", "SELECT 1 FROM (WITH a AS (UPDATE t SET b = 1 RETURNING b) SELECT 1 FROM a) x",
         "its a is not a SELECT"),
        ("postgres", "SELECT * INTO copied FROM t", "it writes its result INTO a table"),
        ("postgres", "SELECT * FROM t FOR UPDATE", "it locks the rows"),
        ("postgres", "SELECT * FROM t FOR KEY SHARE", "it locks the rows"),
        ("postgres", "SELECT set_config('transaction_read_only', 'off', true)", "set_config does"),
        ("postgres", 'SELECT pg_catalog."set_config"(\'a\', \'b\', true)', "set_config does"),
        ("postgres", "SELECT * FROM dblink('host=x', 'DELETE FROM t') AS r(n int)", "dblink does"),
        ("postgres", "SELECT 1 WHERE (SELECT lo_unlink(1)) = 1", "lo_unlink does"),
        ("postgres", "SELECT pg_read_file('/etc/passwd')", "pg_read_file does"),
        ("postgres", "COPY t TO PROGRAM 'sh'", "it is not one single SELECT"),
        ("snowflake", "SELECT SYSTEM$CANCEL_ALL_QUERIES(1)", "system$cancel_all_queries does"),
        ("snowflake", "COPY INTO @stage FROM t", "it is not one single SELECT"),
        ("bigquery", "DECLARE x INT64; SELECT 1", "it is not one single SELECT"),
        ("bigquery", "EXPORT DATA OPTIONS(uri='gs://b/*') AS SELECT 1", "it is not one single"),
    ],
)  # fmt: skip
def test_what_hides_within_a_select_is_found(name: str, sql: str, fault: str) -> None:
    failure = _failure(sql, NAMES[name])
    assert failure.code is FailureCode.QUERY_REFUSED
    assert failure.params["fault"].startswith(fault)


@pytest.mark.parametrize(
    ("name", "sql", "names"),
    [
        ("postgres", "SELECT :a::date, b[1:2], ':c', \"e:d\", $$:f$$, -- :g\n :h_1 /* :i */",
         ["a", "h_1"]),
        ("snowflake", "SELECT $a, v:path.b, $1, '$c', \"$d\", $$ $f $$ // $g\n , $h_1",
         ["a", "h_1"]),
        ("bigquery", "SELECT @a, '@b', \"@c\", `x@d`, @@time_zone -- @e\n# @f\n WHERE x = @h_1",
         ["a", "h_1"]),
    ],
)  # fmt: skip
def test_parameters_are_those_outside_strings_and_comments(
    name: str, sql: str, names: list[str]
) -> None:
    dialect = NAMES[name]
    for known in names:
        sql = sql.replace(f"{dialect.mark}{known}", f"{dialect.mark}timezone")
    read = _read(sql, dialect)
    assert [mark.name for mark in read.marks] == ["timezone"] * len(names)
    assert read.written(lambda _: "?") == sql.replace(f"{dialect.mark}timezone", "?")


def test_a_parameter_that_does_not_exist_is_told_with_those_that_do() -> None:
    failure = _failure("SELECT :weekday", readonly.POSTGRES)
    assert failure.code is FailureCode.QUERY_INVALID
    assert failure.said.startswith("unknown parameter :weekday; a query may name :period_start, ")


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT FROM WHERE", "Expected table name (line 1, column 17)"),
        ("SELECT 'open", "Error tokenizing"),
        ("(" * 4000 + "SELECT 1" + ")" * 4000, "it is nested too deeply"),
    ],
)
def test_what_cannot_be_parsed_is_told_in_the_parsers_words(sql: str, said: str) -> None:
    failure = _failure(sql, readonly.POSTGRES)
    assert failure.code is FailureCode.QUERY_INVALID
    assert failure.said.startswith(said)


@given(
    dialect=st.sampled_from(DIALECTS),
    select=st.sampled_from(SELECTS),
    write=st.sampled_from(WRITES),
    noise=st.lists(NOISE, min_size=3, max_size=3),
    swapped=st.booleans(),
)
def test_no_noise_around_them_lets_a_second_statement_through(
    dialect: readonly.Dialect, select: str, write: str, noise: list[str], *, swapped: bool
) -> None:
    first, second = (write, select) if swapped else (select, write)
    text = f"{noise[0]}{first};{noise[1]}{second}{noise[2]}"
    assert _failure(text, dialect).code in {FailureCode.QUERY_REFUSED, FailureCode.QUERY_INVALID}


@given(
    dialect=st.sampled_from(DIALECTS),
    sql=st.text(alphabet="SELECT 1;'\"$:@-/*()\n\\`x", max_size=60),
)
def test_any_text_is_one_select_or_a_failure_that_says_why(
    dialect: readonly.Dialect, sql: str
) -> None:
    try:
        read = _read(sql, dialect)
    except errors.RunError as error:
        code = error.failure.code
        assert code in {FailureCode.QUERY_REFUSED, FailureCode.QUERY_INVALID}
    else:
        assert read.written(lambda name: f"{dialect.mark}{name}") == sql
