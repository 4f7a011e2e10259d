"""A copy each day: once, also over restarts, and what goes wrong is told."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.app import daily
from bot.store import Store, copies

AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


class Told:
    """Who is warned."""

    def __init__(self) -> None:
        self.words: list[str] = []

    async def warn(self, what: str) -> None:
        """Remember it."""
        self.words.append(what)


def _daily(kept: Store, folder: Path | None, told: Told) -> daily.Daily:
    return daily.Daily(kept, folder, keep=2, warn=told.warn)


async def test_the_first_sweep_makes_one_and_the_next_day_another(tmp_path: Path) -> None:
    folder, told = tmp_path / "copies", Told()
    async with Store.open(tmp_path / "a.db") as kept:
        keeping = _daily(kept, folder, told)
        for hours in (0, 1, 23, 24, 25, 48):
            await keeping.sweep(AT + timedelta(hours=hours))
    assert [copies.made_at(one) for one in copies.kept(folder)] == [
        AT + timedelta(hours=24),
        AT + timedelta(hours=48),
    ]
    assert (told.words, keeping.problem) == ([], "")


async def test_a_restart_makes_none_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    async with Store.open(tmp_path / "a.db") as kept:
        for hours in (0, 2, 23, 25):
            await _daily(kept, folder, Told()).sweep(AT + timedelta(hours=hours))
    assert len(copies.kept(folder)) == 2


async def test_a_clock_that_was_ahead_keeps_none_from_being_made(tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    async with Store.open(tmp_path / "a.db") as kept:
        keeping = _daily(kept, folder, Told())
        for days in (400, 0, 1):
            await keeping.sweep(AT + timedelta(days=days))
        await _daily(kept, folder, Told()).sweep(AT + timedelta(days=2))
    made = [copies.made_at(one) - AT for one in copies.kept(folder)]
    assert made[-2:] == [timedelta(days=2), timedelta(days=400)]


async def test_without_a_folder_nothing_is_copied(tmp_path: Path) -> None:
    async with Store.open(tmp_path / "a.db") as kept:
        await _daily(kept, None, Told()).sweep(AT)
    assert {one.name for one in _all(tmp_path)} == {"a.db", "a.db.lock"}


def _all(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_what_goes_wrong_is_told_and_tried_again_in_an_hour(tmp_path: Path) -> None:
    folder, told = tmp_path / "copies", Told()
    folder.write_text("a file stands in its place")
    async with Store.open(tmp_path / "a.db") as kept:
        keeping = _daily(kept, folder, told)
        await keeping.sweep(AT)
        await keeping.sweep(AT + timedelta(minutes=59))
        assert "cannot be made" in keeping.problem
        assert told.words == [keeping.problem]
        folder.unlink()
        await keeping.sweep(AT + timedelta(minutes=60))
    assert keeping.problem == ""
    assert len(copies.kept(folder)) == 1
