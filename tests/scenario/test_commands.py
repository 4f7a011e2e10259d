"""A command accepted is a command done, whatever happens to the bot and to its sockets."""

import asyncio
import contextlib
import random
import signal
import sqlite3
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.demo import stage
from bot.demo.slack import control
from tests.scenario import many, storm

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
SEED = 20261123
KILLS = 4
MOST_KILLS = 16


def _rows(on: many.Stage, sql: str) -> Sequence[tuple[str, ...]]:
    reading = sqlite3.connect(f"file:{on.database}?mode=ro", uri=True, timeout=5)
    with contextlib.closing(reading):
        return reading.execute(sql).fetchall()


async def _until_done(on: many.Stage) -> None:
    async with asyncio.timeout(90):
        while _rows(on, "SELECT key FROM inbox WHERE done_at IS NULL"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # it is done in another process: there is no event


async def _type(on: many.Stage, text: str) -> control.CommandResult:
    return await on.slack.control.command(
        user=many.OPERATOR, channel=stage.OPS, text=f"/report {text}"
    )


async def test_no_command_is_lost_or_done_twice_while_its_sockets_break(tmp_path: Path) -> None:
    async with many.open_many(tmp_path / "house", storm.CLIENTS) as on:
        await on.start_bot()
        count = await storm.Storm(on).run(400, rate=40.0, refreshes=5)
        assert (count.lost, count.twice, count.sound, count.untold) == ([], [], [], 0)
        assert count.refreshes == 5
        # One that Slack sent on a socket it cut in the same moment nobody can acknowledge.
        assert len(count.latency) + len(count.void) == 400
        assert len(count.void) <= count.refreshes
        await on.stop_bot()


async def test_a_bot_killed_at_the_acknowledgement_has_done_it_all_the_same(tmp_path: Path) -> None:
    """Killed from the very moment to some milliseconds later: before, within and after the deed."""
    dice = random.Random(SEED)
    number = undone = 0
    async with many.open_many(tmp_path / "house", 2) as on:
        await on.start_bot()
        while number < KILLS or (not undone and number < MOST_KILLS):
            rerun = f"rerun client001 2026-11-{number + 1:02d}"
            text = rerun if number % 2 else f"pause client000 for 3d word{number:05d}"
            done = await _type(on, text)
            assert done.acked
            await asyncio.sleep(dice.choice((0, 0, 0.002, 0.005, 0.01)))  # the moment is the point
            await on.stop_bot(signal.SIGKILL)
            undone += len(_rows(on, "SELECT key FROM inbox WHERE done_at IS NULL"))
            await on.start_bot()
            await _until_done(on)
            number += 1
        await on.stop_bot()
        told = Counter(detail.split()[-1] for (detail,) in _rows(on, "SELECT detail FROM audit"))
        asked = [key for (key,) in _rows(on, "SELECT key FROM runs WHERE key LIKE 'ask:%'")]
    assert {f"word{even:05d}" for even in range(0, number, 2)} <= set(told)
    assert len(asked) == len(set(asked)) == number // 2
    assert undone, "no kill came between the acknowledgement and the deed"


async def test_what_is_under_way_at_the_end_is_done_by_it_or_by_the_next(tmp_path: Path) -> None:
    """SIGTERM among thirty commands: whatever was acknowledged is done, and done once."""
    async with many.open_many(tmp_path / "house", storm.CLIENTS) as on:
        await on.start_bot()
        acked: list[str] = []

        async def send(number: int) -> None:
            client, word = f"client{number % storm.CLIENTS:03d}", f"word{number:05d}"
            if (await _type(on, f"pause {client} for 3d {word}")).acked:
                acked.append(word)

        async with asyncio.TaskGroup() as group:
            for number in range(30):
                group.create_task(send(number))
            await on.slack.until(lambda: len(acked) >= 5 or None, timeout=30)
            group.create_task(on.stop_bot())
        await on.start_bot()
        await _until_done(on)
        told = Counter(detail.split()[-1] for (detail,) in _rows(on, "SELECT detail FROM audit"))
        await on.stop_bot()
    assert {word: told[word] for word in acked} == dict.fromkeys(acked, 1)
    assert len(acked) >= 5
