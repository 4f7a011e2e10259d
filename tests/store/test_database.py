"""The connection: whole transactions, whatever is cancelled; files that are not ours; copies."""

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from bot import errors
from bot.store import Store, database, migrations


def _write(key: str) -> database.Work[None]:
    def work(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO meta VALUES (?, 'a')", (key,))
        connection.execute("UPDATE meta SET value = 'b' WHERE key = ?", (key,))

    return work


def _values(path: Path) -> dict[str, str]:
    with sqlite3.connect(path) as connection:
        found = dict(connection.execute("SELECT key, value FROM meta").fetchall())
    connection.close()
    return found


async def test_a_new_database_is_for_its_owner_only_and_survives_power_loss(tmp_path: Path) -> None:
    path = tmp_path / "var" / "reportops.db"
    async with database.connect(path) as owner:
        pragmas = await owner.read(
            lambda connection: [
                connection.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            ]
        )
        files = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    assert pragmas == ["wal", 2, 1, 5000]
    assert set(files.values()) == {0o600}
    assert path.parent.stat().st_mode & 0o777 == 0o700


async def test_a_transaction_that_raises_leaves_nothing(tmp_path: Path) -> None:
    def work(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO meta VALUES ('k', 'v')")
        raise LookupError

    async with database.connect(tmp_path / "a.db") as owner:
        with pytest.raises(LookupError):
            await owner.write(work)
        await owner.write(_write("other"))
    assert _values(tmp_path / "a.db") == {"other": "b"}


async def test_a_cancelled_transaction_is_whole(tmp_path: Path) -> None:
    """The caller goes away between two statements; both are written, and the next one too."""
    inside, go_on = threading.Event(), threading.Event()

    def work(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO meta VALUES ('k', 'a')")
        inside.set()
        assert go_on.wait(5)
        connection.execute("UPDATE meta SET value = 'b'")

    async with database.connect(tmp_path / "a.db") as owner:
        caller = asyncio.create_task(owner.write(work))
        await asyncio.to_thread(inside.wait)
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        go_on.set()
        await owner.write(_write("next"))
        assert not await owner.read(lambda connection: connection.in_transaction)
    assert _values(tmp_path / "a.db") == {"k": "b", "next": "b"}


async def test_cancelling_many_at_any_point_never_leaves_half_a_transaction(tmp_path: Path) -> None:
    async with database.connect(tmp_path / "a.db") as owner:
        for number in range(60):
            caller = asyncio.create_task(owner.write(_write(f"k{number}")))
            for _ in range(number % 5):
                await asyncio.sleep(0)
            caller.cancel()
            await asyncio.wait({caller})
    assert set(_values(tmp_path / "a.db").values()) <= {"b"}


async def test_closing_waits_for_what_was_handed_over(tmp_path: Path) -> None:
    async with database.connect(tmp_path / "a.db") as owner:
        callers = [asyncio.create_task(owner.write(_write(f"k{one}"))) for one in range(5)]
        await asyncio.sleep(0)
    await asyncio.wait(callers)
    assert len(_values(tmp_path / "a.db")) == 5
    with pytest.raises(errors.StoreError, match="closed"):
        await owner.write(_write("late"))


async def test_a_database_from_the_future_is_refused_with_both_versions(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    async with database.connect(path):
        pass
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(errors.FutureDatabase, match=rf"999.*{migrations.newest()}.*newer"):
        async with database.connect(path):
            pass


@pytest.mark.parametrize("content", [b"hello world\n" * 1000, b"SQLite format 3\x00" + b"x" * 9000])
async def test_a_file_that_is_no_database_is_refused_in_plain_words(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(content)
    with pytest.raises(errors.StoreError, match="reportops restore"):
        async with database.connect(path):
            pass
    assert path.read_bytes() == content


async def test_a_damaged_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    async with database.connect(path) as owner:
        await owner.write(_write("k"))
    content = bytearray(path.read_bytes())
    content[8192 : len(content) - 4096] = b"\xff" * (len(content) - 12288)
    path.write_bytes(bytes(content))
    with pytest.raises(errors.StoreError, match="damaged"):
        async with database.connect(path):
            pass


async def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE songs (name TEXT)")
    connection.close()
    with pytest.raises(errors.StoreError, match="not one of reportops"):
        async with database.connect(path):
            pass


async def test_a_folder_that_cannot_be_made_is_told_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(errors.StoreError, match="cannot be opened"):
        async with database.connect(tmp_path / "file" / "a.db"):
            pass


async def test_what_sqlite_refuses_is_a_store_error_that_names_the_file(tmp_path: Path) -> None:
    async with database.connect(tmp_path / "a.db") as owner:
        with pytest.raises(errors.StoreError, match=r"a\.db refused"):
            await owner.write(lambda connection: connection.execute("SELECT nothing"))


async def test_a_backup_is_whole_private_and_never_overwrites(kept: Store, tmp_path: Path) -> None:
    await kept.meta.set("k", "v")
    await kept.backup(tmp_path / "copy.db")
    await kept.meta.set("k", "later")
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
    async with Store.open(tmp_path / "copy.db") as copy:
        assert await copy.meta.get("k") == "v"
    with pytest.raises(errors.StoreError, match="there already"):
        await kept.backup(tmp_path / "copy.db")
    with pytest.raises(errors.StoreError, match="cannot be written"):
        await kept.backup(tmp_path / "no" / "copy.db")


def test_migrations_count_from_one_without_a_gap() -> None:
    numbers = [one.number for one in migrations.everything()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_migration_that_forgets_its_number_is_refused() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    step = migrations.Migration(number=7, name="0007_x.sql", script="CREATE TABLE a (b TEXT);")
    with pytest.raises(errors.StoreError, match="0007_x"):
        step.apply(connection)
    connection.close()
