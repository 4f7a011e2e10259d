"""What a file must be before it is used: ours, no newer than we are, and whole."""

import sqlite3
from pathlib import Path

import structlog

from bot import errors
from bot.store import migrations, statements, troubles

_APPLICATION = 0x52504F50
LARGE = 512 * 1024 * 1024
"""Bytes above which a start reads only the tables that exactly-once stands on; a copy is always
read whole."""
_VITAL = ("check_meta", "check_runs", "check_watermarks")

_log = structlog.get_logger(__name__)


def _sql(name: str) -> str:
    return statements.get("opening", name)


def pragmas(connection: sqlite3.Connection) -> None:
    """Set what holds for every connection of ours."""
    for name in ("busy_timeout", "foreign_keys", "trusted_schema", "temporary"):
        connection.execute(_sql(name)).fetchall()


def version(connection: sqlite3.Connection, path: Path) -> int:
    """Return the number of the last migration that a file has seen; 0: it is empty.

    Raises FutureDatabase for one that a newer reportops made, StoreError for another program's.
    """
    application, tables = _number(connection, "application"), _number(connection, "tables")
    if application != _APPLICATION and (application, tables) != (0, 0):
        raise errors.StoreError(
            f"{path} is a database, but not one of reportops; name another file in "
            "REPORTOPS_DATABASE"
        )
    found, newest = _number(connection, "version"), migrations.newest()
    if found > newest:
        raise errors.FutureDatabase(
            f"the database {path} is of version {found}, this reportops knows up to {newest}: "
            "a newer reportops has used it. Install that one again, or start from a backup made "
            "before the upgrade."
        )
    if application == 0:
        return 0
    return found


def durable(connection: sqlite3.Connection) -> None:
    """Make commits survive power loss, and the file ours."""
    if _number(connection, "application") == 0:
        connection.execute(_sql("claim_application"))
    for name in ("journal", "synchronous"):
        connection.execute(_sql(name)).fetchall()


def check(connection: sqlite3.Connection, path: Path) -> None:
    """Read the file's pages and indices; of a large one, those of the tables that matter most.

    Raises StoreError for one that is damaged.
    """
    if path.stat().st_size <= LARGE:
        verdicts = [connection.execute(_sql("check")).fetchone()]
    else:
        _log.warning("database_checked_in_part", bytes=path.stat().st_size)
        verdicts = [connection.execute(_sql(name)).fetchone() for name in _VITAL]
    if any(verdict is None or verdict[0] != "ok" for verdict in verdicts):
        raise troubles.damaged(path)


def _number(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(_sql(name)).fetchone()[0])
