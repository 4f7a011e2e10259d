"""Slack's clock: heard for nothing, carried on for a while, and doubted when ours was moved."""

from datetime import timedelta

import pytest

from bot import clock
from bot.slack import dial
from tests import samples

HEAD, AT = "Mon, 23 Nov 2026 05:00:00 GMT", 1795410000.0


class Parted(clock.HeldClock):
    """A machine that may sleep: its monotonic seconds stand still meanwhile."""

    slept = 0.0

    def monotonic(self) -> float:
        return super().monotonic() - self.slept


@pytest.fixture
def time() -> Parted:
    return Parted(samples.AS_OF)


@pytest.fixture
def heard(time: Parted) -> dial.Dial:
    made = dial.Dial(time)
    made.hear(HEAD, asked=time.monotonic())
    return made


def test_what_was_heard_is_carried_on(heard: dial.Dial, time: Parted) -> None:
    assert heard.read() == AT
    time.advance(timedelta(seconds=9))
    assert heard.read() == AT + 9


def test_what_was_heard_long_ago_is_nothing(heard: dial.Dial, time: Parted) -> None:
    time.advance(timedelta(seconds=16))
    assert heard.read() is None


def test_after_a_sleep_it_is_asked_anew(heard: dial.Dial, time: Parted) -> None:
    time.advance(timedelta(hours=1))
    time.slept = 3600.0
    assert heard.read() is None


@pytest.mark.parametrize("head", ["", "yesterday"])
def test_what_is_no_time_is_not_heard(time: Parted, head: str) -> None:
    made = dial.Dial(time)
    made.hear(head, asked=0.0)
    assert made.read() is None


def test_a_slow_answer_is_not_trusted(time: Parted) -> None:
    made = dial.Dial(time)
    time.advance(timedelta(seconds=3))
    made.hear(HEAD, asked=0.0)
    assert made.read() is None
