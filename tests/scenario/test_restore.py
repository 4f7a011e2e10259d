"""A database put back from a copy: what was posted since is found, not posted again."""

import asyncio
import contextlib
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from tests.scenario import many

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
CLIENTS = 2


def _shell(on: many.Stage, *words: str) -> subprocess.CompletedProcess[str]:
    program = "from bot.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=on.place.checkout,
        env={**os.environ, **on.environment()},
        capture_output=True,
        text=True,
        check=False,
    )


async def _typed(on: many.Stage, *words: str) -> str:
    done = await asyncio.to_thread(_shell, on, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _rows(on: many.Stage, sql: str) -> list[tuple[str, ...]]:
    reading = sqlite3.connect(f"file:{on.database}?mode=ro", uri=True, timeout=5)
    with contextlib.closing(reading):
        return reading.execute(sql).fetchall()


async def _until_posted(on: many.Stage, reports: int) -> None:
    async with asyncio.timeout(60):
        while len(_rows(on, "SELECT 1 FROM runs WHERE status = 'succeeded'")) < reports:
            await on.wake()
            await asyncio.sleep(0.3)  # its work is in other processes: there is no event


async def test_what_was_posted_after_the_copy_is_not_posted_again(tmp_path: Path) -> None:
    settings = {"REPORTOPS_STAGGER": "0"}
    copy = tmp_path / "copy.db"
    async with many.open_many(tmp_path / "house", CLIENTS, settings=settings) as on:
        await on.start_bot()
        on.clock.move_to(on.monday)
        await _until_posted(on, CLIENTS)
        assert "is copied to" in await _typed(on, "backup", str(copy))
        tuesday = on.monday + timedelta(days=1)
        on.clock.move_to(tuesday)
        await _until_posted(on, CLIENTS * 2)
        told = await asyncio.to_thread(_shell, on, "restore", str(copy))
        assert told.returncode == 2
        assert f"process {on.pid} on " in told.stderr
        await on.stop_bot()
        on.clock.move_to(tuesday + timedelta(hours=2))
        assert "before the bot posts" in await _typed(on, "restore", str(copy))
        assert len(_rows(on, "SELECT 1 FROM runs")) == CLIENTS
        await on.start_bot()
        on.clock.move_to(tuesday + timedelta(hours=2, minutes=1))
        await _until_posted(on, CLIENTS * 2)
        seen = Counter(key for key, _ in on.keyed() if key.startswith("report:"))
        assert sorted(seen.values()) == [1] * CLIENTS * 2
        adopted = _rows(on, "SELECT ts FROM deliveries WHERE kind = 'report' AND shown = version")
        assert len(adopted) == CLIENTS * 2
        words = [one.text for key, one in on.keyed() if key.startswith("ops:restored:")]
        assert len(words) == 1
        on.clock.move_to(tuesday + timedelta(days=1))
        await _until_posted(on, CLIENTS * 3)
        seen = Counter(key for key, _ in on.keyed() if key.startswith("report:"))
        assert sorted(seen.values()) == [1] * CLIENTS * 3
        (kept,) = on.place.folder.glob("reportops.db.replaced-*")
        assert kept.stat().st_mode & 0o777 == 0o600
        await on.stop_bot()
