"""BigQuery's SQL over DuckDB, for the double: translates with sqlglot, types results as BigQuery.

Not there: scripting, INFORMATION_SCHEMA, wildcard tables, arrays and structs in results.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import cast

import duckdb
import sqlglot
from sqlglot import errors as sqlglot_errors
from sqlglot import exp

_CELL_BYTES = 8
_TABLE_BYTES = 10 * 2**20
"""BigQuery bills no less for a table that a query names."""
_ZONED = "TIMESTAMP WITH TIME ZONE"
_TYPES: Mapping[str, str] = {
    "BOOLEAN": "BOOLEAN",
    "DOUBLE": "FLOAT",
    "FLOAT": "FLOAT",
    "VARCHAR": "STRING",
    "DATE": "DATE",
    "TIME": "TIME",
    "TIMESTAMP": "DATETIME",
    _ZONED: "TIMESTAMP",
}
"""DuckDB → BigQuery; decimals are NUMERIC and everything else here is INTEGER."""

_PARAMETERS: Mapping[str, Callable[[str], object]] = {
    "DATE": date.fromisoformat,
    "TIMESTAMP": lambda text: duckdb.Value(text, duckdb.sqltype(_ZONED)),
    "INT64": int,
    "INTEGER": int,
    "FLOAT64": float,
    "FLOAT": float,
    "NUMERIC": Decimal,
    "BOOL": lambda text: text == "true",
    "STRING": str,
}

Named = tuple[str, str, str]
"""Project, data set, table."""


class Invalid(Exception):  # noqa: N818 - BigQuery's word for it
    """A statement that BigQuery would refuse."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A statement that holds together, in DuckDB's dialect."""

    sql: str
    names: frozenset[str]
    """The parameters it names."""
    tables: frozenset[Named]
    bytes: int
    """What reading it would be billed for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Fields and rows as the REST API writes them."""

    fields: Sequence[Mapping[str, str]]
    rows: Sequence[Mapping[str, object]]


class Warehouse:
    """Tables by project and data set; statements may run side by side."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._root = duckdb.connect(":memory:")
        self._sizes: dict[Named, int] = {}

    def close(self) -> None:
        """Forget everything."""
        self._root.close()

    def load(self, name: Named, sql: str) -> None:
        """Create or replace a table from a SELECT in DuckDB's dialect."""
        project, dataset, table = (f'"{part}"' for part in name)
        with self._lock, self._root.cursor() as cursor:
            if not any(known[0] == name[0] for known in self._sizes):
                cursor.execute(f"ATTACH ':memory:' AS {project}")
            cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {project}.{dataset}")
            place = f"{project}.{dataset}.{table}"
            cursor.execute(f"CREATE OR REPLACE TABLE {place} AS {sql}")
            found = cursor.execute(f"SELECT count(*) FROM {place}").fetchone()  # noqa: S608 - names of our own
            columns = len(cursor.execute(f"DESCRIBE {place}").fetchall())
            self._sizes[name] = int((found or (0,))[0]) * columns * _CELL_BYTES

    def has(self, project: str, dataset: str) -> bool:
        """Whether there is such a data set."""
        return any(named[:2] == (project, dataset) for named in self._sizes)

    def prepare(self, sql: str, *, project: str, dataset: str | None) -> Prepared:
        """Translate a statement; raises Invalid as BigQuery would refuse it."""
        try:
            statements = sqlglot.parse(sql, read="bigquery")
        except sqlglot_errors.SqlglotError as error:
            raise Invalid("invalidQuery", f"Syntax error: {str(error).splitlines()[0]}") from None
        if len(statements) != 1 or statements[0] is None:
            raise Invalid("invalidQuery", "Syntax error: Unexpected end of script")
        tree = statements[0]
        if not isinstance(tree, exp.Query):
            raise Invalid("accessDenied", "Access Denied: the principal may only read")
        tables = frozenset(_qualified(tree, project=project, dataset=dataset))
        for named in sorted(tables - self._sizes.keys()):
            place = f"{named[0]}:{named[1]}.{named[2]}"
            raise Invalid("notFound", f"Not found: Table {place} was not found in location EU")
        return Prepared(
            sql=tree.sql(dialect="duckdb"),
            names=frozenset(one.name for one in tree.find_all(exp.Parameter)),
            tables=tables,
            bytes=sum(max(self._sizes[named], _TABLE_BYTES) for named in tables),
        )

    def run(self, prepared: Prepared, parameters: Mapping[str, object], *, zone: str) -> Result:
        """Run a statement in a time zone; raises Invalid."""
        if missing := sorted(prepared.names - parameters.keys()):
            raise Invalid("invalidQuery", f"Query parameter '{missing[0]}' not found")
        used = {name: parameters[name] for name in prepared.names}
        try:
            with self._lock:
                cursor = self._root.cursor()
            with cursor:
                cursor.execute(f"SET TimeZone = '{zone}'")
                return _typed(cursor, prepared.sql, used=used)
        except duckdb.Error as error:
            raise Invalid("invalidQuery", str(error).splitlines()[0]) from None


def parameter(kind: str, value: str | None) -> object:
    """Return a REST parameter as what DuckDB binds for its type; raises Invalid."""
    if value is None:
        return None
    if kind not in _PARAMETERS:
        raise Invalid("invalid", f"Invalid query parameter type: {kind}")
    return _PARAMETERS[kind](value)


def _qualified(tree: exp.Query, *, project: str, dataset: str | None) -> list[Named]:
    """Write every table's full name into the tree, and return them."""
    local = {one.alias for one in tree.find_all(exp.CTE)}
    found: list[Named] = []
    for table in tree.find_all(exp.Table):
        if not table.db and table.name in local:
            continue
        name = _name(table, project=project, dataset=dataset)
        for key, part in zip(("catalog", "db", "this"), name, strict=True):
            table.set(key, exp.to_identifier(part, quoted=True))
        found.append(name)
    return found


def _name(table: exp.Table, *, project: str, dataset: str | None) -> Named:
    parts = [part for part in (table.catalog, table.db, table.name) if part]
    if len(parts) == 1 and dataset is None:
        message = f'Table "{parts[0]}" must be qualified with a dataset (e.g. dataset.table).'
        raise Invalid("invalid", message)
    ahead = [project, dataset or ""][: 3 - len(parts)]
    first, second, last = [*ahead, *parts]
    return (first, second, last)


def _typed(cursor: duckdb.DuckDBPyConnection, sql: str, *, used: Mapping[str, object]) -> Result:
    found = cursor.execute(sql, used or None)
    described = [(str(one[0]), str(one[1])) for one in found.description or ()]
    fields = [{"name": name, "type": _type(kind), "mode": "NULLABLE"} for name, kind in described]
    if any(kind == _ZONED for _, kind in described):
        columns = ", ".join(
            f'epoch_us("{name}") AS "{name}"' if kind == _ZONED else f'"{name}"'
            for name, kind in described
        )
        found = cursor.execute(f"SELECT {columns} FROM ({sql})", used or None)  # noqa: S608 - its own text
    cells = cast("list[tuple[object, ...]]", found.fetchall())
    rows = [{"f": [{"v": _written(cell)} for cell in row]} for row in cells]
    return Result(fields=fields, rows=rows)


def _type(kind: str) -> str:
    return "NUMERIC" if kind.startswith("DECIMAL") else _TYPES.get(kind, "INTEGER")


def _written(cell: object) -> str | None:
    match cell:
        case None:
            return None
        case bool():
            return "true" if cell else "false"
        case datetime():
            return cell.isoformat()
        case float():
            return repr(cell)
        case _:
            return str(cell)
