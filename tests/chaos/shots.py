"""How the bot is killed, and what else is done to its process; every death is written down."""

import asyncio
import contextlib
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.chaos import world

AT_ANY_INSTANT = "at any instant"
_AIMS_FOR = 12.0
_AIMS_AT = 15
"""Boundaries that are armed together."""
_DULL = ("store.prune", "signs.alive", "fires.watermarks", "fires.expect")
"""Passed by every start or every look; they announce nothing."""


class Shots:
    """Kills one bot after the other, and starts the next."""

    def __init__(
        self, on: world.World, dice: random.Random, *, is_quiet: Callable[[], bool]
    ) -> None:
        self._on = on
        self._dice = dice
        self._is_quiet = is_quiet
        self.kills: Counter[str] = Counter()
        """By boundary."""
        self.others: Counter[str] = Counter()
        """What else was done: runs and the guard's programs killed, second bots, orderly ends."""
        self.falls: list[str] = []
        """Deaths that nobody ordered."""
        self.today: list[str] = []
        self._is_guard_killed = False
        self.up = asyncio.Event()
        """Whether a bot is to be there."""

    async def live(self) -> None:
        """Start a bot whenever there is none, and write down what the last one died of."""
        while True:
            await self.up.wait()
            await self._on.start_bot()
            self._is_guard_killed = False
            code = await self._on.ended()
            boundary = self._on.died()
            if boundary is not None or code == -signal.SIGKILL:
                self.kills[boundary or AT_ANY_INSTANT] += 1
                self.today.append(boundary or AT_ANY_INSTANT)
            elif code in {0, -signal.SIGTERM}:
                self.others["ended by SIGTERM"] += 1
                self.today.append("SIGTERM")
            elif code == 1 and self._is_guard_killed:
                self.others["ended with its guard"] += 1
                self.today.append("guard")
            else:
                self._fell(code)

    def _fell(self, code: int) -> None:
        words = self._on.last_words()
        if "in use by another" in words:
            self.others["started before the second bot was gone"] += 1
        else:
            self.falls.append(f"a bot ended by itself with exit code {code}: {words[:300]}")

    async def away(self) -> None:
        """End the bot, and start none until ``up`` is set."""
        self.up.clear()
        self._on.send(self._dice.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGTERM)))
        await world.until(lambda: not self._on.running)

    def aim(self) -> None:
        """Arm the boundaries that were died at least; any of those that are alike."""
        there = sorted(name for name in self._on.passed() if not name.endswith(_DULL))
        self._dice.shuffle(there)
        there.sort(key=lambda name: self.kills[name])
        self._on.arm(there[:_AIMS_AT], spared=self._dice.choice((0, 0, 0, 1, 2)))

    async def shoot(self) -> None:
        """Do one thing to it; nothing where it has nothing left to do."""
        if self._is_quiet():
            return
        shots = (self._at_boundary, self._at_any_instant, self._worker, self._orderly, self._other)
        shot = self._dice.choices(shots, weights=(14, 6, 3, 1, 1))[0]
        await shot()

    async def _at_boundary(self) -> None:
        self.aim()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_AIMS_FOR):
                await world.until(lambda: not self._on.armed or self._is_quiet())

    async def _at_any_instant(self) -> None:
        await self._moment(2.5)
        self._on.send(signal.SIGKILL)

    async def _orderly(self) -> None:
        await self._moment(1.5)
        self._on.send(signal.SIGTERM)

    async def _worker(self) -> None:
        """A run, the template with all its runs, or a program of the guard and the bot with it."""
        await self._moment(0.5)
        programs = _children(self._on.pid)
        templates = [one for program in programs for one in _children(program)]
        runs = [one for template in templates for one in _children(template)]
        what, there = self._dice.choices(
            (("runs", runs), ("templates", templates), ("programs", programs)), weights=(6, 2, 1)
        )[0]
        if there:
            self._is_guard_killed = self._is_guard_killed or what == "programs"
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._dice.choice(there), signal.SIGKILL)
                self.others[f"{what} killed"] += 1

    async def _other(self) -> None:
        """A second bot on the same database, or Slack renewing its sockets."""
        if self._dice.random() < 0.5:
            with contextlib.suppress(ConnectionError):  # of a bot that has just died
                await self._on.slack.control.disconnect(seconds=0.5)
            self.others["sockets renewed"] += 1
        elif self._on.slack.control.sockets:
            await self._second()

    async def _second(self) -> None:
        """Another bot on the same database is refused, unless the first one has just died."""
        first = self._on.pid
        second = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot"),
            cwd=self._on.place.checkout,
            env=self._on.environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            await world.until(
                lambda: (
                    second.returncode is not None or not self._on.running or self._on.pid != first
                )
            )
            alone = second.returncode is None
        finally:
            with contextlib.suppress(ProcessLookupError):
                second.kill()
        _, said = await second.communicate()
        if alone:
            return
        self.others["second bots refused"] += 1
        if b"in use by another" not in said:
            self.falls.append(f"a second bot was not refused: {said[-200:]!r}")

    async def _moment(self, most: float) -> None:
        await asyncio.sleep(self._dice.uniform(0, most))


def _children(pid: int) -> list[int]:
    try:
        told = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    except OSError:
        return []
    return [int(one) for one in told.split()]
