"""The attacks, begun by a user without privileges: a program of its own where root runs tests."""

import asyncio
import sys
from pathlib import Path

from pydantic import TypeAdapter

from bot.domain.walls import Trial
from bot.executors import process, trial, walled
from bot.guard import launcher
from bot.guard.walls import identity

_TRIAL: TypeAdapter[Trial] = TypeAdapter(Trial)


def tried() -> Trial:
    """Attack, behind a guard of our own."""
    with trial.ground() as place:
        (place / "clients").mkdir()
        (place / "clients").chmod(0o755)
        guard = launcher.start({"OTHER_TOKEN": "kept by the keeper"}, clients=place)
        try:
            starter = walled.starter(guard, private=(), model={})
            made = process.ProcessExecutor(memory_mb=2048, starter=starter)
            return asyncio.run(trial.attacked(made, place=place))
        finally:
            guard.close()


def write(found: Trial) -> str:
    """Return it as JSON."""
    return _TRIAL.dump_json(found).decode()


def read(text: str) -> Trial:
    """Read it."""
    return _TRIAL.validate_json(text)


def main() -> None:
    """Become nobody, attack, and print what came of it."""
    identity.drop((Path(sys.base_prefix), Path(sys.prefix), Path(__file__).parents[2]))
    sys.stdout.write(write(tried()))
