"""Another bot on the same app is noticed, and our own sockets are never taken for one."""

from datetime import timedelta

import pytest

from bot import clock
from bot.slack import census
from tests import samples

RULES = census.Rules()


@pytest.fixture
def time() -> clock.HeldClock:
    return clock.HeldClock(samples.AS_OF)


def _standing(time: clock.HeldClock, *, ours: int = 2) -> census.Census:
    counts = census.Census(time, RULES)
    for number in range(ours):
        counts.opens()
        counts.counted(number + 1)
    return counts


def _after(time: clock.HeldClock, seconds: float) -> None:
    time.advance(timedelta(seconds=seconds))


def test_our_own_two_are_nobody_else(time: clock.HeldClock) -> None:
    counts = _standing(time)
    assert (counts.others, counts.alone, counts.patience) == (0, True, RULES.easy)


def test_before_the_first_hello_nothing_is_known(time: clock.HeldClock) -> None:
    assert not census.Census(time, RULES).alone


def test_a_refresh_overlaps_and_raises_no_alarm(time: clock.HeldClock) -> None:
    counts = _standing(time)
    for _ in range(20):
        _after(time, 3600)
        counts.opens()
        counts.opens()
        counts.counted(4)  # both are replaced at once
        counts.closed()
        counts.closed()
        counts.opens()
        counts.counted(5)  # and Slack still counts the two that are closed
        counts.closed()
        assert (counts.others, counts.alone) == (0, True)


def test_another_bot_is_believed_only_after_a_while(time: clock.HeldClock) -> None:
    counts = _standing(time)
    counts.counted(3)
    assert (counts.others, counts.alone, counts.patience) == (0, False, RULES.doubtful)
    _after(time, RULES.sure - 1)
    counts.counted(3)
    assert counts.others == 0
    _after(time, 1)
    counts.counted(4)
    assert (counts.others, counts.patience) == (2, RULES.known)
    counts.counted(2)
    assert (counts.others, counts.alone) == (0, True)


def test_renewing_our_own_sockets_does_not_hide_another_bot(time: clock.HeldClock) -> None:
    """As it goes while there is doubt: every 45 s each slot has a new one, the old leaves later."""
    counts = _standing(time)
    for _ in range(4):
        counts.opens()
        counts.counted(5)  # ours, the new one, and two of another bot
        counts.opens()
        counts.counted(6)
        _after(time, 20)
        counts.closed()
        counts.closed()
        _after(time, RULES.doubtful - 20)
    assert counts.others == 2


def test_what_a_killed_predecessor_left_is_no_other_bot(time: clock.HeldClock) -> None:
    counts = census.Census(time, RULES)
    counts.opens()
    counts.counted(3)
    counts.opens()
    counts.counted(4)
    _after(time, RULES.doubtful)
    counts.opens()
    counts.counted(3)
    assert (counts.others, counts.alone) == (0, True)


def test_a_socket_that_closed_long_ago_excuses_nothing(time: clock.HeldClock) -> None:
    counts = _standing(time)
    counts.opens()
    counts.closed()
    counts.counted(3)
    assert counts.alone
    _after(time, RULES.lingers + 1)
    counts.counted(3)
    assert not counts.alone
