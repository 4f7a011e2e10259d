"""SIGTERM: nothing new begins, what runs gets its grace, the rest is handed to the next start."""

import asyncio
import contextlib
import signal
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot import clock
from tests.scenario import many

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
_SLOW = """\
SELECT sum(a.range * b.range) AS revenue, 1 AS orders
FROM range(9999999) a, range(9999999) b WHERE $period_start < $period_end
"""


def rows(on: many.Stage, sql: str) -> Sequence[tuple[object, ...]]:
    reading = sqlite3.connect(f"file:{on.database}?mode=ro", uri=True, timeout=5)
    with contextlib.closing(reading):
        return reading.execute(sql).fetchall()


async def until(on: many.Stage, sql: str) -> None:
    """Wait for something that another process writes down."""
    async with asyncio.timeout(40):
        while not rows(on, sql):  # noqa: ASYNC110 - there is no event between processes
            await asyncio.sleep(0.05)


async def test_what_a_drained_bot_hands_over_is_posted_once_by_the_next(tmp_path: Path) -> None:
    async with many.open_many(tmp_path / "house", 2, settings={"REPORTOPS_STAGGER": "0"}) as on:
        slow = on.place.clients / "client000" / "sales.sql"
        quick = slow.read_text("utf-8")
        slow.write_text(_SLOW, "utf-8")
        await on.start_bot()
        on.clock.move_to(on.monday)
        await on.wake()
        await until(on, "SELECT id FROM runs WHERE client = 'client001' AND status = 'succeeded'")
        await until(on, "SELECT id FROM runs WHERE client = 'client000' AND status = 'running'")
        began = clock.SystemClock().monotonic()
        await on.stop_bot(signal.SIGTERM)
        assert 15 < clock.SystemClock().monotonic() - began < 30
        assert rows(on, "SELECT status, attempts, retries FROM runs ORDER BY client") == [
            ("running", 1, 0),
            ("succeeded", 1, 0),
        ]
        slow.write_text(quick, "utf-8")
        await on.start_bot()
        await on.wake()
        await until(on, "SELECT id FROM runs WHERE client = 'client000' AND status = 'succeeded'")
        assert rows(on, "SELECT ended FROM attempts ORDER BY run, number") in (
            [("abandoned",), ("report",), ("report",)],
            [("report",), ("abandoned",), ("report",)],
        )
        assert rows(on, "SELECT retries FROM runs") == [(0,), (0,)]
        posts = [key for key, _ in on.keyed() if key.startswith("report:")]
        assert len(posts) == len(set(posts)) == 2
        assert rows(on, "SELECT id FROM incidents") == []
