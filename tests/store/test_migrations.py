"""From every earlier version with data in it to the newest: whole, or not at all."""

import asyncio
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bot import errors
from bot.domain import delivery, ids, run
from bot.store import Store, database, migrations
from tests.gates import source
from tests.store import earlier

NEWEST = migrations.newest()
EARLIER = range(1, NEWEST)
_DIES = """
import os, pathlib, signal, sqlite3, sys
from bot.store import migrations, statements
step = migrations.everything()[int(sys.argv[2])]
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
for number, statement in enumerate(statements.split(step.script)):
    if number == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
    connection.execute(statement)
"""


def _version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


@pytest.mark.parametrize("version", EARLIER)
async def test_every_value_of_every_table_stays(tmp_path: Path, version: int) -> None:
    path = tmp_path / "a.db"
    earlier.write(path, version=version)
    before = earlier.read(path)
    async with database.connect(path):
        pass
    assert _version(path) == NEWEST
    now = earlier.read(path)
    for table, rows in before.items():
        assert len(now[table]) == len(rows)
        for row, old in zip(now[table], rows, strict=True):
            assert {name: row[name] for name in old} == old


@pytest.mark.parametrize("version", EARLIER)
async def test_it_is_copied_before_it_is_changed(tmp_path: Path, version: int) -> None:
    path, copy = tmp_path / "a.db", tmp_path / f"a.db.v{version}"
    earlier.write(path, version=version)
    copy.write_text("of a migration that did not come to its end")
    async with database.connect(path):
        pass
    assert _version(copy) == version
    assert copy.stat().st_mode & 0o777 == 0o600
    assert earlier.read(copy)["usage"][0]["cost"] == "0.0123456789"


async def test_what_an_earlier_version_left_is_understood(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    earlier.write(path, version=1)
    async with Store.open(path) as kept:
        failed = await kept.runs.get(ids.RunId("r2"))
        assert failed is not None
        assert (failed.status, failed.without) == (run.Status.FAILED, ("ads",))
        (queued,) = await kept.runs.unfinished({run.Status.QUEUED})
        assert queued.id == "r3"
        card = await kept.deliveries.get("card:i1")
        assert card is not None
        assert card.state is delivery.State.UNKNOWN
        assert [one.reason for one in await kept.pauses.all()] == ["winter"]


async def test_the_ledger_is_widened_and_as_strict_as_before(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    earlier.write(path, version=7)
    async with database.connect(path):
        pass
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        indices = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'usage'"
        )
        assert {str(name) for (name,) in indices} == {"usage_month", "usage_run"}
        assert connection.execute("SELECT credits, estimated FROM usage").fetchall() == [("0", 0)]
        connection.execute("UPDATE usage SET kind = 'snowflake', credits = '0.5', estimated = 1")
        for broken in ("kind = 'other'", "run = 'nobody'", "bytes_billed = -1", "estimated = 2"):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(f"UPDATE usage SET {broken}")


async def test_a_new_database_needs_no_copy(tmp_path: Path) -> None:
    async with database.connect(tmp_path / "a.db"):
        pass
    assert _names(tmp_path) == {"a.db"}


def _names(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


@pytest.mark.slow
@pytest.mark.parametrize("version", EARLIER)
async def test_killed_in_the_middle_it_is_as_before_and_the_next_start_goes_on(
    tmp_path: Path, version: int
) -> None:
    path = tmp_path / "a.db"
    earlier.write(path, version=version)
    before = earlier.read(path)
    command = [sys.executable, "-c", _DIES, str(path), str(version), "1"]
    done = await asyncio.to_thread(subprocess.run, command, cwd=source.ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    assert _version(path) == version
    assert earlier.read(path) == before
    async with database.connect(path):
        pass
    assert _version(path) == NEWEST


async def test_a_migration_that_fails_leaves_what_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.db"
    earlier.write(path, version=NEWEST)
    script = "CREATE TABLE half (a);\nUPDATE meta SET value = 'half';\nDROP TABLE ghost;"
    step = migrations.Migration(number=NEWEST + 1, name="9999_half.sql", script=script)
    steps = [*migrations.everything(), step]
    monkeypatch.setattr(migrations, "everything", lambda: steps)
    with pytest.raises(errors.StoreError, match="no such table: ghost"):
        async with database.connect(path):
            pass
    assert _version(path) == NEWEST
    assert earlier.read(path)["meta"][0]["value"] == "1"
