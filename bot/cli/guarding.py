"""The guard of what is run from the shell, as of every other run."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from bot import settings
from bot.executors import starting, walled
from bot.guard import launcher
from bot.ipc import guarded


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
    guard = launcher.start(kept, clients=clients or config.clients_dir, machine=machine)
    try:
        yield guard
    finally:
        guard.close()


def starter(config: settings.Settings, guard: guarded.Guard | None) -> starting.Starter | None:
    """Return what starts workers behind the guard; None where there is none."""
    return None if guard is None else walled.configured(guard, config)
