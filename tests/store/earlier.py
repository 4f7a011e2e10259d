"""A database as an earlier reportops left it, with something in every table of the first one, and
what is in it now.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from bot.store import migrations, statements

TABLES = (
    "meta",
    "runs",
    "attempts",
    "outcomes",
    "usage",
    "deliveries",
    "incidents",
    "incident_runs",
    "pauses",
    "watermarks",
    "channels",
    "audit",
)
_ROWS = Path(__file__).with_suffix(".sql")


def write(path: Path, *, version: int) -> None:
    """Make a database of this version whose rows are those of the first one."""
    first, *later = migrations.everything()[:version]
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA application_id = 1380994896")
        connection.execute("PRAGMA journal_mode = WAL")
        first.apply(connection)
        for statement in statements.split(_ROWS.read_text("utf-8")):
            connection.execute(statement)
        for step in later:
            step.apply(connection)


def read(path: Path) -> Mapping[str, Sequence[Mapping[str, object]]]:
    """Return every row of every table of version 1, by column, as it stands now."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return {
            table: [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]
            for table in TABLES
        }
