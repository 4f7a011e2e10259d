"""The bot attacks itself once it is up: what its walls hold is found out, not believed.

It waits for a quiet moment, so that it neither delays Slack's connection nor stands in the way of a
report. What it attacks was made for it; no client's file, credential or figure is touched.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path

import structlog

from bot import bulkhead, clock
from bot.domain import walls
from bot.executors import process, trial
from bot.ipc import guarded
from bot.slack import moments

AFTER = 10.0
"""Seconds from the start; by then Slack's socket stands."""
AGAIN = 5.0
_UNTRIED = "not tried yet"
_log = structlog.get_logger(__name__)


class Siege:
    """One attack on ourselves, and what came of it."""

    def __init__(
        self,
        guard: guarded.Guard | None,
        executor: process.ProcessExecutor,
        *,
        now: clock.Clock,
        warn: Callable[[str], Awaitable[None]],
        inside: Sequence[str] = (),
    ) -> None:
        self._ground = None if guard is None else guard.ground
        self._own = () if guard is None else guard.own
        self._pids = () if guard is None else tuple(guard.pids.values())
        self._executor = executor
        self._clock = now
        self._warn = warn
        self._inside = inside
        self._at: float | None = None
        self._failed = False
        self.found: walls.Trial | None = None
        """None: it has not come to its end."""

    @property
    def told(self) -> str:
        """What may be said of this machine, such as ``strong · 56 of 56 attacks stopped``, and
        which inside addresses the operators have opened to runs.
        """
        if not self._inside:
            return self._held
        return f"{self._held} · open inside: {', '.join(self._inside)}"

    @property
    def _held(self) -> str:
        if self._ground is None:
            none = walls.Level.NONE
            return none.value if self._executor.most is none else _UNTRIED
        if self.found is None or self._at is None:
            return "could not be tried" if self._failed else _UNTRIED
        ago = timedelta(seconds=self._clock.monotonic() - self._at)
        return f"{self.found.told}, tried {moments.span(ago)} ago"

    @property
    def problem(self) -> str:
        """What health says; empty: all is as it should be."""
        if self._failed:
            return "The walls around runs could not be tried; the log says why."
        if self.found is not None and self.found.breached:
            return f"The walls around runs let an attack through: {self.found.breached[0]}."
        return ""

    async def lay(
        self, *, busy: Callable[[], bool], after: float = AFTER, again: float = AGAIN
    ) -> None:
        """Attack once it is quiet, tell the log and, where one came through, the operators.

        ``after``: seconds to the first look; ``again``: to each other one.
        """
        if self._ground is None:
            return
        await asyncio.sleep(after)
        while True:
            if not busy():
                break
            await asyncio.sleep(again)
        with bulkhead.step("walls_not_tried") as taken:
            await self._attack(self._ground)
        self._failed = taken.error is not None

    async def _attack(self, ground: Path) -> None:
        found = await trial.attacked(self._executor, place=ground, pids=self._pids)
        found = walls.Trial(walls=found.walls, attacks=(*found.attacks, *self._own))
        self.found, self._at = found, self._clock.monotonic()
        self._executor.distrust(found.breached)
        _log.info(
            "walls_tried",
            level=found.level.value,
            missing={layer.value: why for layer, why in found.walls.missing.items()},
            table={one.name: f"{one.came.value} {one.how}".strip() for one in found.attacks},
        )
        if found.breached:
            _log.error("walls_let_through", attacks=found.breached)
            await self._warn(
                "Runs are not isolated on this machine: an attack that the bot made on itself came "
                f"through ({found.breached[0]}). Clients whose file demands isolation do not run "
                "until the bot starts on a machine that stops it. See reportops check --walls."
            )
