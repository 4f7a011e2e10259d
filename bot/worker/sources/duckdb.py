"""DuckDB over files inside the client's folder: read-only, and nothing beyond the folder.

A file name in SQL is relative to the process's working directory, and DuckDB holds every name
against ``allowed_directories`` after following links. So opening a source moves the process into
the folder, names that folder alone, turns external access off (DuckDB never turns it on again)
and, once the client's own setup has run, locks the configuration. DuckDB would write into that
folder too: so what it spills goes elsewhere, and a setup holds no statement that writes files.
"""

import os
import re
import resource
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from threading import Lock, Timer
from typing import TYPE_CHECKING, cast

import duckdb

from bot import errors
from bot.domain.run import FailureCode
from bot.kinds.duckdb import DuckdbSettings
from bot.worker.sources import base

if TYPE_CHECKING:
    from collections.abc import Generator

_THREADS = 2
_MEMORY_MB = 1024
_SHARE = 2
"""DuckDB gets at most this part of the process's address space."""
_ZONED = "TIMESTAMP WITH TIME ZONE"
_TEMP = "reportops_instants"
_SETUP = frozenset(
    {"ALTER", "CREATE", "CREATE_FUNC", "DELETE", "DROP", "INSERT", "MERGE_INTO", "SELECT"}
    | {"SET", "TRANSACTION", "UPDATE", "VARIABLE_SET"}
)
"""What a setup may do. The rest writes files or loads code: COPY, EXPORT, ATTACH, PRAGMA …"""
_MISSING = re.compile(r'No files found that match the pattern "([^"\n]+)"')
"""What DuckDB says where no file has the name or fits the pattern."""
_LETTERS = re.compile(r"not (utf-8|latin-1) encoded|support the encoding: \"([^\"\n]+)\"")
_CSV = re.compile(r"^ *file = (.+)$", re.MULTILINE)
"""What DuckDB says of a CSV whose letters it cannot read. Its own remedies, a download and leaving
out the rows that hold such letters, are not for us.
"""
_INTERRUPTED = "Query interrupted"
_FULL = ("could not write", "no space left", "file too large")
_OFFLINE: dict[str, bool | int | float | str | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


def open_source(access: base.Access) -> "Duckdb":
    """Open the database or run the setup; raises RunError."""
    settings = DuckdbSettings.model_validate(access.spec.settings)
    folder = access.folder.resolve()
    file = (folder / settings.file).resolve()
    if not file.is_file() or not file.is_relative_to(folder):
        fault = f"{settings.file} of the source {access.spec.name} is not in the client's folder"
        raise access.failed(FailureCode.CONFIGURATION, fault=fault)
    os.chdir(folder)
    source = Duckdb(access, settings)
    try:
        source.prepare(folder)
    except errors.RunError:
        source.close()
        raise
    return source


class Duckdb:
    """One connection, one query at a time; DuckDB spreads a query over its own threads."""

    def __init__(self, access: base.Access, settings: DuckdbSettings) -> None:
        self._access = access
        self._settings = settings
        self._reading = Lock()
        with self._explained(base.Opening(file=settings.file)):
            self._connection = (
                duckdb.connect(settings.database, read_only=True, config=_OFFLINE)
                if settings.database
                else duckdb.connect(":memory:", config=_OFFLINE)
            )
        # A worker's temporary directory goes with it, so one that is cut leaves nothing either.
        self._spill = tempfile.mkdtemp(prefix="spill-")

    def prepare(self, folder: Path) -> None:
        """Put up the walls, run the client's setup within them, and lock the configuration."""
        with self._explained(base.Opening(file=self._settings.file)), self._bounded():
            run = self._connection.execute
            run(f"SET allowed_directories = [{_quoted(str(folder))}]")
            run(f"SET temp_directory = {_quoted(self._spill)}")
            run("SET enable_external_access = false")
            run(f"SET TimeZone = {_quoted(self._access.timezone)}")
            run(f"SET memory_limit = '{_memory_mb()}MB'")
            run(f"SET threads = {_THREADS}")
            run("SET enable_progress_bar = false")
            if self._settings.setup:
                self._set_up((folder / self._settings.setup).read_text("utf-8"))
            run("SET lock_configuration = true")

    def _set_up(self, sql: str) -> None:
        statements = self._connection.extract_statements(sql)
        for one in statements:
            if one.type.name not in _SETUP:
                fault = f"{one.type.name} is not for a setup, which may make tables and views"
                about = base.Opening(file=self._settings.file)
                raise self._access.failed(FailureCode.QUERY_REFUSED, about=about, fault=fault)
        for one in statements:
            self._connection.execute(one)

    def read(self, ask: base.Ask) -> base.Answer:
        """Read one query; raises RunError."""
        with self._reading, self._explained(ask), self._bounded():
            statements = self._connection.extract_statements(ask.sql)
            if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
                fault = "it is not one single SELECT"
                raise self._access.failed(FailureCode.QUERY_REFUSED, about=ask, fault=fault)
            names = statements[0].named_parameters
            bound = self._access.bound(names, ask, mark="$")
            return base.Answer(table=self._table(ask, _values(bound)))

    def stop(self) -> None:
        """Interrupt what is running, if anything is."""
        with suppress(duckdb.ConnectionException):
            self._connection.interrupt()

    def close(self) -> None:
        """Close the connection once nothing reads: DuckDB refuses to close one that is in use."""
        with self._reading:
            self._connection.close()
        shutil.rmtree(self._spill, ignore_errors=True)

    def _table(self, ask: base.Ask, values: Mapping[str, object]) -> base.Table:
        cursor = self._connection.execute(ask.sql, values or None)
        described = [(str(one[0]), str(one[1])) for one in cursor.description or ()]
        is_zoned = any(kind == _ZONED for _, kind in described)
        found = self._local(ask.sql, described, values=values) if is_zoned else cursor
        rows = cast("list[tuple[base.Cell, ...]]", found.fetchmany(base.MOST_ROWS + 1))
        if len(rows) > base.MOST_ROWS:
            fault = f"it has more than {base.MOST_ROWS} rows"
            raise self._access.failed(FailureCode.RESULT_INVALID, about=ask, fault=fault)
        return base.Table(columns=tuple(name for name, _ in described), rows=tuple(rows))

    def _local(
        self, sql: str, described: Sequence[tuple[str, str]], *, values: Mapping[str, object]
    ) -> duckdb.DuckDBPyConnection:
        """Instants as local times: DuckDB hands out zoned ones only together with pytz.

        The rows take the way over a temporary table, because no text around the client's SQL
        could cast its columns whatever comment it ends with; their order stays.
        """
        columns = ", ".join(
            f"{_name(name)}::TIMESTAMP AS {_name(name)}" if kind == _ZONED else _name(name)
            for name, kind in described
        )
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {_TEMP} AS {sql}", values or None)
        return self._connection.execute(f"SELECT {columns} FROM {_TEMP}")  # noqa: S608 - names of columns, quoted

    @contextmanager
    def _bounded(self) -> "Generator[None]":
        """Interrupt the query at its own timeout or at the run's inner deadline."""
        left = self._access.deadline - time.monotonic()
        timer = Timer(max(0.0, min(left, self._settings.timeout)), self._connection.interrupt)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    @contextmanager
    def _explained(self, ask: base.About) -> "Generator[None]":
        try:
            yield
        except duckdb.Error as error:
            raise self._explain(error, ask) from None
        except RuntimeError as error:  # so says its Python side where it is the first to notice
            if str(error) != _INTERRUPTED:
                raise
            raise self._access.failed(FailureCode.SOURCE_TIMEOUT, about=ask) from None

    def _explain(self, error: duckdb.Error, ask: base.About) -> errors.RunError:
        said = str(error)
        code, fault = _judged(error, said.casefold())
        return self._access.failed(code, about=ask, said=said, fault=fault)


def _judged(error: duckdb.Error, said: str) -> tuple[FailureCode, str]:
    """Return what an error means, and what is at fault in a few words where that is known."""
    match error:
        case duckdb.InterruptException():
            found = FailureCode.SOURCE_TIMEOUT, ""
        case duckdb.PermissionException():
            found = FailureCode.QUERY_REFUSED, "it reaches beyond the client's folder"
        case duckdb.IOException() if "could not set lock" in said:
            found = FailureCode.SOURCE_BUSY, ""
        case duckdb.IOException() | duckdb.InvalidInputException() if of := _of_file(str(error)):
            found = of
        case duckdb.OutOfMemoryException():
            found = FailureCode.QUERY_TOO_LARGE, "memory"
        case duckdb.IOException() if any(sign in said for sign in _FULL):
            found = FailureCode.QUERY_TOO_LARGE, "disk"
        case duckdb.InternalException() | duckdb.FatalException():
            found = FailureCode.SOURCE_FAULT, ""
        case _:
            found = FailureCode.QUERY_INVALID, ""
    return found


def _of_file(said: str) -> tuple[FailureCode, str] | None:
    """Return what is wrong with a data file, where that is what DuckDB says."""
    if missing := _MISSING.search(said):
        return FailureCode.FILE_MISSING, f"there is no file {missing[1]} in the client's folder"
    letters = _LETTERS.search(said)
    if letters is None:
        return None
    encoding, unknown = letters.groups()
    if unknown:
        return FailureCode.FILE_UNREADABLE, f"DuckDB does not know the encoding {unknown} here"
    file = _CSV.search(said)
    whose = file[1] if file else "a CSV file"
    return FailureCode.FILE_UNREADABLE, f"{whose} is not {encoding.upper()}"


def _values(bound: Mapping[str, base.Parameter]) -> Mapping[str, object]:
    """Instants as DuckDB values: as Python's own they would need pytz."""
    zoned = duckdb.sqltype(_ZONED)
    return {
        name: duckdb.Value(value.isoformat(), zoned) if isinstance(value, datetime) else value
        for name, value in bound.items()
    }


def _memory_mb() -> int:
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return _MEMORY_MB
    return min(_MEMORY_MB, limit // _SHARE // 2**20)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
