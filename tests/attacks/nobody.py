"""The attacks, begun by whoever runs the tests or by a user without privileges, walled or not: in a
program of their own, since they want a world of their own.
"""

import asyncio
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from bot.domain.walls import Trial
from bot.executors import plain, process, trial, walled
from bot.guard import launcher
from bot.guard.walls import identity
from tests.attacks import world

_ROOT = Path(__file__).parents[2]
_BOOT = (
    "import sys; root, *rest = sys.argv[1:]; sys.path.insert(0, root); "
    "from tests.attacks import nobody; nobody.main(*rest)"
)
NOBODY, OPEN = "nobody", "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a program of attacks said."""

    trial: Trial
    alone: str
    """Why it had no world of its own, in which everything answers; empty: it had one."""


_TOLD: TypeAdapter[Told] = TypeAdapter(Told)


def told(*how: str) -> Told:
    """Attack: as ``nobody``, or else as we are; ``open``: without walls."""
    started = subprocess.run(
        [sys.executable, "-I", "-B", "-c", _BOOT, str(_ROOT), *how],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert started.returncode == 0, started.stderr
    return _TOLD.validate_json(started.stdout)


def main(*how: str) -> None:
    """In the program: become who is to attack, attack, and print what came of it."""
    if NOBODY in how:
        identity.drop((Path(sys.base_prefix), Path(sys.prefix), _ROOT))
    alone = world.enter()
    found = _open() if OPEN in how else _walled()
    sys.stdout.write(_TOLD.dump_json(Told(trial=found, alone=alone)).decode())


def _open() -> Trial:
    with trial.ground() as place:
        made = process.ProcessExecutor(memory_mb=2048, starter=plain.Plain())
        return asyncio.run(trial.attacked(made, place=place))


def _walled() -> Trial:
    with trial.ground() as place:
        (place / "clients").mkdir()
        (place / "clients").chmod(0o755)
        guard = launcher.start({"OTHER_TOKEN": "kept by the keeper"}, clients=place)
        try:
            starter = walled.starter(guard, private=(), model={})
            made = process.ProcessExecutor(memory_mb=2048, starter=starter)
            return asyncio.run(trial.attacked(made, place=place, pids=guard.pids.values()))
        finally:
            guard.close()
