"""Deliveries: what each answer of Slack's leads to, step by step."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot import clock, delivery
from bot.delivery import readback
from bot.domain import delivery as noun
from bot.domain import ids, run
from bot.store import Store
from tests import samples
from tests.slackmodel import Charts, Fault, SlackModel, Time, Told
from tests.store import make

OTHER = ids.ChannelId("C0OTHER")
TREND = noun.Trend(title="Revenue", labels=("a", "b"), values=(1.0, 2.0), alt="Revenue rose")
LADDER = (
    noun.Body(text="t", blocks=({"type": "data_visualization"},)),
    noun.Body(text="t", blocks=({"type": "header"}, {"type": "chart_here"}), chart=TREND),
    noun.Body(text="t", blocks=({"type": "header"},)),
)


@dataclass
class Desk:
    """Everything a test of deliveries touches."""

    kept: Store
    slack: SlackModel
    told: Told
    charts: Charts
    time: Time
    clock: clock.HeldClock
    pump: delivery.Deliveries

    def restart(self) -> None:
        self.pump = delivery.Deliveries(
            self.kept.deliveries, self.slack, clock=self.clock, told=self.told, charts=self.charts
        )

    async def row(self, key: str = "ops:word") -> noun.Delivery:
        found = await self.kept.deliveries.get(key)
        assert found is not None
        return found

    async def put(self, *wanted: noun.Delivery) -> None:
        for one in wanted:
            await self.kept.deliveries.put(one)

    async def settle(self, seconds: float = 40) -> None:
        """Pump as the bot would, until so much time has passed."""
        end = self.clock.now() + timedelta(seconds=seconds)
        while (wake := await self.pump.pump()) is not None and wake <= end:
            self.time.pass_by((wake - self.clock.now()).total_seconds())
        self.time.pass_by(max((end - self.clock.now()).total_seconds(), 0))
        await self.pump.pump()


async def opened(tmp_path: Path) -> AsyncIterator[Desk]:
    """Yield a desk with a store of its own."""
    async with Store.open(tmp_path / "a.db") as kept:
        slack, told, charts, held = SlackModel(), Told(), Charts(), clock.HeldClock(make.NOW)
        pump = delivery.Deliveries(kept.deliveries, slack, clock=held, told=told, charts=charts)
        yield Desk(kept, slack, told, charts, Time(held, slack), held, pump)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async for one in opened(tmp_path):
        yield one


async def report(desk: Desk, bodies: tuple[noun.Body, ...] = LADDER) -> noun.Delivery:
    there = await make.ready(desk.kept)
    wanted = replace(make.post(there), bodies=bodies)
    await desk.kept.runs.enter_posting(there.id, wanted)
    return wanted


async def test_a_post_is_sent_once_and_its_run_succeeds(desk: Desk) -> None:
    wanted = await report(desk)
    assert await desk.pump.pump() is None
    (message,) = desk.slack.messages
    row = await desk.row(wanted.key)
    assert (row.state, row.ts, row.shown) == (noun.State.POSTED, message.ts, 1)
    assert wanted.run is not None
    now = await desk.kept.runs.get(wanted.run)
    assert now is not None
    assert now.status is run.Status.SUCCEEDED
    assert desk.told.posts == [wanted.key]
    await desk.pump.pump()
    assert len(desk.slack.messages) == 1


async def test_posting_is_committed_before_the_call(desk: Desk) -> None:
    states: list[tuple[noun.State, str | None]] = []

    class Watching(SlackModel):
        async def send(
            self, wanted: noun.Delivery, body: noun.Body, *, thread_ts: str | None
        ) -> noun.SendResult:
            row = await desk.row(wanted.key)
            states.append((row.state, row.posting_since))
            return await super().send(wanted, body, thread_ts=thread_ts)

    desk.slack = Watching()
    desk.restart()
    await desk.put(make.word())
    await desk.pump.pump()
    assert states == [(noun.State.POSTING, f"{desk.slack.now:.6f}")]


async def test_an_unclear_post_that_was_stored_is_adopted_at_once(desk: Desk) -> None:
    desk.slack.faults.append(Fault.STORED)
    await desk.put(make.word())
    assert await desk.pump.pump() is None
    assert (await desk.row()).ts == desk.slack.messages[0].ts
    assert desk.slack.calls == ["send ops:word", "find ops:word"]


async def test_an_unclear_post_is_looked_for_at_each_look_and_only_then_sent_again(
    desk: Desk,
) -> None:
    desk.slack.faults.append(Fault.LOST)
    await desk.put(make.word())
    start, looks = desk.clock.now(), list[float]()
    wake: datetime | None = start
    while wake is not None:
        before = desk.slack.calls.count("find ops:word")
        wake = await desk.pump.pump()
        if desk.slack.calls.count("find ops:word") > before:
            looks.append((desk.clock.now() - start).total_seconds())
        if wake is not None:
            desk.time.pass_by((wake - desk.clock.now()).total_seconds())
    assert looks == list(readback.LOOKS)
    assert desk.slack.calls.count("send ops:word") == 2
    assert len(desk.slack.messages) == 1


async def test_what_is_slow_to_appear_is_not_sent_again(desk: Desk) -> None:
    desk.slack.lag = 29.0
    desk.slack.faults.append(Fault.STORED)
    await desk.put(make.word())
    await desk.settle()
    assert desk.slack.calls.count("send ops:word") == 1
    assert (await desk.row()).state is noun.State.POSTED


async def test_moving_our_own_clock_does_not_shorten_the_wait(desk: Desk) -> None:
    desk.slack.lag = 20.0
    desk.slack.faults.append(Fault.STORED)
    await desk.put(make.word())
    await desk.pump.pump()
    desk.time.jump(3600 * 24 * 3)
    await desk.pump.pump()
    await desk.settle()
    assert len(desk.slack.messages) == 1


async def test_a_row_left_in_posting_by_a_crash_is_read_back(desk: Desk) -> None:
    await desk.put(make.word())
    await desk.kept.deliveries.begin("ops:word", since=f"{desk.slack.now:.6f}")
    await desk.pump.pump()
    assert (await desk.row()).state is noun.State.UNKNOWN
    desk.restart()
    await desk.settle()
    assert len(desk.slack.messages) == 1


async def test_a_channel_that_cannot_be_read_is_never_posted_to_blindly(desk: Desk) -> None:
    desk.slack.faults.append(Fault.LOST)
    desk.slack.readable = False
    await desk.put(make.word())
    await desk.settle(3600)
    assert desk.slack.messages == []
    assert desk.told.stuck_ones == ["ops:word"]
    assert 10 < desk.slack.calls.count("find ops:word") < 30
    desk.slack.readable = True
    await desk.settle(700)
    assert len(desk.slack.messages) == 1


async def test_a_busy_slack_is_left_alone_for_as_long_as_it_says(desk: Desk) -> None:
    desk.slack.faults.append(Fault.BUSY)
    await desk.put(make.word(), make.word("ops:next"))
    assert await desk.pump.pump() == make.NOW + timedelta(seconds=3)
    assert desk.slack.calls == ["send ops:word"]
    desk.time.pass_by(3)
    assert await desk.pump.pump() is None
    assert [message.key for message in desk.slack.messages] == ["ops:word", "ops:next"]


async def test_a_slack_without_a_clock_is_not_posted_to(desk: Desk) -> None:
    desk.slack.reachable = False
    await desk.put(make.word())
    await desk.settle(30)
    assert desk.slack.messages == []
    desk.slack.reachable = True
    await desk.settle(30)
    assert len(desk.slack.messages) == 1


async def test_what_is_turned_away_in_passing_is_sent_later_and_less_often(desk: Desk) -> None:
    desk.slack.faults.extend([Fault.UNREACHABLE] * 3)
    await desk.put(make.word())
    assert await desk.pump.pump() == make.NOW + timedelta(seconds=5)
    await desk.settle(60)
    assert len(desk.slack.messages) == 1


async def test_a_permanent_refusal_fails_the_run_and_is_told(desk: Desk) -> None:
    desk.slack.faults.append(Fault.PERMANENT)
    wanted = await report(desk)
    await desk.settle()
    assert desk.told.failures == [(wanted.key, "is_archived")]
    assert (await desk.row(wanted.key)).error == "is_archived"
    assert wanted.run is not None
    now = await desk.kept.runs.get(wanted.run)
    assert now is not None
    assert now.status is run.Status.FAILED
    assert desk.slack.messages == []


async def test_native_blocks_refused_fall_to_the_image_and_the_workspace_is_remembered(
    desk: Desk,
) -> None:
    desk.slack.refuse_native()
    wanted = await report(desk)
    await desk.pump.pump()
    (message,) = desk.slack.messages
    image = {"type": "image", "slack_file": {"id": "F7Reve"}, "alt_text": "Revenue rose"}
    assert message.body.blocks == ({"type": "header"}, image)
    assert (await desk.row(wanted.key)).rung == 1
    assert await desk.kept.deliveries.rung(desk.clock.now()) == 1
    assert desk.told.others == [("simplified invalid_blocks 7", wanted.key)]


async def test_a_remembered_rung_is_where_the_next_report_starts(desk: Desk) -> None:
    await desk.kept.deliveries.remember_rung(1, until=make.LATER)
    wanted = await report(desk)
    await desk.pump.pump()
    assert (await desk.row(wanted.key)).rung == 1
    assert desk.slack.calls.count(f"send {wanted.key}") == 1


async def test_one_message_that_is_too_long_says_nothing_of_the_workspace(desk: Desk) -> None:
    desk.slack.faults.append(Fault.PAYLOAD)
    wanted = await report(desk)
    await desk.pump.pump()
    assert len(desk.slack.messages) == 1
    assert await desk.kept.deliveries.rung(desk.clock.now()) == 0
    assert desk.told.others == [("simplified msg_too_long 0", wanted.key)]


@pytest.mark.parametrize("broken", ["drawing", "uploading"])
async def test_a_chart_that_cannot_be_shown_falls_to_the_text(desk: Desk, broken: str) -> None:
    desk.charts.works = broken != "drawing"
    desk.slack.uploads = broken != "uploading"
    await report(desk, LADDER[1:])
    await desk.pump.pump()
    assert desk.slack.messages[0].body == LADDER[2]


async def test_a_last_rung_with_a_chart_is_sent_without_it(desk: Desk) -> None:
    desk.charts.works = False
    await report(desk, LADDER[1:2])
    await desk.pump.pump()
    assert desk.slack.messages[0].body.blocks == ({"type": "header"},)


async def test_a_ladder_without_a_rung_left_fails(desk: Desk) -> None:
    desk.slack.faults.extend([Fault.PAYLOAD] * 3)
    wanted = await report(desk)
    await desk.pump.pump()
    assert desk.told.failures == [(wanted.key, "msg_too_long")]


async def test_replies_wait_for_their_thread_and_stand_in_order(desk: Desk) -> None:
    await desk.put(make.word("ops:card"))
    await desk.put(*(make.word(f"reply:{number}", parent="ops:card") for number in range(4)))
    desk.slack.faults.append(Fault.LOST)
    await desk.pump.pump()
    assert desk.slack.messages == []
    await desk.settle()
    card, *replies = desk.slack.messages
    assert [reply.key for reply in replies] == [f"reply:{number}" for number in range(4)]
    assert {reply.thread_ts for reply in replies} == {card.ts}


async def test_an_unclear_reply_is_looked_for_in_its_thread(desk: Desk) -> None:
    await desk.put(make.word("ops:card"), make.word("reply:1", parent="ops:card"))
    desk.slack.faults.extend([Fault.NONE, Fault.STORED])
    await desk.pump.pump()
    assert (await desk.row("reply:1")).state is noun.State.POSTED
    assert len(desk.slack.messages) == 2


async def test_replies_to_what_cannot_be_posted_are_cancelled(desk: Desk) -> None:
    await desk.put(make.word("ops:card"), make.word("reply:1", parent="ops:card"))
    desk.slack.faults.append(Fault.PERMANENT)
    await desk.pump.pump()
    assert (await desk.row("reply:1")).state is noun.State.CANCELLED


async def test_channels_go_side_by_side_and_each_one_at_a_time(desk: Desk) -> None:
    await desk.put(*(make.word(f"ops:{number}") for number in range(3)))
    await desk.put(replace(make.word("ops:other"), channel=OTHER))
    await desk.pump.pump()
    assert desk.slack.busiest == {samples.CHANNEL: 1, OTHER: 1}
    order = [call.removeprefix("send ") for call in desk.slack.calls]
    assert order.index("ops:other") < order.index("ops:2")


async def test_two_pumps_at_once_post_once(desk: Desk) -> None:
    await desk.put(*(make.word(f"ops:{number}") for number in range(5)))
    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(desk.pump.pump())
    assert sorted(message.key for message in desk.slack.messages) == [
        f"ops:{number}" for number in range(5)
    ]
    assert len(desk.told.posts) == 5


async def test_a_revision_of_what_waits_is_what_is_posted(desk: Desk) -> None:
    await desk.put(make.word())
    await desk.kept.deliveries.revise("ops:word", (noun.Body(text="new"),))
    await desk.pump.pump()
    assert desk.slack.messages[0].body.text == "new"
    assert not [call for call in desk.slack.calls if call.startswith("edit")]
