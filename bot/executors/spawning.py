"""The bot's side of the spawner: starts a run, tells when it has ended, ends it."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.ipc import channel
from bot.ipc.start import Start

_AGAIN_SECONDS = 0.01
_MOST_TRIES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run's process ended."""

    code: int | None
    """Its exit code, negative for a signal; None: what held it died, and it with that."""


@dataclass(slots=True)
class Spawner:
    """One end of the channel to the spawner. It belongs to one event loop."""

    line: socket.socket
    _waiting: dict[str, asyncio.Future[Ended]] = field(default_factory=dict)
    _listens: bool = False

    async def start(self, order: Start, files: Sequence[int]) -> "asyncio.Future[Ended]":
        """Start a run with these descriptors as its stdin, stdout and stderr; they stay open here.

        What is returned is done when the run has ended. Raises channel.Closed without a spawner.
        """
        self._listen()
        ended = asyncio.get_running_loop().create_future()
        self._waiting[order.token] = ended
        with contextlib.ExitStack() as undone:
            undone.callback(self._waiting.pop, order.token, None)
            await self._send(order.write(), files)
            undone.pop_all()
        return ended

    def kill(self, token: str) -> None:
        """End a run, if it has not ended."""
        if token not in self._waiting:
            return
        try:
            channel.send(self.line, {"do": "kill", "token": token})
        except BlockingIOError:
            asyncio.get_running_loop().call_later(_AGAIN_SECONDS, self.kill, token)
        except channel.Closed:
            return  # then it has ended already

    def close(self) -> None:
        """Let go: the spawner ends every run and itself."""
        if self._listens:
            asyncio.get_running_loop().remove_reader(self.line)
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

    def _listen(self) -> None:
        if not self._listens:
            self.line.settimeout(0)
            asyncio.get_running_loop().add_reader(self.line, self._heard)
            self._listens = True

    def _heard(self) -> None:
        try:
            message, files = channel.receive(self.line)
        except BlockingIOError:
            return
        except channel.Closed:
            asyncio.get_running_loop().remove_reader(self.line)
            self._gone()
            return
        for file in files:
            os.close(file)
        waiting = self._waiting.pop(str(message.get("token")), None)
        code = message.get("code")
        if waiting is not None and not waiting.done():
            waiting.set_result(Ended(code=code if isinstance(code, int) else None))

    def _gone(self) -> None:
        """The spawner is gone, and every run with it."""
        for one in self._waiting.values():
            if not one.done():
                one.set_result(Ended(code=None))
        self._waiting.clear()
