"""Disks that are full, closed or locked, and files that are damaged: words, and no half work."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bot import errors
from bot.store import Store, database
from tests.gates import source

_BIG = "x" * 20000
_OTHER_USER = 65534


async def test_a_full_disk_is_told_nothing_is_half_done_and_it_goes_on_when_there_is_space(
    tmp_path: Path,
) -> None:
    async with database.connect(tmp_path / "a.db") as owner:
        await owner.read(lambda connection: connection.execute("PRAGMA max_page_count = 1"))
        kept = Store(owner)
        with pytest.raises(errors.StoreTrouble, match="no space is left"):
            await _fill(kept, 200)
        assert kept.troubles == 1
        await owner.read(lambda connection: connection.execute("PRAGMA max_page_count = 999999"))
        await kept.meta.set("after", _BIG)
        assert await kept.meta.get("after") == _BIG
        assert await owner.read(_verdict) == "ok"


async def _fill(kept: Store, times: int) -> None:
    for number in range(times):
        await kept.meta.set(f"k{number}", _BIG)


def _verdict(connection: sqlite3.Connection) -> str:
    return str(connection.execute("PRAGMA integrity_check").fetchone()[0])


_FILLS = """
import asyncio, pathlib, resource, signal, sys
from bot import errors
from bot.store import Store
async def main(path):
    async with Store.open(path) as kept:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        now = max(one.stat().st_size for one in path.parent.glob(f"{path.name}*"))
        resource.setrlimit(resource.RLIMIT_FSIZE, (now + 200_000, hard))
        done = 0
        try:
            for number in range(200):
                await kept.meta.set(f"k{number}", "x" * 20000)
                done += 1
        except errors.StoreTrouble as error:
            print(error)
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        await kept.meta.set("after", "x")
        found = [await kept.meta.get(f"k{number}") for number in range(200)]
        print(done, sum(one is not None for one in found), await kept.meta.get("after"))
asyncio.run(main(pathlib.Path(sys.argv[1])))
"""


@pytest.mark.slow
def test_a_file_that_may_not_grow_is_told_and_mends_itself(tmp_path: Path) -> None:
    """A limit of the process: the system's own refusal to write, as of a quota."""
    command = [sys.executable, "-c", _FILLS, str(tmp_path / "a.db")]
    done = subprocess.run(command, cwd=source.ROOT, capture_output=True, text=True, check=True)
    words, counts = done.stdout.splitlines()
    assert "look whether it is full or broken" in words
    written, there, after = counts.split()
    assert (written, after) == (there, "x")
    assert 0 < int(written) < 200


async def test_a_fault_of_ours_is_no_trouble_of_the_disk(tmp_path: Path) -> None:
    async with Store.open(tmp_path / "a.db") as kept, database.connect(tmp_path / "b.db") as owner:
        twice = "INSERT INTO meta VALUES ('k', 'v'), ('k', 'v')"
        with pytest.raises(errors.StoreError, match="UNIQUE") as caught:
            await owner.write(lambda connection: connection.execute(twice))
        assert not isinstance(caught.value, errors.StoreTrouble)
        assert (owner.troubles, kept.trouble) == (0, None)


async def test_a_lock_of_another_program_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    async with database.connect(path) as owner:
        kept = Store(owner)
        await owner.read(lambda connection: connection.execute("PRAGMA busy_timeout = 10"))
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(errors.StoreTrouble, match="locked by another program"):
                await kept.meta.set("k", "v")
            other.execute("ROLLBACK")
        await kept.meta.set("k", "v")


async def test_what_damage_is_found_at_work_ends_all_reading_and_writing(tmp_path: Path) -> None:
    """What such a file says of what was posted cannot be trusted."""
    path = tmp_path / "a.db"
    async with database.connect(path) as owner:
        kept = Store(owner)
        await _fill(kept, 40)
        await owner.read(_all_in_the_file)
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.seek(8192)
            file.write(b"\xff" * (size - 8192))
        with pytest.raises(errors.StoreTrouble, match="reportops restore"):
            await owner.read(_read_all)
        with pytest.raises(errors.StoreTrouble, match="damaged"):
            await kept.meta.set("k", "v")


def _all_in_the_file(connection: sqlite3.Connection) -> None:
    """Into the file, and out of the connection's own memory."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.execute("PRAGMA shrink_memory")
    connection.execute("PRAGMA cache_size = 0")


def _read_all(connection: sqlite3.Connection) -> None:
    for table in ("meta", "runs", "deliveries", "audit", "channels", "incidents"):
        connection.execute(f"SELECT * FROM {table}").fetchall()


async def test_a_folder_in_the_files_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(errors.StoreError, match=r"is a folder; name .*/var/reportops\.db"):
        async with database.connect(tmp_path / "var"):
            pass


@pytest.fixture(autouse=True)
def _var(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser can give files away")
async def test_the_superuser_leaves_another_users_database_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.touch()
    os.chown(path, _OTHER_USER, _OTHER_USER)
    with pytest.raises(errors.StoreError, match=r"belongs to the user .*, this is root"):
        async with database.connect(path):
            pass


_AS_OTHER = """
import asyncio, os, pathlib, sys
from bot import errors
from bot.store import Store
os.setgid(65534), os.setuid(65534)
async def main(path):
    try:
        async with Store.open(path) as kept:
            await kept.meta.set("k", "v")
    except errors.StoreError as error:
        print(error)
asyncio.run(main(pathlib.Path(sys.argv[1])))
"""


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser can become another user")
@pytest.mark.parametrize("what", ["folder", "file"])
def test_what_the_bots_user_may_not_write_is_told(tmp_path: Path, what: str) -> None:
    folder = tmp_path / "var"
    for one in (tmp_path, *list(tmp_path.parents)[:2]):
        one.chmod(0o755)
    path = folder / "a.db"
    if what == "file":
        folder.chmod(0o777)
        path.touch(0o600)
    command = [sys.executable, "-c", _AS_OTHER, str(path)]
    done = subprocess.run(command, cwd=source.ROOT, capture_output=True, text=True, check=False)
    assert str(path) in done.stdout, done.stderr
    assert "writable" in done.stdout or "belongs to the user root" in done.stdout
