"""The spawner: starts runs for the bot, without ever having held a secret or read a client's file.

It keeps a template ready while there is work and drops it after ten idle minutes, so that between
reports nothing stays but this small program. It starts runs of the bot's own code alone: where what
lies on disk is another, it says so and starts none. The bot gone, it ends everything and itself.
"""

import contextlib
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bot.guard import fingerprint, programs
from bot.guard.walls import identity, limits
from bot.ipc import channel, scratch
from bot.ipc.start import Start

_FILES = 3
_ENDING_SECONDS = 2.0
_STARTING_SECONDS = 60.0
_ROOT = Path(__file__).parents[2]


class Spawner:
    """One bot's runs. ``made_of`` is the fingerprint of its code, ``idle`` the seconds that a
    template may rest.
    """

    def __init__(
        self,
        bot: socket.socket,
        *,
        keeper: socket.socket,
        broker: socket.socket,
        made_of: str,
        idle: float,
    ) -> None:
        self._bot = bot
        self._keeper = keeper
        self._broker = broker
        self._made_of = made_of
        self._stale = False
        self._idle = idle
        self._used = time.monotonic()
        self._budget_mb = 0
        self._template: _Template | None = None

    def serve(self, place: Path) -> None:
        """Work until the bot is gone; the runs' own folders are made in ``place``."""
        try:
            while True:
                self._once(place)
        except channel.Closed:
            return
        finally:
            self._drop()

    def _once(self, place: Path) -> None:
        template = self._template
        watched = [self._bot] if template is None else [self._bot, template.channel]
        readable, _, _ = select.select(watched, [], [], self._rest())
        if self._bot in readable:
            self._heard(place)
        if template is not None and template.channel in readable:
            self._relayed(template)
        if self._rest() == 0:
            self._drop()

    def _rest(self) -> float | None:
        """The seconds until the template has rested enough; None: there is none, or it works."""
        template = self._template
        if template is None or not template.ready or template.running:
            return None
        return max(self._used + self._idle - time.monotonic(), 0)

    def _heard(self, place: Path) -> None:
        """Take one message of the bot's."""
        message, files = channel.receive(self._bot)
        try:
            match message.get("do"):
                case "start" if len(files) == _FILES:
                    self._start(Start.read(message), files, place=place)
                case "kill" if self._template is not None:
                    self._kill(self._template, message)
                case "warm":
                    self._warm(str(message.get("modules", "")))
                case "settings":
                    budget = message.get("budget_mb")
                    self._budget_mb = budget if isinstance(budget, int) else 0
                case _:
                    pass
        finally:
            for file in files:
                os.close(file)

    def _kill(self, template: "_Template", message: channel.Message) -> None:
        """Have a run ended; with a template that hangs in its start, as all runs that wait."""
        if template.hangs:
            self._drop()
        else:
            template.tell(message)

    def _warm(self, modules: str) -> None:
        """Have a template ready: work is about to come."""
        if not self._is_stale():
            self._used = time.monotonic()
            self._ready(modules.split(","))

    def _start(self, start: Start, files: Sequence[int], *, place: Path) -> None:
        if self._is_stale():
            channel.send(self._bot, {"told": "lost", "token": start.token})
            return
        self._used = time.monotonic()
        template = self._ready(start.modules)
        template.running.add(start.token)
        keeper, keepers = channel.pair()
        broker, brokers = channel.pair()
        with keeper, keepers, broker, brokers:
            names = {"token": start.token, "client": start.client}
            given = {**names, "references": list(start.references)}
            channel.send(self._keeper, given, files=[keepers.fileno()])
            model = None if start.model is None else start.model.write()
            allowed = {**names, "hosts": list(start.hosts), "model": model}
            channel.send(self._broker, allowed, files=[brokers.fileno()])
            placed = replace(start, scratch=str(place / start.token))
            template.tell(placed.write(), files=[*files, keeper.fileno(), broker.fileno()])

    def _is_stale(self) -> bool:
        """Whether the code on disk is no longer the bot's; if so it is told once, and no run that
        may have imported some of each goes on.
        """
        if not self._stale and fingerprint.current() != self._made_of:
            self._stale = True
            channel.send(self._bot, {"told": "stale"})
            self._drop()
        return self._stale

    def _ready(self, modules: Sequence[str]) -> "_Template":
        if self._template is None:
            self._template = _Template(modules, budget_mb=self._budget_mb)
        return self._template

    def _relayed(self, template: "_Template") -> None:
        """Tell the bot what the template told; its death ends the runs it held."""
        try:
            message, _ = channel.receive(template.channel)
        except channel.Closed:
            template.let_end()
            self._drop()
            return
        match message.get("told"):
            case "ready":
                template.ready, self._used = True, time.monotonic()
                channel.send(self._bot, {"told": "template", "pid": template.pid})
            case "ended" if not self._is_stale():
                template.running.discard(str(message.get("token")))
                self._used = time.monotonic()
                channel.send(self._bot, message)
            case _:
                pass

    def _drop(self) -> None:
        """End the template and with it every run; the bot hears of each.

        Where it never got ready it cannot be had, and its runs have failed; else they are lost.
        """
        template, self._template = self._template, None
        if template is None:
            return
        code = template.end()
        told = {"told": "lost"} if template.ready else {"told": "ended", "code": code}
        with contextlib.suppress(channel.Closed):
            for token in template.running:
                channel.send(self._bot, {**told, "token": token})
            channel.send(self._bot, {"told": "template", "pid": 0})


class _Template:
    """A template that was started, seen from here."""

    def __init__(self, modules: Sequence[str], *, budget_mb: int) -> None:
        self.running: set[str] = set()
        self.ready = False
        self._began = time.monotonic()
        self.channel, theirs = channel.pair()
        with theirs:
            self._process = programs.start(
                "template",
                *(str(theirs.fileno()), ",".join(modules)),
                files=[theirs],
                budget_mb=str(budget_mb),
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def hangs(self) -> bool:
        """Whether it should have been ready long since."""
        return not self.ready and time.monotonic() - self._began > _STARTING_SECONDS

    def tell(self, message: channel.Message, *, files: Sequence[int] = ()) -> None:
        """Send it a message; one that has just died is found out when its channel is read."""
        with contextlib.suppress(channel.Closed):
            channel.send(self.channel, message, files=files)

    def let_end(self) -> None:
        """Let one whose channel has ended come to its own end, for its exit code says why."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_ENDING_SECONDS)

    def end(self) -> int:
        """End it now; the kernel ends the runs that were forked from it. Returns its exit code."""
        self.channel.close()
        self._process.kill()
        return self._process.wait()


def main(clients: str, *files: int, made_of: str, idle: str) -> None:
    """Serve the bot, the keeper and the broker, on the descriptors of three channels.

    ``clients`` is the folder of all clients, ``made_of`` the bot's fingerprint, ``idle`` how many
    seconds a template may rest.
    """
    readable = (Path(sys.base_prefix), Path(sys.prefix), _ROOT, Path(clients))
    identity.drop(readable)
    limits.private()
    with contextlib.ExitStack() as stack:
        bot, keeper, broker = (stack.enter_context(socket.socket(fileno=file)) for file in files)
        place = stack.enter_context(scratch.folder())
        made = Spawner(bot, keeper=keeper, broker=broker, made_of=made_of, idle=float(idle))
        made.serve(place)
