"""Whose sockets Slack counts: more than ours means that another bot uses the same app.

Slack gives each envelope to any one of an app's sockets, so a second bot takes half of all
commands and answers them from another database. Only a hello tells the count, so while there is
doubt sockets are renewed more often. One count too many proves nothing: a socket that we closed,
or that a killed predecessor left, is counted for a while.
"""

from collections import deque
from dataclasses import dataclass

from bot import clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Spans in seconds."""

    lingers: float = 15.0
    """How long Slack may count a socket that is closed."""
    sure: float = 90.0
    """How long it must count too many before that is believed."""
    easy: float = 300.0
    """How old a socket gets where all is well: then another one counts again."""
    doubtful: float = 45.0
    """… while it is to be found out …"""
    known: float = 120.0
    """… and while it is known."""


class Census:
    """Compares what Slack counts with what we opened."""

    def __init__(self, time: clock.Clock, rules: Rules) -> None:
        self._time = time
        self._rules = rules
        self._ours = 0
        self._closed: deque[float] = deque()
        self._since: float | None = None
        self._others = 0
        self._is_counted = False

    @property
    def others(self) -> int:
        """How many sockets are certainly not ours; 0 while there is doubt."""
        return self._others

    @property
    def alone(self) -> bool:
        """Whether the last hello counted no more than ours."""
        return self._is_counted and self._since is None

    @property
    def patience(self) -> float:
        """Seconds after which a socket is renewed, so that its hello counts again."""
        if self._since is None:
            return self._rules.easy
        return self._rules.known if self._others else self._rules.doubtful

    def opens(self) -> None:
        """We ask Slack for another socket; from now on it may be counted."""
        self._ours += 1

    def closed(self) -> None:
        """One is gone; Slack may count it a little longer."""
        self._ours -= 1
        self._closed.append(self._time.monotonic())

    def counted(self, connections: int) -> None:
        """A hello told how many sockets Slack counts."""
        now = self._time.monotonic()
        self._is_counted = True
        while self._closed and now - self._closed[0] > self._rules.lingers:
            self._closed.popleft()
        beyond = connections - self._ours
        if beyond <= 0:
            self._since, self._others = None, 0
            return
        if beyond <= len(self._closed):
            return  # they may be those: the next count tells
        if self._since is None:
            self._since = now
        if now - self._since >= self._rules.sure:
            self._others = beyond
