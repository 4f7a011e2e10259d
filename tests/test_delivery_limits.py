"""Deliveries whose turn has not come, that Slack turns away, that stand twice, or that go wrong."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain import delivery as noun
from tests import test_delivery as bench
from tests.slackmodel import Fault, SlackModel
from tests.store import make


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[bench.Desk]:
    async for one in bench.opened(tmp_path):
        yield one


async def test_a_message_found_twice_is_adopted_and_said_once(desk: bench.Desk) -> None:
    desk.slack.faults.append(Fault.STORED)
    await desk.put(make.word())
    await desk.kept.deliveries.begin("ops:word", since=f"{desk.slack.now:.6f}")
    row = await desk.row()
    for _ in range(2):
        await desk.slack.send(row, row.bodies[0], thread_ts=None)
    await desk.settle()
    assert (await desk.row()).ts == desk.slack.messages[0].ts
    assert desk.told.others == [("doubled 2", "ops:word")]


async def test_what_has_no_turn_is_left_alone_and_comes_back(desk: bench.Desk) -> None:
    busy = [7.0]
    desk.slack.limits = lambda _wanted: busy[0]
    await desk.put(make.word())
    wake = await desk.pump.pump()
    assert wake == desk.clock.now() + timedelta(seconds=7)
    row = await desk.row()
    assert (row.state, row.tries, desk.slack.calls) == (noun.State.PENDING, 0, [])
    busy[0] = 0.0
    await desk.settle(8)
    assert (await desk.row()).state is noun.State.POSTED


async def test_a_turn_that_is_gone_meanwhile_costs_no_post(desk: bench.Desk) -> None:
    """Between the look and the post somebody else spoke."""
    waits = iter([0.0, 4.0])
    desk.slack.limits = lambda _wanted: next(waits)
    await desk.put(make.word())
    assert await desk.pump.pump() == desk.clock.now() + timedelta(seconds=4)
    assert (await desk.row()).tries == 0


async def test_not_being_able_to_look_for_lack_of_a_turn_is_no_alarm(desk: bench.Desk) -> None:
    desk.slack.faults.append(Fault.LOST)

    class Busy(SlackModel):
        async def find(
            self, wanted: noun.Delivery, *, thread_ts: str | None
        ) -> noun.Sent | noun.Refused | None:
            self.calls.append(f"find {wanted.key} {thread_ts}")
            return noun.Refused(code="ratelimited", retry_after=5.0)

    busy = Busy()
    busy.faults = desk.slack.faults
    desk.slack = busy
    desk.restart()
    await desk.put(make.word())
    for _ in range(30):
        await desk.pump.pump()
        desk.clock.advance(timedelta(minutes=5))
        busy.now += 300
    assert desk.told.stuck_ones == []
    assert (await desk.row()).state is noun.State.UNKNOWN


async def test_a_refusal_that_passes_is_told_after_a_while_and_tried_on(desk: bench.Desk) -> None:
    desk.slack.faults.extend([Fault.UNREACHABLE] * 9)
    await desk.put(make.word())
    await desk.settle(3600)
    assert desk.told.others == [("delayed unreachable", "ops:word")]
    assert (await desk.row()).state is noun.State.POSTED


async def test_a_chart_is_uploaded_once_for_a_message_that_comes_back(desk: bench.Desk) -> None:
    await desk.kept.deliveries.remember_rung(1, until=make.NOW + timedelta(days=1))
    desk.slack.faults.extend([Fault.BUSY, Fault.BUSY])
    await bench.report(desk)
    await desk.settle(20)
    assert [call for call in desk.slack.calls if call.startswith("upload")] != []
    assert sum(call.startswith("upload") for call in desk.slack.calls) == 1


async def test_a_message_that_goes_wrong_cuts_no_other_short(desk: bench.Desk) -> None:
    begun, broke = asyncio.Event(), asyncio.Event()

    class Broken(SlackModel):
        async def send(
            self, wanted: noun.Delivery, body: noun.Body, *, thread_ts: str | None
        ) -> noun.SendResult:
            if wanted.key == "ops:broken":
                await begun.wait()
                broke.set()
                raise KeyError(wanted.key)
            begun.set()
            await broke.wait()
            return await super().send(wanted, body, thread_ts=thread_ts)

    desk.slack = Broken()
    desk.restart()
    await desk.put(make.word("ops:broken"), make.word("ops:behind"))
    await desk.put(replace(make.word("ops:else"), channel=bench.OTHER))
    with pytest.raises(ExceptionGroup) as caught:
        await desk.pump.pump()
    assert [type(one) for one in caught.value.exceptions] == [KeyError]
    assert [(await desk.row(key)).state for key in ("ops:behind", "ops:else")] == [
        noun.State.POSTED
    ] * 2
