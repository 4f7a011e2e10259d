"""One SQLite connection in one thread; every transaction is one function, run whole in it.

aiosqlite hands single calls to its thread, so a task that is cancelled between two of them would
leave the connection inside a transaction that the next task then joins. Here the unit that is
handed over is the whole transaction: nothing can come between its statements, and a cancelled
caller leaves it either done or not begun (docs/decisions/0003).
"""

import asyncio
import os
import sqlite3
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar, cast

import aiosqlite

from bot import errors
from bot.store import copies, migrations, opening, statements, troubles

T = TypeVar("T")
Value = str | int | float | None
Values = Mapping[str, Value]
"""The parameters of one statement."""
Work = Callable[[sqlite3.Connection], T]
"""A whole transaction. It runs in the connection's thread and must not touch the event loop."""

_ROWS = 64


def _sql(name: str) -> str:
    return statements.get("database", name)


class _Connection(aiosqlite.Connection):
    """aiosqlite's connection, with the one call it lacks: run this function in the thread.

    ``_execute`` and ``_conn`` are its own means of doing so; they are used here and nowhere else,
    as a subclass may, and tests/store/test_database.py fails when a new version changes them.
    """

    async def run(self, work: Work[T]) -> T:
        """Hand over one function and wait for what it returns."""
        running = self._execute(lambda: work(self._conn))  # pyright: ignore[reportUnknownMemberType]
        return cast("T", await running)


class Database:
    """The one connection. ``read`` and ``write`` raise StoreError for what SQLite refuses."""

    def __init__(self, connection: _Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._is_open = True
        self._is_damaged = False
        self.troubles = 0
        """How often SQLite has refused since the start; …"""
        self.trouble: errors.StoreTrouble | None = None
        """… and why it did the last time."""

    async def write(self, work: Work[T]) -> T:
        """Run one transaction: committed when ``work`` returns, rolled back when it raises.

        Shielded: cancelling the caller never cuts it in two.
        """
        return await self._shielded(lambda connection: _transaction(connection, work))

    async def read(self, work: Work[T]) -> T:
        """Run queries that change nothing, all against the same state."""
        return await self._shielded(work)

    async def backup(self, to: Path) -> None:
        """Write a whole copy of the database while the bot runs, readable by its owner only.

        Raises StoreError when ``to`` is there already, cannot be written, or is not sound.
        """
        part = copies.draft(to)
        try:
            await self._shielded(lambda connection: copies.fill(connection, part))
            await asyncio.to_thread(copies.finish, part, to)
        finally:
            part.unlink(missing_ok=True)

    async def close(self) -> None:
        """Finish what was handed over, then close. Without it the thread outlives the loop."""
        self._is_open = False
        await asyncio.shield(self._connection.close())

    async def _shielded(self, work: Work[T]) -> T:
        if not self._is_open:
            raise errors.StoreError(f"the database {self._path} is closed")
        if self._is_damaged:
            raise troubles.damaged(self._path)
        try:
            return await asyncio.shield(self._connection.run(work))
        except sqlite3.Error as error:
            refusal = troubles.plain(self._path, error)
            if isinstance(refusal, errors.StoreTrouble):
                # What a damaged file says of what was posted cannot be trusted: no more of it.
                self._is_damaged = troubles.is_damage(error)
                self.trouble, self.troubles = refusal, self.troubles + 1
            raise refusal from error


@asynccontextmanager
async def connect(path: Path) -> AsyncGenerator[Database]:
    """Open or create the database, bring it up to date, and close it at the end.

    Raises FutureDatabase for one made by a newer reportops, StoreError for what is no database
    of ours or is damaged. A new file and its folder are readable by their owner only.
    """
    try:
        troubles.check_place(path)
        _create(path)
    except OSError as error:
        raise errors.StoreError(
            f"the database {path} cannot be opened ({error.strerror}); make its folder writable "
            "for the bot's user, or name another file in REPORTOPS_DATABASE"
        ) from error
    try:
        connection = _Connection(lambda: _open(path), _ROWS)
        await connection
    except sqlite3.Error as error:
        raise troubles.plain(path, error) from error
    # Prepared only now: a connection that fails to open leaves aiosqlite's thread behind.
    database = Database(connection, path)
    try:
        await database.read(lambda raw: _prepare(raw, path))
        yield database
    finally:
        await database.close()


def rows(connection: sqlite3.Connection, sql: str, **values: Value) -> list[sqlite3.Row]:
    """Execute one statement and return all its rows."""
    return connection.execute(sql, values).fetchall()


def row(connection: sqlite3.Connection, sql: str, **values: Value) -> sqlite3.Row | None:
    """Execute one statement and return its first row, or None."""
    found = rows(connection, sql, **values)
    return found[0] if found else None


def number(connection: sqlite3.Connection, sql: str, **values: Value) -> int:
    """Execute one statement that answers with one whole number."""
    found = row(connection, sql, **values)
    return 0 if found is None else int(found[0])


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


def _open(path: Path) -> sqlite3.Connection:
    """Runs in aiosqlite's thread, like everything that touches the connection."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    opening.pragmas(connection)
    version = opening.version(connection, path)
    opening.durable(connection)
    opening.check(connection, path)
    coming = migrations.after(version)
    if version and coming:
        copies.before_migrating(connection, path, version=version)
    for migration in coming:
        _transaction(connection, migration.apply)


def _transaction(connection: sqlite3.Connection, work: Work[T]) -> T:
    connection.execute(_sql("begin"))
    try:
        result = work(connection)
        connection.execute(_sql("commit"))
        return result
    finally:
        # Not after the commit, nor where SQLite has rolled back by itself, as on a full disk.
        if connection.in_transaction:
            connection.execute(_sql("rollback"))
