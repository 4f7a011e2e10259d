"""The bot's side of the spawner: starts a run, tells when it has ended, ends it."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import structlog

from bot import errors
from bot.ipc import channel
from bot.ipc.start import Start

_AGAIN_SECONDS = 0.01
_MOST_TRIES = 500
_ENDING_SECONDS = 5.0
"""How long a run that was killed is waited for; one that the kernel holds ends when it lets go."""

_log = structlog.get_logger()


class Halt(StrEnum):
    """Why no run can be started any more."""

    STALE = "stale"
    """The code on disk is no longer the bot's."""
    GONE = "gone"
    """One of the guard's programs has ended, and no other takes its place."""


_WHY = {
    Halt.STALE: "the code has changed since this was started; start it again",
    Halt.GONE: "one of the programs that hold runs has ended",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """Why a run was ended: all runs together had more memory than they may, and it the most."""

    used_mb: int
    budget_mb: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run's process ended."""

    code: int | None = None
    """Its exit code, negative for a signal; None: it was not seen to end."""
    lost: bool = False
    """What held it died, or ended for newer code, and it with that."""
    over: Over | None = None


@dataclass(slots=True)
class Spawner:
    """One end of the channel to the spawner. It belongs to one event loop."""

    line: socket.socket
    halted: Callable[[Halt], None] | None = None
    """Told once, before the runs that were lost with it are."""
    halt: Halt | None = None
    """Why no run can be started; None: runs can."""
    template: int = 0
    """The process id of the template; 0: none is ready."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a template has come or gone."""
    patience: float = _ENDING_SECONDS
    _waiting: dict[str, asyncio.Future[Ended]] = field(default_factory=dict)
    _listens: bool = False

    async def start(self, order: Start, files: Sequence[int]) -> None:
        """Start a run with these descriptors as its stdin, stdout and stderr; they stay open here.

        Raises RunLost where no run can be started any more.
        """
        self.listen()
        if self.halt is not None:
            raise errors.RunLost(_WHY[self.halt])
        self._waiting[order.token] = asyncio.get_running_loop().create_future()
        with contextlib.ExitStack() as undone:
            undone.callback(self._waiting.pop, order.token, None)
            try:
                await self._send(order.write(), files)
            except channel.Closed:
                raise errors.RunLost(_WHY[Halt.GONE]) from None
            undone.pop_all()

    async def ended(self, token: str) -> Ended:
        """Wait until a run that was ended has ended, within bounds."""
        waiting = self._waiting[token]
        try:
            return await asyncio.wait_for(asyncio.shield(waiting), self.patience)
        except TimeoutError:
            _log.error("run_does_not_end", token=token, waited_s=self.patience)
            return Ended()

    def kill(self, token: str) -> None:
        """End a run, if it has not ended."""
        waiting = self._waiting.get(token)
        if waiting is None or waiting.done():
            return
        try:
            channel.send(self.line, {"do": "kill", "token": token})
        except BlockingIOError:
            asyncio.get_running_loop().call_later(_AGAIN_SECONDS, self.kill, token)
        except channel.Closed:
            return  # then it has ended already

    def forget(self, token: str) -> None:
        """Take nothing more of a run."""
        self._waiting.pop(token, None)

    def warm(self, modules: Sequence[str]) -> None:
        """Have a template ready, for work that is about to come; a favour, which may fail."""
        self.listen()
        with contextlib.suppress(BlockingIOError, channel.Closed, OSError):
            channel.send(self.line, {"do": "warm", "modules": ",".join(modules)})

    def listen(self) -> None:
        """Hear the spawner from now on."""
        if not self._listens and self.halt is None:
            self.line.settimeout(0)
            asyncio.get_running_loop().add_reader(self.line, self._heard)
            self._listens = True

    def close(self) -> None:
        """Let go: the spawner ends every run and itself."""
        if self._listens:
            asyncio.get_running_loop().remove_reader(self.line)
            self._listens = False
        self._gone()
        self.line.close()

    async def _send(self, message: channel.Message, files: Sequence[int]) -> None:
        """Send where there is room; the spawner takes messages faster than we ever make them."""
        for _ in range(_MOST_TRIES):
            try:
                channel.send(self.line, message, files=files)
            except BlockingIOError:
                await asyncio.sleep(_AGAIN_SECONDS)
            else:
                return
        raise channel.Closed

    def _heard(self) -> None:
        try:
            message, files = channel.receive(self.line)
        except BlockingIOError:
            return
        except channel.Closed:
            self.close()
            return
        for file in files:
            os.close(file)
        token = str(message.get("token"))
        match message.get("told"):
            case "ended":
                self._settle(token, Ended(code=_number(message, "code"), over=_over(message)))
            case "lost":
                self._settle(token, Ended(lost=True))
            case "stale":
                self._stop(Halt.STALE)
            case "template":
                self.template = _number(message, "pid") or 0
                self.changed.set()
            case _:
                pass

    def _settle(self, token: str, how: Ended) -> None:
        waiting = self._waiting.get(token)
        if waiting is not None and not waiting.done():
            waiting.set_result(how)

    def _stop(self, why: Halt) -> None:
        if self.halt is None:
            self.halt = why
            if self.halted is not None:
                self.halted(why)

    def _gone(self) -> None:
        """The spawner is gone, and every run with it."""
        self._stop(Halt.GONE)
        for token in tuple(self._waiting):
            self._settle(token, Ended(lost=True))


def _over(message: channel.Message) -> Over | None:
    used, budget = _number(message, "over_mb"), _number(message, "budget_mb")
    return None if used is None or budget is None else Over(used_mb=used, budget_mb=budget)


def _number(message: channel.Message, key: str) -> int | None:
    value = message.get(key)
    return value if isinstance(value, int) else None
