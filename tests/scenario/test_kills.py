"""The bot is killed at any moment while Slack misbehaves: what is posted is posted once.

`make chaos` does it hundreds of times; here twice, in the same way (docs/decisions/0009).
"""

import asyncio
import signal
from pathlib import Path

import pytest

from tests.chaos import chaos, world
from tests.scenario import many

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
CLIENTS, KILLS, SEED = 5, 2, 20261123
RUNS = "house/*.scratch/*"


async def test_whatever_dies_everything_is_posted_once(tmp_path: Path) -> None:
    async with world.open_world(tmp_path, CLIENTS) as on:
        made = chaos.Chaos(on, clients=CLIENTS, seed=SEED)
        verdict = await made.run(KILLS, told=lambda _: None)
        assert verdict.wrong == [], made.shots.today
        assert made.shots.kills.total() >= KILLS
        assert verdict.figures["posted"] == verdict.figures["reports due"] > 0
        await on.stop_bot()
    assert not _left(on.tmp, "reportops-*")
    assert not _left(tmp_path, RUNS)


def _left(place: Path, pattern: str) -> set[Path]:
    return set(place.glob(pattern))


async def test_what_a_killed_bot_left_is_cleared_by_the_next(tmp_path: Path) -> None:
    async with many.open_many(tmp_path / "house", 1, settings={"TMPDIR": str(tmp_path)}) as on:
        on.sales(0).write_text(many.ENDLESS, "utf-8")
        await on.start_bot()
        on.clock.move_to(on.monday)
        await on.wake()
        async with asyncio.timeout(60):
            while not (left := _left(tmp_path, RUNS)):  # noqa: ASYNC110 - another process makes it
                await asyncio.sleep(0.05)
        await on.stop_bot(signal.SIGKILL)
        assert _left(tmp_path, RUNS) >= left
        left |= _left(tmp_path, "reportops-*")
        await on.start_bot()
        assert not left & (_left(tmp_path, RUNS) | _left(tmp_path, "reportops-*"))
        await on.stop_bot(signal.SIGKILL)
