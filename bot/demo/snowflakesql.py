"""Snowflake's SQL over DuckDB, for the double: translated with sqlglot, typed as its JSON rows."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import cast

import duckdb
import sqlglot
from sqlglot import errors as sqlglot_errors
from sqlglot import exp

_EPOCH = date(1970, 1, 1)
_ZONED = "TIMESTAMP WITH TIME ZONE"
_KINDS: Mapping[str, str] = {
    "BOOLEAN": "boolean",
    "DOUBLE": "real",
    "FLOAT": "real",
    "VARCHAR": "text",
    "DATE": "date",
    "TIMESTAMP": "timestamp_ntz",
    _ZONED: "timestamp_ltz",
}
"""DuckDB → Snowflake; decimals and integers are fixed."""


class Invalid(Exception):  # noqa: N818 - a statement that Snowflake would refuse
    """Why, as Snowflake codes it."""

    def __init__(self, code: str, state: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.state = state
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Rows as the JSON result format writes them."""

    types: Sequence[Mapping[str, object]]
    rows: Sequence[Sequence[str | None]]


class Engine:
    """Tables, and statements over them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._root = duckdb.connect(":memory:")
        self._root.execute("CREATE MACRO current_account_name() AS 'ACME'")
        self._root.execute("CREATE MACRO current_role() AS 'REPORTER'")

    def close(self) -> None:
        """Forget everything."""
        self._root.close()

    def load(self, name: str, sql: str) -> None:
        """Create or replace a table from a SELECT in DuckDB's dialect."""
        with self._lock, self._root.cursor() as cursor:
            cursor.execute(f"CREATE OR REPLACE TABLE {name} AS {sql}")

    def run(self, sql: str, bound: Sequence[object], *, zone: str) -> Result:
        """Run one SELECT in a zone; raises Invalid."""
        try:
            trees = [one for one in sqlglot.parse(sql, read="snowflake") if one is not None]
        except sqlglot_errors.SqlglotError as error:
            message = f"SQL compilation error: {str(error).splitlines()[0]}"
            raise Invalid("001003", "42000", message) from None
        statements = [one for one in trees if not isinstance(one, exp.Semicolon)]
        if len(statements) != 1:
            message = f"Actual statement count {len(statements)} did not match the desired 1."
            raise Invalid("000008", "0A000", message)
        if not isinstance(statements[0], exp.Query):
            raise Invalid("003001", "42501", "SQL access control error: Insufficient privileges")
        try:
            with self._lock:
                cursor = self._root.cursor()
            with cursor:
                cursor.execute(f"SET TimeZone = '{zone}'")
                return _typed(cursor, statements[0].sql(dialect="duckdb"), bound=bound)
        except duckdb.CatalogException as error:
            words = f"SQL compilation error: Object does not exist or not authorized. {error}"
            raise Invalid("002003", "42S02", words.splitlines()[0]) from None
        except duckdb.Error as error:
            message = f"SQL compilation error: {str(error).splitlines()[0]}"
            raise Invalid("000904", "42000", message) from None


def bound(kind: str, value: str | None) -> object:
    """Return a binding as what DuckDB binds for its type."""
    return None if value is None else _BOUND.get(kind, str)(value)


def _date(text: str) -> date:
    if "-" in text[1:]:
        return date.fromisoformat(text)
    return _EPOCH + timedelta(milliseconds=int(text))


def _instant(text: str) -> object:
    seconds, _, nanos = text.split(" ", maxsplit=1)[0].partition(".")
    whole = int(seconds) if nanos else int(seconds) / 10**9
    moment = datetime.fromtimestamp(whole, UTC)
    return duckdb.Value(moment.isoformat(), duckdb.sqltype(_ZONED))


_BOUND: Mapping[str, Callable[[str], object]] = {
    "FIXED": int,
    "DATE": _date,
    "TIMESTAMP_LTZ": _instant,
    "TIMESTAMP_TZ": _instant,
}


def _typed(cursor: duckdb.DuckDBPyConnection, sql: str, *, bound: Sequence[object]) -> Result:
    found = cursor.execute(sql, list(bound) or None)
    described = [(str(one[0]), str(one[1])) for one in found.description or ()]
    if any(kind == _ZONED for _, kind in described):
        columns = ", ".join(
            f'epoch_us("{name}") AS "{name}"' if kind == _ZONED else f'"{name}"'
            for name, kind in described
        )
        found = cursor.execute(f"SELECT {columns} FROM ({sql})", list(bound) or None)  # noqa: S608 - its own text
    cells = cast("list[tuple[object, ...]]", found.fetchall())
    kinds = [kind for _, kind in described]
    rows = [[_written(cell, kind) for cell, kind in zip(row, kinds, strict=True)] for row in cells]
    return Result(types=[_type(name, kind) for name, kind in described], rows=rows)


def _type(name: str, kind: str) -> Mapping[str, object]:
    precision, scale = 38, 0
    if kind.startswith("DECIMAL"):
        precision, scale = (int(part) for part in kind[8:-1].split(","))
    called = _KINDS.get(kind, "fixed")
    return {
        "name": name.upper(),
        "type": called,
        "nullable": True,
        "precision": precision if called == "fixed" else None,
        "scale": 9 if called.startswith("timestamp") else scale,
        "length": None,
        "byteLength": None,
        "database": "",
        "schema": "",
        "table": "",
        "collation": None,
    }


def _written(cell: object, kind: str) -> str | None:
    match cell:
        case None:
            return None
        case bool():
            return "1" if cell else "0"
        case datetime():  # without a zone
            return f"{cell.replace(tzinfo=UTC).timestamp():.9f}"
        case date():
            return str((cell - _EPOCH).days)
        case int() if kind == _ZONED:
            return f"{cell // 10**6}.{cell % 10**6:06d}000"
        case _:
            return repr(cell) if isinstance(cell, float) else str(cell)
