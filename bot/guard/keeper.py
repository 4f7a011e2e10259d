"""The keeper: holds what credential references stand for, and gives each run its own.

A small program of its own, started before the bot has read anything: the values of ``env://``
references are in its environment and in no other process's. The spawner names a run's references
when it starts the run; the values go into the run's own channel, where it finds them once its walls
stand. Nobody can ask: there is no request, only what the spawner sends.
"""

import contextlib
import os
import socket
from collections.abc import Mapping, Sequence
from typing import cast

from bot.guard.walls import landlock, limits, seccomp
from bot.ipc import channel

_ENV = "env://"
_MOST = 100


def main(spawner: int) -> None:
    """Give until the spawner is gone. ``spawner`` is the descriptor of its channel."""
    values = _taken()
    limits.private()
    with socket.socket(fileno=spawner) as asked:
        _close_in()
        while True:
            try:
                message, files = channel.receive(asked)
            except channel.Closed:
                return
            except ValueError:
                continue
            for file in files[1:]:
                os.close(file)
            if files:
                _give(files[0], opened(message.get("references"), values))


def _taken() -> Mapping[str, str]:
    """Take the environment, which is this program's whole purpose, and leave none behind."""
    environment = os.environ  # noqa: TID251 - as said
    values = dict(environment)
    environment.clear()
    return values


def opened(references: object, values: Mapping[str, str]) -> Mapping[str, str]:
    """Return reference → value for those that are known; unknown ones are left out."""
    named = cast("Sequence[object]", references) if isinstance(references, list) else ()
    wanted = [one for one in named[:_MOST] if isinstance(one, str) and one.startswith(_ENV)]
    found = {one: values.get(one.removeprefix(_ENV)) for one in wanted}
    return {reference: value for reference, value in found.items() if value is not None}


def _give(file: int, found: Mapping[str, str]) -> None:
    with socket.socket(fileno=file) as run:
        try:
            channel.send(run, {"credentials": found})
        except channel.Closed:
            return  # the run is gone already


def _close_in() -> None:
    """It needs no file, no network and no other program; where a layer is missing, so be it."""
    with contextlib.suppress(OSError):
        landlock.restrict(landlock.Rules())
    with contextlib.suppress(OSError):
        seccomp.install(sockets=False)
