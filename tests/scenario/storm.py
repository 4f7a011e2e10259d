"""Commands while Slack refreshes, cuts and forgets the sockets they come by.

The real bot, in a process of its own, is sent commands that each change something, several tens a
second, while its sockets are refreshed, closed without a word, refused at the door and left
half-open. Each command carries a word of its own that the audit trail keeps, so that afterwards
every single one can be counted: accepted and not done (lost), accepted and done twice, and not
acknowledged, which Slack tells the person. What Slack sent on a socket that was cut or half-open
before the answer came nobody can acknowledge: it is counted apart.
"""

import asyncio
import contextlib
import itertools
import random
import re
import sqlite3
import statistics
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.demo.slack import control, shapes
from tests.scenario import many

CLIENTS = 8
RATE = 30.0
"""Commands a second."""
REFRESHES = 20
SEED = 20261123
_MEANWHILE = timedelta(seconds=1)
"""An answer takes less."""
_WORD = re.compile(r"word\d{5}")
_SLOTS = 2
"""How many sockets the bot keeps; the next trouble comes when they stand again."""


@dataclass(kw_only=True)
class Count:
    """What came of the commands."""

    sent: int = 0
    refreshes: int = 0
    troubles: Counter[str] = field(default_factory=Counter[str])
    refused: list[str] = field(default_factory=list[str])
    """Words of the commands that were not acknowledged."""
    void: list[str] = field(default_factory=list[str])
    """Those of them whose socket was cut or half-open before it could take the answer."""
    latency: list[float] = field(default_factory=list[float])
    """Milliseconds from Slack's sending until the acknowledgement was there."""
    lost: list[str] = field(default_factory=list[str])
    twice: list[str] = field(default_factory=list[str])
    untold: int = 0
    """Accepted, but its asker got no answer."""

    @property
    def sound(self) -> list[str]:
        """Not acknowledged although their socket was sound."""
        return sorted({*self.refused} - {*self.void})

    def lines(self) -> Sequence[str]:
        """The figures, a line each."""
        cuts = statistics.quantiles(self.latency, n=100) if len(self.latency) > 1 else [0.0] * 99
        most = max(self.latency, default=0.0)
        troubles = ", ".join(f"{name} {times}" for name, times in sorted(self.troubles.items()))
        return (
            f"commands sent           {self.sent}",
            f"refreshes and troubles  {self.refreshes} ({troubles})",
            f"lost                    {len(self.lost)}",
            f"done twice              {len(self.twice)}",
            f"not acknowledged        {len(self.sound)}",
            f"sent into a void        {len(self.void)} (cut or half-open; Slack told the person)",
            f"asker not answered      {self.untold}",
            f"acknowledged in ms      p50 {cuts[49]:.1f}, p99 {cuts[98]:.1f}, most {most:.0f}",
        )


class Storm:
    """Sends commands at a rate, and breaks sockets meanwhile."""

    def __init__(self, on: many.Stage, *, void: bool = False) -> None:
        self._on = on
        self._slack = on.slack
        self._dice = random.Random(SEED)
        self._void = void
        self.count = Count()

    async def run(self, commands: int, *, rate: float = RATE, refreshes: int = REFRESHES) -> Count:
        """Send so many, with so many refreshes and troubles spread among them."""
        pace = commands / rate / (refreshes + 1)
        async with asyncio.TaskGroup() as group:
            troubling = group.create_task(self._trouble(refreshes, pace))
            for number in range(commands):
                group.create_task(self._command(f"word{number:05d}", number))
                await asyncio.sleep(1 / rate)
            await troubling
        await self._settled()
        return self.count

    async def _command(self, word: str, number: int) -> None:
        self.count.sent += 1
        client = f"client{number % CLIENTS:03d}"
        done = await self._slack.control.command(
            user=many.OPERATOR, channel="C0REPORTOPS", text=f"/report pause {client} for 3d {word}"
        )
        if done.acked:
            self.count.latency.append(done.latency_ms)
        else:
            self.count.refused.append(word)
            if self._gone(done):
                self.count.void.append(word)

    def _gone(self, done: control.CommandResult) -> bool:
        """Whether the socket that Slack sent it on went before the answer could come by it."""
        asked = next(
            (one for one in self._slack.journal.envelopes() if one.id == done.envelope_id), None
        )
        if asked is None:
            return False
        for act in self._slack.journal.acts():
            soon = timedelta() <= act.at - asked.at < _MEANWHILE
            if act.what == "half_open" and asked.socket in shapes.items(act.facts["sockets"]):
                return True
            if act.what == "socket_closed" and act.facts["socket"] == asked.socket and soon:
                return True
        return False

    async def _trouble(self, times: int, pace: float) -> None:
        kinds = itertools.cycle(self._kinds().items())
        for (name, trouble), _ in zip(kinds, range(times), strict=False):
            await asyncio.sleep(pace * self._dice.uniform(0.7, 1.3))
            await self._slack.until(lambda: self._slack.control.sockets >= _SLOTS, timeout=30)
            await trouble()
            self.count.refreshes += 1
            self.count.troubles[name] += 1

    def _kinds(self) -> dict[str, Callable[[], Awaitable[object]]]:
        control_ = self._slack.control
        return {
            "warning": lambda: control_.disconnect("warning", seconds=10),
            "refresh": lambda: control_.disconnect("refresh_requested", seconds=2, most=1),
            "cut": lambda: control_.disconnect("refresh_requested", seconds=0, most=1),
            "refused": self._refused,
            "half-open": self._deaf,
        }

    async def _refused(self) -> None:
        """A refresh whose new sockets are turned away at the door, twice."""
        self._slack.faults.add("refused_upgrade", times=2)
        await self._slack.control.disconnect("warning", seconds=8)

    async def _deaf(self) -> None:
        self._slack.control.half_open(most=1, known=not self._void)

    async def _settled(self) -> None:
        """Wait until nothing accepted is left, then count."""
        async with asyncio.timeout(60):
            while self._rows("SELECT key FROM inbox WHERE done_at IS NULL"):  # noqa: ASYNC110
                await asyncio.sleep(0.2)
        told = "\n".join(detail for (detail,) in self._rows("SELECT detail FROM audit"))
        seen = Counter(_WORD.findall(told))
        words = {f"word{number:05d}" for number in range(self.count.sent)}
        accepted = words - {*self.count.refused}
        self.count.lost = sorted(word for word in accepted if not seen[word])
        self.count.twice = sorted(word for word in words if seen[word] > 1)
        answers = len(self._slack.control.ephemerals(many.OPERATOR))
        self.count.untold = max(0, len(accepted) - answers)

    def _rows(self, sql: str) -> Sequence[tuple[str, ...]]:
        reading = sqlite3.connect(f"file:{self._on.database}?mode=ro", uri=True, timeout=5)
        with contextlib.closing(reading):
            return reading.execute(sql).fetchall()
