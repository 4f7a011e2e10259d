"""The keeper: holds what credential references stand for, and gives each run its own.

A small program of its own, started before the bot has read anything: the values of ``env://``
references are in its environment and in no other process's, and it alone is told the master key,
which opens the keys of those whose credentials are sealed. The spawner names a run's client and
references when it starts the run; what is theirs goes into the run's own channel, where it finds it
once its walls stand. Nobody can ask: there is no request, only what the spawner sends.
"""

import contextlib
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from bot.domain.kept import Kept
from bot.guard.clerk import Clerk
from bot.guard.walls import landlock, limits, seccomp
from bot.ipc import channel, parcel, sealing
from bot.sealed import opening

_ENV = "env://"
_MOST = 100


def main(spawner: int, clerk: int | None = None) -> None:
    """Give until the spawner is gone. ``spawner`` is the descriptor of its channel, on which the
    launcher has told first where sealed credentials are; ``clerk`` that of who reads the keyring.
    """
    values = _taken()
    limits.private()
    with socket.socket(fileno=spawner) as asked:
        told, _ = channel.receive(asked)
        where = sealing.read(told)
        reads = Clerk(None if clerk is None else socket.socket(fileno=clerk))
        opener = opening.Opener(Path(where.folder), master=where.master) if where.folder else None
        _close_in(where.folder)
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
                named = _named(message.get("references"))
                client = str(message.get("client", ""))
                kept = opener.kept(client, named) if opener else Kept()
                texts, faults = reads.read(named)
                kept = replace(kept, faults={**kept.faults, **faults})
                _give(files[0], sealing.written({**texts, **opened(named, values)}, kept))


def _taken() -> Mapping[str, str]:
    """Take the environment, which is this program's whole purpose, and leave none behind."""
    environment = os.environ  # noqa: TID251 - as said
    values = dict(environment)
    environment.clear()
    return values


def _named(references: object) -> Sequence[str]:
    named = cast("Sequence[object]", references) if isinstance(references, list) else ()
    return [one for one in named[:_MOST] if isinstance(one, str)]


def opened(references: Sequence[str], values: Mapping[str, str]) -> Mapping[str, str]:
    """Return reference → value for those that are known; unknown ones are left out."""
    wanted = [one for one in references if one.startswith(_ENV)]
    found = {one: values.get(one.removeprefix(_ENV)) for one in wanted}
    return {reference: value for reference, value in found.items() if value is not None}


def _give(file: int, found: channel.Message) -> None:
    with socket.socket(fileno=file) as run:
        try:
            parcel.send(run, found)
        except channel.Closed:
            return  # the run is gone already


def _close_in(folder: str) -> None:
    """It reads what is sealed, and needs no other file, no network and no other program; where a
    layer is missing, so be it.
    """
    read = (Path(folder),) if folder else ()
    with contextlib.suppress(OSError):
        landlock.restrict(landlock.Rules(read=read))
    with contextlib.suppress(OSError):
        seccomp.install(sockets=False)
