"""The guard of what is run from the shell, as of every other run."""

import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import TypeAdapter

from bot import settings
from bot.domain.walls import Attack
from bot.executors import plain, sealing, starting, walled
from bot.guard import launcher
from bot.guard.walls import own
from bot.ipc import guarded

_ATTACKS: TypeAdapter[list[Attack]] = TypeAdapter(list[Attack])


@contextmanager
def started(
    config: settings.Settings, *, clients: Path | None = None
) -> Generator[guarded.Guard | None]:
    """Yield a guard, gone afterwards; None where this kind of machine has none.

    ``clients``: the folder of all clients; None: as the settings say.
    """
    if not launcher.available():
        yield None
        return
    machine, kept = launcher.split(settings.environment(), settings=settings.names())
    guard = launcher.start(
        kept,
        clients=clients or config.clients_dir,
        machine=machine,
        sealing=sealing.found(config),
    )
    try:
        yield guard
    finally:
        guard.close()


def starter(config: settings.Settings, guard: guarded.Guard | None) -> starting.Starter:
    """Return what starts workers behind the guard, or in the open where there is none."""
    return plain.configured(config) if guard is None else walled.configured(guard, config)


def own_walls(place: Path) -> Sequence[Attack]:
    """Wall a copy of this process in as the bot walls itself, and let it attack from there.

    ``place`` is an empty folder for it. This process must have one thread.
    """
    if not launcher.available():
        return ()
    told, tells = os.pipe()
    copy = os.fork()
    if copy == 0:
        try:
            own.close(own.Reach(read=(), write=(place / "var",), sealed=place / "sealed"))
            os.write(tells, _ATTACKS.dump_json([*own.tried(place / "sealed")]))
        finally:
            os._exit(0)
    os.close(tells)
    with os.fdopen(told, "rb") as heard:
        raw = heard.read()
    os.waitpid(copy, 0)
    return _ATTACKS.validate_json(raw or b"[]")
