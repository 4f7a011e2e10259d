"""Turns: never more than Slack allows, in any minute and any channel, and everybody's comes."""

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import clock
from bot.slack import limiter
from tests import localslack, samples

POST, HISTORY = "chat.postMessage", "conversations.history"
TIERS: Mapping[str, int] = {"t2": 20, "t3": 50, "t4": 100, "t5": 100}
"""Slack's calls a minute; t5 is its word for special, and only of posts we know that it is more."""


_TICK = 1e-6
"""A held clock's least step: less than this never passes."""


def _minute(made: Sequence[float]) -> int:
    """The most calls within any minute."""
    return max(sum(start <= at < start + 60 for at in made) for start in made)


class Line:
    """People who ask for turns, on a clock of their own, and come back when they are told to."""

    def __init__(self) -> None:
        self.time = clock.HeldClock(samples.AS_OF)
        self.limits = limiter.Limiter(self.time)
        self.made: list[tuple[str, str, float]] = []

    def wait(self, seconds: float) -> None:
        self.time.advance(timedelta(seconds=seconds))

    def serve(self, asked: list[tuple[str, str]]) -> None:
        """Let everybody have a turn, the first in line first."""
        while asked:
            waits = [self._ask(one) for one in asked]
            asked = [one for one, wait in zip(asked, waits, strict=True) if wait > 0]
            if asked:
                self.wait(min(wait for wait in waits if wait > 0) + _TICK)

    def _ask(self, one: tuple[str, str]) -> float:
        wait = self.limits.take(*one)
        if wait == 0:
            self.made.append((*one, self.time.monotonic()))
        return wait


asks = st.tuples(
    st.sampled_from([POST, HISTORY, "chat.update", "users.info"]),
    st.sampled_from(["C1", "C2", "C3", ""]),
)
crowds = st.lists(
    st.tuples(
        st.lists(st.tuples(asks, st.integers(1, 80)), max_size=5).map(
            lambda some: [ask for ask, times in some for _ in range(times)]
        ),
        st.floats(0, 90),
        st.sampled_from([0.0, 0.0, 7.0, 40.0]),
    ),
    max_size=4,
)


@given(crowds)
@settings(max_examples=25, deadline=None)
def test_no_crowd_exceeds_a_limit_and_everybody_is_served(
    crowds: list[tuple[list[tuple[str, str]], float, float]],
) -> None:
    line = Line()
    for crowd, pause, held in crowds:
        before, until = len(line.made), line.time.monotonic() + held
        line.limits.hold(POST, held)
        line.serve(list(crowd))
        since = [at for method, _, at in line.made[before:] if method == POST]
        assert all(at >= until - _TICK for at in since)
        line.wait(pause)
    assert len(line.made) == sum(len(crowd) for crowd, _, _ in crowds)
    for method in {method for method, _, _ in line.made}:
        at = [at for name, _, at in line.made if name == method]
        assert _minute(at) <= limiter.BUDGETS[method]
    for channel in {channel for _, channel, _ in line.made if channel}:
        at = [at for _, name, at in line.made if name == channel]
        assert all(later - one >= limiter.SPACING for one, later in itertools.pairwise(at))


def test_a_burst_goes_at_once_and_the_rest_is_spread() -> None:
    line = Line()
    line.serve([(POST, f"C{number}") for number in range(500)])
    at = [at for _, _, at in line.made]
    assert at[48] < 1 < at[60]
    assert 120 < at[-1] < 140
    assert _minute(at) <= limiter.POSTS


def test_every_method_stays_below_slacks_own_limit() -> None:
    for method, budget in limiter.BUDGETS.items():
        file = localslack.METHODS / f"{method}.json"
        if file.exists() and method != POST:
            tier = str(localslack.described(file)["rate_limits"])
            assert budget < TIERS[tier], method


def test_a_hold_ends_by_itself_and_the_longest_wins() -> None:
    time = clock.HeldClock(samples.AS_OF)
    limits = limiter.Limiter(time)
    limits.hold(POST, 30)
    limits.hold(POST, 5)
    assert limits.wait(POST) == 30
    assert limits.wait("chat.update") == 0
    time.advance(timedelta(seconds=31))
    assert limits.wait(POST) == 0


def test_a_channel_is_left_alone_from_the_answer_on() -> None:
    time = clock.HeldClock(samples.AS_OF)
    limits = limiter.Limiter(time)
    assert limits.take(POST, "C1") == 0
    time.advance(timedelta(seconds=5))
    limits.spoke("C1")
    assert limits.take(POST, "C1") == limiter.SPACING
    assert limits.take(POST, "C2") == 0


def test_the_longest_quiet_channels_are_forgotten() -> None:
    limits = limiter.Limiter(clock.HeldClock(samples.AS_OF), budgets={POST: 100_000})
    for number in range(2_001):
        assert limits.take(POST, f"C{number}") == 0.0
    assert limits.take(POST, "C0") == 0.0
    assert limits.take(POST, "C2000") == limiter.SPACING


async def test_a_line_is_served_in_its_order() -> None:
    limits = limiter.Limiter(clock.SystemClock(), budgets={HISTORY: 6_000})
    order: list[int] = []

    async def stand(number: int) -> None:
        assert await limits.turn(HISTORY, patience=5.0) == 0.0
        order.append(number)

    for _ in range(1_200):
        limits.take(HISTORY)
    async with asyncio.TaskGroup() as group:
        for number in range(8):
            group.create_task(stand(number))
    assert order == list(range(8))


@pytest.mark.parametrize("patience", [0.0, 0.05])
async def test_whoever_has_no_patience_is_told_when_to_come_back(patience: float) -> None:
    limits = limiter.Limiter(clock.SystemClock())
    limits.hold(HISTORY, 9.0)
    assert await limits.turn(HISTORY, patience=patience) == pytest.approx(9.0, abs=0.5)


async def test_nobody_overtakes_a_line() -> None:
    limits = limiter.Limiter(clock.SystemClock())
    limits.hold(HISTORY, 0.2)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(limits.turn(HISTORY, patience=1.0))
        await asyncio.sleep(0)
        assert await limits.turn(HISTORY, patience=0.0) > 0
    assert first.result() == 0.0
