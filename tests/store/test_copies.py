"""Copies of the database: whole, private, checked, kept for a while, and put back."""

import asyncio
import shutil
import sqlite3
import threading
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import errors
from bot.domain import delivery
from bot.store import Store, copies, lock
from tests.store import make

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@contextmanager
def _open(path: Path) -> Generator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as connection:
        yield connection
        connection.commit()


async def _made(path: Path) -> Path:
    """A copy, beside a database that has gone on since."""
    async with Store.open(path) as kept:
        await kept.meta.set("k", "before")
        copy = await kept.keep(path.parent / "copies", 3, at=AT)
        await kept.meta.set("k", "after")
    return copy


async def _value(path: Path) -> str | None:
    async with Store.open(path) as kept:
        return await kept.meta.get("k")


async def test_a_folder_keeps_so_many_dated_copies_and_what_is_not_ours(tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    async with Store.open(tmp_path / "a.db") as kept:
        made = [await kept.keep(folder, 2, at=AT + timedelta(days=day)) for day in range(2)]
        (folder / "reportops-mine.db").write_text("")
        made.append(await kept.keep(folder, 2, at=AT + timedelta(days=2)))
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [one.name for one in made] == [
        "reportops-20261124T030000Z.db",
        "reportops-20261125T030000Z.db",
        "reportops-20261126T030000Z.db",
    ]
    assert {one.name for one in folder.iterdir()} == {*(one.name for one in made[1:])} | {
        "reportops-mine.db"
    }
    assert copies.made_at(made[2]) == AT + timedelta(days=2)


async def test_writing_goes_on_while_a_copy_is_made_and_the_copy_is_of_one_instant(
    tmp_path: Path,
) -> None:
    async with Store.open(tmp_path / "a.db") as kept, asyncio.TaskGroup() as group:
        for number in range(40):
            group.create_task(kept.meta.set(f"k{number}", "v"))
            if number == 20:
                group.create_task(kept.backup(tmp_path / "copy.db"))
    with _open(tmp_path / "copy.db") as copy:
        (count,) = copy.execute("SELECT count(*) FROM meta").fetchone()
    assert 20 <= count <= 40


async def test_what_bears_a_copys_name_is_a_whole_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed in the middle, it leaves a part only; the next one takes that away."""
    began, go_on = threading.Event(), threading.Event()
    check = copies.check

    def slowly(path: Path) -> int:
        began.set()
        assert go_on.wait(5)
        return check(path)

    monkeypatch.setattr(copies, "check", slowly)
    to = tmp_path / "copy.db"
    (tmp_path / "copy.db.part").write_text("of a bot that was killed")
    async with Store.open(tmp_path / "a.db") as kept, asyncio.TaskGroup() as group:
        group.create_task(kept.backup(to))
        await asyncio.to_thread(began.wait)
        assert not to.exists()
        assert (tmp_path / "copy.db.part").stat().st_mode & 0o777 == 0o600
        go_on.set()
    assert to.is_file()
    assert not (tmp_path / "copy.db.part").exists()


async def test_a_restore_puts_the_copy_back_and_keeps_what_stood_there(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    copy = await _made(path)
    with lock.own(path):
        done = copies.restore(copy, path, at=AT + timedelta(hours=2))
    assert path.stat().st_mode & 0o777 == 0o600
    assert await _value(path) == "before"
    assert done.replaced is not None
    assert await _value(done.replaced) == "after"
    assert await _value(copy) == "before"


async def test_a_restore_where_nothing_stands_is_one_too(tmp_path: Path) -> None:
    copy = await _made(tmp_path / "a.db")
    done = copies.restore(copy, tmp_path / "b.db", at=AT)
    assert done.replaced is None
    assert await _value(tmp_path / "b.db") == "before"


async def test_a_damaged_database_is_put_aside_with_its_log(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    copy = await _made(path)
    path.write_bytes(b"no database" * 1000)
    path.with_name("a.db-wal").write_bytes(b"a log of another")
    done = copies.restore(copy, path, at=AT)
    assert done.replaced is not None
    assert done.replaced.read_bytes() == b"no database" * 1000
    assert not path.with_name("a.db-wal").exists()
    assert await _value(path) == "before"


async def test_the_log_of_a_database_that_was_taken_away_is_not_played_into_the_copy(
    tmp_path: Path,
) -> None:
    """A bot that was killed left its log; somebody has moved the damaged file alone."""
    path, dead = tmp_path / "a.db", tmp_path / "dead" / "a.db"
    copy = await _made(path)
    dead.parent.mkdir()
    async with Store.open(path) as kept:
        await kept.meta.set("k", "lost")
        for end in ("-wal", "-shm"):
            shutil.copy(path.with_name(path.name + end), dead.with_name(dead.name + end))
    done = copies.restore(copy, dead, at=AT)
    assert done.replaced is None
    assert await _value(dead) == "before"
    assert len(list(dead.parent.glob("a.db.replaced-*-wal"))) == 1


async def test_what_a_copy_that_was_cut_short_left_is_swept_up(tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    async with Store.open(tmp_path / "a.db") as kept:
        cut = copies.draft(copies.dated(folder, AT))
        beside = copies.draft(copies.dated(folder, AT + timedelta(days=2)))
        await kept.keep(folder, 2, at=AT + timedelta(days=1))
    assert not cut.exists()
    assert beside.exists()  # of one that is being made


@pytest.mark.parametrize("how", ["cut", "flipped", "empty", "absent", "foreign", "newer"])
async def test_a_copy_that_is_not_sound_is_refused_and_nothing_changes(
    tmp_path: Path, how: str
) -> None:
    path = tmp_path / "a.db"
    copy = await _made(path)
    _spoil(copy, how)
    with pytest.raises(errors.StoreError, match=r"not sound|no file|not one of|newer"):
        copies.restore(copy, path, at=AT)
    assert await _value(path) == "after"
    assert not _beside(tmp_path)


def _beside(folder: Path) -> list[Path]:
    return list(folder.glob("a.db.re*"))


def _spoil(copy: Path, how: str) -> None:
    content = copy.read_bytes()
    match how:
        case "cut":
            copy.write_bytes(content[: len(content) // 2])
        case "flipped":
            copy.write_bytes(content[:8192] + b"\xff" * 8192 + content[16384:])
        case "empty":
            copy.write_bytes(b"")
        case "absent":
            copy.unlink()
        case "foreign":
            with _open(copy) as connection:
                connection.execute("PRAGMA application_id = 7")
        case _:
            with _open(copy) as connection:
                connection.execute("PRAGMA user_version = 999")


async def test_what_a_lost_database_may_have_posted_is_looked_for_first(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    async with Store.open(path) as kept:
        waiting = make.post(await make.ready(kept))
        assert waiting.run is not None
        await kept.runs.enter_posting(waiting.run, waiting)
        going = make.word("ops:going")
        await kept.deliveries.put(going)
        await kept.deliveries.begin(going.key, since=make.SINCE)
        copy = await kept.keep(tmp_path / "copies", 3, at=AT)
        coming = make.post(await make.ready(kept, make.of_week(make.a_run(), 1)))
    at = make.LATER + timedelta(days=1)
    done = copies.restore(copy, path, at=at)
    assert done.since == make.LATER - copies.MARGIN
    async with Store.open(path) as kept:
        for key in (waiting.key, going.key):
            assert await _doubted(kept, key, done.since)
        run = await make.ready(kept, make.of_week(make.a_run(), 1))
        again = make.post(run)
        assert again.key == coming.key
        await kept.runs.enter_posting(run.id, again)
        assert await _doubted(kept, again.key, done.since)


async def _doubted(kept: Store, key: str, since: datetime) -> bool:
    found = await kept.deliveries.get(key)
    assert found is not None
    assert found.posting_since is not None
    looked = float(found.posting_since) <= since.timestamp()
    return (found.state, found.tries, looked) == (delivery.State.UNKNOWN, 0, True)


async def test_what_comes_after_a_restore_is_posted_without_a_look(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    copy = await _made(path)
    copies.restore(copy, path, at=make.NOW - timedelta(days=30))
    async with Store.open(path) as kept:
        wanted = make.post(await make.ready(kept))
        assert wanted.run is not None
        await kept.runs.enter_posting(wanted.run, wanted)
        found = await kept.deliveries.get(wanted.key)
        assert found is not None
        assert found.state is delivery.State.PENDING


async def test_after_a_restore_nobody_is_told_at_once_that_a_report_is_late(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    copy = await _made(path)
    copies.restore(copy, path, at=make.NOW)
    async with Store.open(path) as kept:
        line = replace(make.word("notice:run"), kind=delivery.Kind.NOTICE)
        await kept.deliveries.put(line)
        assert not await kept.deliveries.due(make.NOW + timedelta(minutes=14))
        assert await kept.deliveries.due(make.NOW + copies.PATIENCE)
