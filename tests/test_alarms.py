import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import alarms, clock

START = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
SOON = timedelta(milliseconds=30)
FAR = timedelta(hours=1)


class Sweeps:
    """A sweep that counts, and can be watched, held up or made to fail."""

    def __init__(self) -> None:
        self.count = 0
        self.at_once = 0
        self.wants: datetime | None = None
        self.begun = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()
        self.fails = False
        self._done = asyncio.Condition()

    async def __call__(self) -> datetime | None:
        self.at_once += 1
        assert self.at_once == 1
        self.begun.set()
        await self.gate.wait()
        self.at_once -= 1
        async with self._done:
            self.count += 1
            self._done.notify_all()
        wants, self.wants = self.wants, None
        if self.fails:
            raise ValueError("the disk is full")
        return wants

    async def reach(self, count: int) -> None:
        async with self._done:
            await asyncio.wait_for(self._done.wait_for(lambda: self.count >= count), 5)


@asynccontextmanager
async def ringing(
    sweep: Callable[[], Awaitable[datetime | None]],
    held: clock.Clock,
    *,
    every: timedelta = FAR,
) -> AsyncGenerator[alarms.Alarms]:
    rung = alarms.Alarms(held, sweep, every=every)
    rung.start()
    try:
        yield rung
    finally:
        await rung.stop()


async def test_it_sweeps_at_once_and_regularly() -> None:
    sweep = Sweeps()
    async with ringing(sweep, clock.HeldClock(START), every=SOON):
        await sweep.reach(4)


async def test_it_sweeps_at_the_instant_that_the_last_sweep_named() -> None:
    sweep = Sweeps()
    sweep.wants = START + SOON
    async with ringing(sweep, clock.HeldClock(START)):
        await sweep.reach(2)


async def test_the_earliest_instant_counts() -> None:
    sweep = Sweeps()
    async with ringing(sweep, clock.HeldClock(START)) as rung:
        await sweep.reach(1)
        rung.wake_at(START + SOON)
        rung.wake_at(START + FAR)
        await sweep.reach(2)


async def test_an_instant_that_is_over_rings_at_once() -> None:
    sweep = Sweeps()
    async with ringing(sweep, clock.HeldClock(START)) as rung:
        await sweep.reach(1)
        rung.wake_at(START - FAR)
        await sweep.reach(2)


async def test_what_is_asked_during_a_sweep_causes_one_more() -> None:
    sweep = Sweeps()
    sweep.gate.clear()
    async with ringing(sweep, clock.HeldClock(START)) as rung:
        await sweep.begun.wait()
        for _ in range(5):
            rung.wake()
            await asyncio.sleep(0.002)
        sweep.gate.set()
        await sweep.reach(2)
    assert sweep.count == 2


async def test_a_sweep_that_fails_does_not_silence_the_next() -> None:
    sweep = Sweeps()
    sweep.fails = True
    async with ringing(sweep, clock.HeldClock(START)) as rung:
        await sweep.reach(1)
        await asyncio.sleep(0)
        rung.wake()
        await sweep.reach(2)


async def test_a_moved_clock_moves_the_alarms(tmp_path: Path) -> None:
    moved = clock.MovedClock(tmp_path / "clock")
    sweep = Sweeps()
    async with ringing(sweep, moved) as rung:
        await sweep.reach(1)
        rung.wake_at(moved.now() + FAR)
        moved.move_to(moved.now() + FAR)
        await sweep.reach(2)  # noticed within a second, without being told


async def test_it_can_be_told_that_the_clock_moved() -> None:
    held = clock.HeldClock(START)
    sweep = Sweeps()
    async with ringing(sweep, held) as rung:
        await sweep.reach(1)
        rung.wake_at(START + FAR)
        held.advance(FAR - SOON)
        rung.rearm()
        await sweep.reach(3)


async def test_stopping_waits_for_the_sweep_and_silences_the_rest() -> None:
    held = clock.HeldClock(START)
    sweep = Sweeps()
    sweep.gate.clear()
    rung = alarms.Alarms(held, sweep, every=SOON)
    rung.start()
    await sweep.begun.wait()
    async with asyncio.TaskGroup() as group:
        group.create_task(rung.stop(), name="stop")
        await asyncio.sleep(0)
        rung.wake()
        rung.rearm()
        sweep.gate.set()
    assert sweep.count == 1
    await rung.stop()
