"""Slack's own clock, as its answers tell it, so that asking for the time costs no call of its own.

Read-back counts on it (Settled 11): ours may be set at any moment, Slack's stamps its messages.
"""

from email.utils import parsedate_to_datetime

from bot import clock

_FRESH = 15.0
"""Seconds that what was heard is carried on by our own clock."""
_QUICK = 2.0
"""An answer that took longer tells a time that may have passed on its way."""
_APART = 1.0
"""Seconds by which our two clocks may part: beyond, the machine slept or its clock was set."""


class Dial:
    """The last time that was heard, carried on."""

    def __init__(self, time: clock.Clock) -> None:
        self._time = time
        self._heard = 0.0
        self._at = float("-inf")
        self._wall = time.now()

    def now(self) -> float:
        """Our own monotonic seconds, for ``asked``."""
        return self._time.monotonic()

    def hear(self, date: str, *, asked: float) -> None:
        """Note the Date of an answer to a call that was made at ``asked``."""
        told, at = seconds(date), self._time.monotonic()
        if told is not None and at - asked <= _QUICK:
            self._heard, self._at, self._wall = told, at, self._time.now()

    def read(self) -> float | None:
        """Slack's time in seconds since 1970; None: nothing was heard of late."""
        passed = self._time.monotonic() - self._at
        if passed > _FRESH:
            return None
        by_wall = (self._time.now() - self._wall).total_seconds()
        return self._heard + passed if abs(by_wall - passed) <= _APART else None


def seconds(date: str) -> float | None:
    """Return the seconds since 1970 of an HTTP date; None where it is none."""
    try:
        return parsedate_to_datetime(date).timestamp()
    except ValueError:
        return None
