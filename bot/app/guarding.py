"""The guard, seen from the house: ready before work comes; and where it fails, nothing is begun."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot import clock
from bot.app import systemd
from bot.executors import spawning

_AHEAD = timedelta(seconds=30)
"""Before work comes, a template is made ready: sweeps are 20 seconds apart at most."""

_log = structlog.get_logger(__name__)


class Walls(Protocol):
    """What holds the runs; filled by executors.walled.Walled."""

    def watch(self, halted: Callable[[spawning.Halt], None]) -> None:
        """Tell once why no run can be started any more."""
        ...

    def warm(self) -> None:
        """Work is about to come."""
        ...


class Runner(Protocol):
    """Filled by runs.runner.Runner."""

    def halt(self) -> None:
        """Begin no attempt any more."""
        ...


class Outward(Protocol):
    """Filled by app.joints.Outward."""

    async def warned(self, what: str) -> None:
        """Tell the operators."""
        ...


class Guarding:
    """One life of the guard. ``walls`` None: there is none, and nothing to be seen to."""

    def __init__(
        self, walls: Walls | None, *, runner: Runner, outward: Outward, now: clock.Clock
    ) -> None:
        self._walls = walls
        self._runner = runner
        self._outward = outward
        self._clock = now
        self._said = False
        self.problem = ""
        """Why no report runs any more, and what helps; empty: they run."""

    def begin(self, *, ends: Callable[[str], None], wake: Callable[[], None]) -> None:
        """Watch it. ``ends`` ends the bot in order, where only a new one has a guard again."""

        def halted(why: spawning.Halt) -> None:
            self._runner.halt()
            at = f"{self._clock.now():%H:%M} UTC"
            self.problem = _gone(at) if why is spawning.Halt.GONE else _stale(at)
            _log.error("no_run_starts", why=why.value)
            if why is spawning.Halt.GONE:
                ends(self.problem)
            else:
                wake()

        if self._walls is not None:
            self._walls.watch(halted)

    def expect(self, due: datetime | None) -> None:
        """Have it ready where work comes soon."""
        if self._walls is None or due is None or self.problem:
            return
        if due - self._clock.now() <= _AHEAD:
            self._walls.warm()

    async def say(self) -> None:
        """Tell the operators once."""
        if self.problem and not self._said:
            await self._outward.warned(self.problem)
            self._said = True


def _stale(at: str) -> str:
    unit = systemd.unit()
    how = f"`systemctl restart {unit}`" if unit else "restart reportops"
    return (
        f"The code of reportops on this machine is no longer what the bot was started with (seen "
        f"at {at}). Old and new must not meet in one run, so no report runs until it is started "
        f"again: {how}. What falls due until then waits."
    )


def _gone(at: str) -> str:
    return (
        f"One of the programs that hold the runs ended at {at}; the log says which and how. The "
        "bot ends in order now, so that whatever keeps it running starts it afresh. Runs that were "
        "under way begin again then, and it costs them no retry."
    )
