"""The bot's side of the broker: what it saw of each run at the border of the run's network."""

import asyncio
import contextlib
import os
import socket
from dataclasses import dataclass, field

import structlog

from bot.domain import money
from bot.ipc import channel, told
from bot.kinds import billed

_MOST = 100
"""Of one run's refusals, and of its answers from the model; the broker bounds both lower."""

_log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class Outside:
    """What one run did beyond itself."""

    refused: list[told.Refused] = field(default_factory=list[told.Refused])
    usage: list[money.Usage] = field(default_factory=list[money.Usage])
    """What the model's answers cost, as the broker counted them."""
    lost: bool = False
    """The broker ended, and with it the network of every run."""


@dataclass(slots=True)
class Broker:
    """One end of the channel to the broker. It belongs to one event loop."""

    line: socket.socket
    _runs: dict[str, Outside] = field(default_factory=dict[str, Outside])
    _listens: bool = False
    _lost: bool = False

    def watch(self, token: str) -> Outside:
        """Return where what is told of a run is kept until ``leave``."""
        if not self._listens and not self._lost:
            self.line.settimeout(0)
            asyncio.get_running_loop().add_reader(self.line, self._heard)
            self._listens = True
        self._runs[token] = Outside(lost=self._lost)
        return self._runs[token]

    def leave(self, token: str) -> None:
        """Take what is still on its way, and nothing that comes later: the run has ended.

        The broker tells of an answer before the run has it, so that nothing of it is missed.
        """
        while self._once():
            pass
        self._runs.pop(token, None)

    def close(self) -> None:
        """Let go: the broker ends."""
        self._stop()
        self.line.close()

    def _heard(self) -> None:
        self._once()

    def _once(self) -> bool:
        """Take one message; whether there was one."""
        if self._lost:
            return False
        try:
            message, files = channel.receive(self.line)
        except BlockingIOError:
            return False
        except channel.Closed:
            self._gone()
            return False
        except ValueError:
            return True
        for file in files:
            os.close(file)
        with contextlib.suppress(ValueError):
            self._take(*told.read(message))
        return True

    def _take(self, token: str, said: told.Told) -> None:
        outside = self._runs.get(token)
        if outside is None:
            return
        if isinstance(said, told.Spent):
            if len(outside.usage) < _MOST:
                outside.usage.append(billed.read(said.line))
        elif len(outside.refused) < _MOST:
            outside.refused.append(said)

    def _gone(self) -> None:
        self._stop()
        self._lost = True
        _log.error("broker_lost", consequence="runs reach nothing until the bot starts again")
        for one in self._runs.values():
            one.lost = True

    def _stop(self) -> None:
        if self._listens:
            asyncio.get_running_loop().remove_reader(self.line)
            self._listens = False
