"""Deliveries while our own clock is wrong, is set, or is hours late to learn what was posted."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot import clock, delivery
from bot.domain import delivery as noun
from tests import test_delivery as bench
from tests.slackmodel import Fault
from tests.store import make


class _Wrong:
    """A clock of the machine, which somebody sets; its seconds only go forward."""

    def __init__(self, held: clock.HeldClock) -> None:
        self._held = held
        self.ahead = timedelta()

    def now(self) -> datetime:
        return self._held.now() + self.ahead

    def monotonic(self) -> float:
        return self._held.monotonic()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[bench.Desk]:
    async for one in bench.opened(tmp_path):
        yield one


@pytest.mark.parametrize("fault", [Fault.BUSY, Fault.UNREACHABLE, Fault.LOST])
@pytest.mark.parametrize("dies", [False, True])
async def test_a_clock_that_is_put_back_makes_nothing_wait(
    desk: bench.Desk, fault: Fault, *, dies: bool
) -> None:
    """What waits was to wait for seconds, by a clock that was two hours ahead."""

    def alive() -> delivery.Deliveries:
        return delivery.Deliveries(
            desk.kept.deliveries, desk.slack, clock=wrong, told=desk.told, charts=desk.charts
        )

    wrong = _Wrong(desk.clock)
    wrong.ahead = timedelta(hours=2)
    pump = alive()
    desk.slack.faults.append(fault)
    await desk.put(make.word())
    await pump.pump()
    wrong.ahead = timedelta()
    pump = alive() if dies else pump
    for _ in range(4):
        desk.time.pass_by(20)
        await pump.pump()
    assert len(desk.slack.messages) == 1


async def test_what_is_found_hours_later_was_posted_when_slack_says(desk: bench.Desk) -> None:
    desk.slack.faults.append(Fault.STORED)
    desk.slack.readable = False
    wanted = await bench.report(desk)
    await desk.pump.pump()
    desk.time.pass_by(2 * 3600)
    desk.slack.readable = True
    await desk.pump.pump()
    row = await desk.row(wanted.key)
    assert row.state is noun.State.POSTED
    assert row.posted_at is not None
    assert row.posted_at - wanted.created_at < timedelta(minutes=1)
