"""Turns and holds: nobody is held longer than is good for them."""

from datetime import timedelta

from bot import clock
from bot.slack import limiter
from tests import samples


async def test_two_messages_in_one_channel_are_spaced_and_a_queue_is_turned_away() -> None:
    limits = limiter.Limiter(clock.HeldClock(samples.AS_OF), spacing=0.01)
    assert [await limits.turn("C1"), await limits.turn("C1"), await limits.turn("C2")] == [0.0] * 3
    slow = limiter.Limiter(clock.HeldClock(samples.AS_OF), spacing=10.0)
    assert await slow.turn("C1") == 0.0
    assert await slow.turn("C1") == 10.0


async def test_a_hold_ends_by_itself_and_the_longest_wins() -> None:
    time = clock.HeldClock(samples.AS_OF)
    limits = limiter.Limiter(time)
    limits.hold("chat.postMessage", 30)
    limits.hold("chat.postMessage", 5)
    assert limits.wait("chat.postMessage") == 30
    assert limits.wait("chat.update") == 0
    time.advance(timedelta(seconds=31))
    assert limits.wait("chat.postMessage") == 0


async def test_the_longest_quiet_channels_are_forgotten() -> None:
    time = clock.HeldClock(samples.AS_OF)
    limits = limiter.Limiter(time, spacing=1000.0)
    for number in range(2_001):
        assert await limits.turn(f"C{number}") == 0.0
    assert await limits.turn("C0") == 0.0
    assert await limits.turn("C2000") == 1000.0
