"""The only reader of time. The demo and the tests move it; nothing else can."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the time. ``now`` is aware and in UTC; ``monotonic`` is in seconds."""

    def now(self) -> datetime:
        """The instant, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that only go forward, for spans."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The instant, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that only go forward."""
        return time.monotonic()


class MovedClock:
    """The machine's clock plus an offset that a file holds (seconds, as text).

    The demo moves it by replacing the file; several processes that name the same file agree.
    A missing or unreadable file is an offset of zero.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        """The moved instant, in UTC."""
        return datetime.now(UTC) + timedelta(seconds=self.offset())

    def monotonic(self) -> float:
        """Seconds that only go forward; not moved."""
        return time.monotonic()

    def offset(self) -> float:
        """The offset in seconds as the file says it now."""
        try:
            return float(self._file.read_text("ascii"))
        except (OSError, ValueError):
            return 0.0

    def move_to(self, instant: datetime) -> None:
        """Make ``now`` read ``instant``; the file is replaced in one step."""
        offset = (instant - datetime.now(UTC)).total_seconds()
        draft = self._file.with_suffix(".new")
        draft.write_text(f"{offset:.6f}", "ascii")
        draft.replace(self._file)


class HeldClock:
    """A clock that stands still until it is told to move; for tests."""

    def __init__(self, instant: datetime) -> None:
        self._instant = instant
        self._started = instant

    def now(self) -> datetime:
        """The instant it was last set to."""
        return self._instant

    def monotonic(self) -> float:
        """Seconds moved since it was made."""
        return (self._instant - self._started).total_seconds()

    def move_to(self, instant: datetime) -> None:
        """Set the instant."""
        self._instant = instant

    def advance(self, by: timedelta) -> None:
        """Move on by a span."""
        self._instant += by


Now = Callable[[], datetime]


def local_date(instant: datetime, zone: str) -> date:
    """Return the calendar date of an instant in an IANA zone."""
    return instant.astimezone(ZoneInfo(zone)).date()
