"""Never twice, none lost: any interleaving of pumps, faults, kills, restarts and moved clocks."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import clock, delivery
from bot.domain import delivery as noun
from bot.domain import ids
from bot.store import Store
from tests import samples
from tests.slackmodel import Charts, Fault, Killed, SlackModel, Time, Told
from tests.store import make

Act = tuple[str, float]
CHANNELS = (samples.CHANNEL, ids.ChannelId("C0OTHER"))

acts: st.SearchStrategy[Act] = st.one_of(
    st.tuples(st.sampled_from(["put", "reply"]), st.just(0.0)),
    st.tuples(st.just("pass"), st.sampled_from([0.5, 2.0, 7.0, 15.0, 31.0, 400.0])),
    st.tuples(st.just("jump"), st.sampled_from([3600.0, 86400.0])),
    st.tuples(st.sampled_from(["pump", "race", "restart", "blind"]), st.just(0.0)),
)
"""``race``: two owners pump at once, as before and after a crash that was not noticed."""


class Bench:
    """The bot's outbox on a model of Slack, driven by acts."""

    def __init__(self, kept: Store, faults: Sequence[Fault], lag: float) -> None:
        self.kept = kept
        self.slack = SlackModel()
        self.slack.faults.extend(faults)
        self.slack.lag = lag
        self.told = Told()
        self.clock = clock.HeldClock(make.NOW)
        self.time = Time(self.clock, self.slack)
        self.cards: list[noun.Delivery] = []
        self.wanted: list[noun.Delivery] = []
        self.pump = self._start()

    def _start(self) -> delivery.Deliveries:
        return delivery.Deliveries(
            self.kept.deliveries, self.slack, clock=self.clock, told=self.told, charts=Charts()
        )

    async def do(self, act: Act) -> None:
        """Do one thing."""
        match act:
            case ("put" | "reply" as kind, _):
                await self._put(is_reply=kind == "reply")
            case ("pass", seconds):
                self.time.pass_by(seconds)
            case ("jump", seconds):
                self.time.jump(seconds)
            case ("pump", _):
                await self._pump(self.pump)
            case ("race", _):
                await self._pump(self.pump, self.pump, self._start())
            case ("restart", _):
                self.pump = self._start()
            case ("blind", _):
                self.slack.readable = not self.slack.readable
            case _:
                raise AssertionError(act)

    async def _put(self, *, is_reply: bool) -> None:
        number = len(self.wanted)
        if is_reply and self.cards:
            card = self.cards[number % len(self.cards)]
            one = make.word(f"reply:{number}", parent=card.key)
            one = replace(one, channel=card.channel)
        else:
            one = replace(make.word(f"ops:{number}"), channel=CHANNELS[number % 2])
            self.cards.append(one)
        self.wanted.append(one)
        await self.kept.deliveries.put(one)

    async def _pump(self, *pumps: delivery.Deliveries) -> None:
        """Pump; a kill takes down everything that was under way, and a new start follows."""
        try:
            async with asyncio.TaskGroup() as group:
                for pump in pumps:
                    group.create_task(pump.pump())
        except BaseExceptionGroup as ended:
            if ended.split(Killed)[1] is not None:
                raise
            self.pump = self._start()

    async def calm(self) -> None:
        """Everything works again, for long enough; small steps first, to meet every look."""
        self.slack.faults.clear()
        self.slack.readable = True
        for step in [6.0] * 12 + [31.0] * 40:
            with suppress(BaseExceptionGroup):
                await self.pump.pump()
            self.time.pass_by(step)


async def _live(path: Path, plan: Sequence[Act], faults: Sequence[Fault], lag: float) -> None:
    async with Store.open(path) as kept:
        bench = Bench(kept, faults, lag)
        await bench.do(("put", 0.0))
        for act in plan:
            await bench.do(act)
            _never_twice(bench)
        await bench.calm()
        _never_twice(bench)
        for one in bench.wanted:
            row = await kept.deliveries.get(one.key)
            assert row is not None
            assert row.state is noun.State.POSTED, f"lost {one.key}: {row.state} {row.error}"
            (message,) = bench.slack.posts(one.key)
            assert row.ts == message.ts
            await _stands_right(bench, row)


def _never_twice(bench: Bench) -> None:
    keys = [message.key for message in bench.slack.messages]
    assert len(keys) == len(set(keys)), f"twice: {keys}"


async def _stands_right(bench: Bench, row: noun.Delivery) -> None:
    (message,) = bench.slack.posts(row.key)
    if row.parent is None:
        assert message.thread_ts is None
        return
    parent = await bench.kept.deliveries.get(row.parent)
    assert parent is not None
    assert message.thread_ts == parent.ts
    thread = [one.key for one in bench.slack.messages if one.thread_ts == parent.ts]
    assert thread == sorted(thread, key=lambda key: int(key.split(":")[1]))


passing = st.sampled_from(
    [fault for fault in Fault if fault not in {Fault.PAYLOAD, Fault.PERMANENT}]
)


@pytest.mark.slow
@pytest.mark.timeout(180)
@given(
    plan=st.lists(acts, min_size=4, max_size=25),
    faults=st.lists(passing, max_size=12),
    lag=st.sampled_from([0.0, 1.0, 10.0, 29.0]),
)
@settings(max_examples=120, deadline=None)
def test_never_twice_and_none_lost(plan: list[Act], faults: list[Fault], lag: float) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(_live(Path(folder) / "a.db", plan, faults, lag))
