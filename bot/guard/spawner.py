"""The spawner: starts runs for the bot, without ever having held a secret or read a client's file.

It keeps a template ready while there is work and drops it after ten idle minutes, so that between
reports nothing stays but this small program. The bot gone, it ends everything and itself.
"""

import contextlib
import os
import select
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bot.guard import fingerprint, programs
from bot.guard.walls import identity, limits
from bot.ipc import channel
from bot.ipc.start import Start

_IDLE_SECONDS = 600.0
_FILES = 3
_ROOT = Path(__file__).parents[2]


class Spawner:
    """One bot's runs."""

    def __init__(self, bot: socket.socket, *, keeper: socket.socket, broker: socket.socket) -> None:
        self._bot = bot
        self._keeper = keeper
        self._broker = broker
        self._template: _Template | None = None
        self._place = Path(tempfile.mkdtemp(prefix="reportops-"))
        self._used = time.monotonic()

    def serve(self) -> None:
        """Work until the bot is gone."""
        try:
            while True:
                self._once()
        except channel.Closed:
            return
        finally:
            self._drop()
            shutil.rmtree(self._place, ignore_errors=True)

    def _once(self) -> None:
        template = self._template
        watched = [self._bot] if template is None else [self._bot, template.channel]
        readable, _, _ = select.select(watched, [], [], _IDLE_SECONDS)
        if self._bot in readable:
            self._heard()
        if template is not None and template.channel in readable:
            self._relayed(template)
        rested = time.monotonic() - self._used >= _IDLE_SECONDS
        if rested and self._template is not None and not self._template.running:
            self._drop()

    def _heard(self) -> None:
        """Take one message of the bot's."""
        message, files = channel.receive(self._bot)
        try:
            match message.get("do"):
                case "start" if len(files) == _FILES:
                    self._start(Start.read(message), files)
                case "kill" if self._template is not None:
                    channel.send(self._template.channel, message)
                case _:
                    pass
        finally:
            for file in files:
                os.close(file)

    def _start(self, start: Start, files: Sequence[int]) -> None:
        self._used = time.monotonic()
        template = self._ready(start)
        keeper, keepers = channel.pair()
        broker, brokers = channel.pair()
        with keeper, keepers, broker, brokers:
            names = {"token": start.token, "client": start.client}
            given = {**names, "references": list(start.references)}
            channel.send(self._keeper, given, files=[keepers.fileno()])
            model = None if start.model is None else start.model.write()
            allowed = {**names, "hosts": list(start.hosts), "model": model}
            channel.send(self._broker, allowed, files=[brokers.fileno()])
            placed = replace(start, scratch=str(self._place / start.token))
            ends = [*files, keeper.fileno(), broker.fileno()]
            channel.send(template.channel, placed.write(), files=ends)
        template.running.add(start.token)

    def _ready(self, start: Start) -> "_Template":
        """The template; a new one where there is none, or where the code has changed under it."""
        if self._template is not None and self._template.made_of != fingerprint.current():
            self._drop()
        if self._template is None:
            self._template = _Template(start.modules)
        return self._template

    def _relayed(self, template: "_Template") -> None:
        """Tell the bot what the template told; its death ends the runs it held."""
        try:
            message, _ = channel.receive(template.channel)
        except channel.Closed:
            self._drop()
            return
        if message.get("told") == "ended":
            template.running.discard(str(message.get("token")))
            self._used = time.monotonic()
            channel.send(self._bot, message)

    def _drop(self) -> None:
        """End the template and with it every run; the bot hears of each."""
        template, self._template = self._template, None
        if template is None:
            return
        template.end()
        for token in template.running:
            try:
                channel.send(self._bot, {"told": "lost", "token": token})
            except channel.Closed:
                return


class _Template:
    """A template that was started, seen from here."""

    def __init__(self, modules: Sequence[str]) -> None:
        self.made_of = fingerprint.current()
        self.running: set[str] = set()
        self.channel, theirs = channel.pair()
        with theirs:
            self._process = programs.start(
                "template", str(theirs.fileno()), ",".join(modules), files=[theirs]
            )

    def end(self) -> None:
        """End it now; the kernel ends the runs that were forked from it."""
        self.channel.close()
        self._process.kill()
        self._process.wait()


def main(clients: str, *files: int) -> None:
    """Serve the bot, the keeper and the broker, on the descriptors of three channels.

    ``clients`` is the folder of all clients.
    """
    readable = (Path(sys.base_prefix), Path(sys.prefix), _ROOT, Path(clients))
    identity.drop(readable)
    limits.private()
    with contextlib.ExitStack() as stack:
        bot, keeper, broker = (stack.enter_context(socket.socket(fileno=file)) for file in files)
        Spawner(bot, keeper=keeper, broker=broker).serve()
