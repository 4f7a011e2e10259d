"""The bot is killed at any moment while Slack misbehaves: what is posted is posted once.

Three sources of trouble at once: SIGKILL to the bot, SIGKILL to a worker, and faults of Slack's
that leave open whether a message was stored. Afterwards the store and the channels must agree.
"""

import asyncio
import contextlib
import os
import random
import signal
import sqlite3
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from bot import errors
from tests.scenario import many

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
CLIENTS, DAYS, SEED = 4, 4, 20261123
UNCLEAR = ("error_after", "cut_after", "cut_before", "error_before", "rate_limited", "delay_after")
METHODS = ("chat.postMessage", "chat.postMessage", "chat.update", "conversations.history")
RUNS = "house/*.scratch/*"
UNDER_WAY = "status IN ('queued', 'running', 'ready', 'posting', 'waiting')"
UNSAID = "state IN ('pending', 'posting', 'unknown') OR (state = 'posted' AND shown < version)"


class Chaos:
    """One bot, and everything that happens to it."""

    def __init__(self, on: many.Stage) -> None:
        self.on = on
        self.dice = random.Random(SEED)
        self.kills = 0

    def rows(self, sql: str) -> Sequence[tuple[str, ...]]:
        """Look into the database beside its owner, who may be dead."""
        reading = sqlite3.connect(f"file:{self.on.database}?mode=ro", uri=True, timeout=5)
        with contextlib.closing(reading):
            return reading.execute(sql).fetchall()

    async def wake(self) -> None:
        """Let the bot look at its clock, where there is one."""
        with contextlib.suppress(errors.ReportopsError, OSError):
            await self.on.wake()

    async def day(self, number: int) -> None:
        """One morning: the reports fall due, Slack misbehaves, the bot dies twice."""
        self.on.clock.move_to(self.on.monday + timedelta(days=number))
        for _ in range(4):
            kind = self.dice.choice(UNCLEAR)
            self.on.slack.faults.add(kind, self.dice.choice(METHODS), value=_value(kind))
        await self.wake()
        for _ in range(2):
            await asyncio.sleep(self.dice.uniform(0, 1.5))  # the moment is the point
            self._shoot_worker()
            await self.on.stop_bot(signal.SIGKILL)
            self.kills += 1
            await self.on.start_bot()
            await self.wake()
        self.on.slack.faults.clear()
        await self.settled()

    def _shoot_worker(self) -> None:
        children = Path(f"/proc/{self.on.pid}/task/{self.on.pid}/children")
        for worker in children.read_text("ascii").split()[:1] if children.exists() else ():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(worker), signal.SIGKILL)

    async def settled(self) -> None:
        """Let time pass, on the bot's clock, until nothing is under way."""
        async with asyncio.timeout(60):
            while self.rows(f"SELECT id FROM runs WHERE {UNDER_WAY}") or self.rows(
                f"SELECT key FROM deliveries WHERE {UNSAID}"
            ):
                self.on.clock.move_to(self.on.clock.now() + timedelta(seconds=45))
                await self.wake()
                await asyncio.sleep(0.3)  # its work is in other processes: there is no event


def _value(kind: str) -> float | None:
    return {"rate_limited": 1.0, "delay_after": 0.5}.get(kind)


async def test_whatever_dies_everything_is_posted_once(tmp_path: Path) -> None:
    settings = {"REPORTOPS_STAGGER": "0", "TMPDIR": str(tmp_path)}
    async with many.open_many(tmp_path / "house", CLIENTS, settings=settings) as on:
        chaos = Chaos(on)
        await on.start_bot()
        for number in range(DAYS):
            await chaos.day(number)
        _everything_once(chaos)
        await on.stop_bot()
    assert chaos.kills == 2 * DAYS
    assert not _left(tmp_path, "reportops-*")
    assert not _left(tmp_path, RUNS)


def _left(place: Path, pattern: str) -> set[Path]:
    return set(place.glob(pattern))


def _everything_once(chaos: Chaos) -> None:
    seen = Counter(key for key, _ in chaos.on.keyed())
    assert [key for key, times in seen.items() if times > 1] == []
    assert {key for (key,) in chaos.rows("SELECT key FROM deliveries WHERE state = 'posted'")} == {
        *seen
    }
    reports = [key for key in seen if key.startswith("report:")]
    assert len(reports) == CLIENTS * DAYS
    assert chaos.rows("SELECT id FROM runs WHERE status != 'succeeded'") == []
    assert chaos.rows("SELECT id FROM incidents WHERE status = 'open'") == []
    assert chaos.rows("SELECT run FROM attempts WHERE ended IS NULL") == []


async def test_what_a_killed_bot_left_is_cleared_by_the_next(tmp_path: Path) -> None:
    async with many.open_many(tmp_path / "house", 1, settings={"TMPDIR": str(tmp_path)}) as on:
        (on.place.clients / "client000" / "sales.sql").write_text(
            "SELECT sum(a.range * b.range) AS revenue, 1 AS orders"
            " FROM range(9999999) a, range(9999999) b WHERE $period_start < $period_end",
            "utf-8",
        )
        await on.start_bot()
        on.clock.move_to(on.monday)
        await on.wake()
        async with asyncio.timeout(20):
            while not (left := _left(tmp_path, RUNS)):  # noqa: ASYNC110 - another process makes it
                await asyncio.sleep(0.05)
        await on.stop_bot(signal.SIGKILL)
        assert _left(tmp_path, RUNS) >= left
        await on.start_bot()
        assert not left & _left(tmp_path, RUNS)
        assert not _left(tmp_path, "reportops-*")
        await on.stop_bot(signal.SIGKILL)
