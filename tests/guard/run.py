"""A process with the walls and the way out of a run, without the bot around it."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.domain.walls import Walls
from bot.guard import ways
from bot.ipc import channel, places
from bot.worker import egress

ROOT = Path(__file__).parents[2]
_BOOT = (
    "import sys; root, module, *rest = sys.argv[1:]; sys.path.insert(0, root); "
    "from importlib import import_module; import_module(module).main(*rest)"
)
Told = Mapping[str, str]


def place(at: Path) -> None:
    """Make what the process needs there; begun by root it is nobody by the time it looks."""
    at.chmod(0o755)
    (at / "scratch").mkdir(mode=0o755)


async def served(way: ways.Way, module: str, *arguments: str) -> Told:
    """Run ``module.main(channel, *arguments)`` behind walls and serve its way out until it ends.

    Returns what it printed. In front of names that say why a layer is missing stands “missing”.
    """
    ours, theirs = channel.pair()
    with theirs:
        started = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-B", "-c", _BOOT, str(ROOT), module),
            *(str(theirs.fileno()), *arguments),
            pass_fds=[theirs.fileno()],
            stdout=asyncio.subprocess.PIPE,
        )
    async with asyncio.timeout(18), asyncio.TaskGroup() as group:
        group.create_task(ways.serve(way, ours))
        out, _ = await started.communicate()
    assert out, "it ended without a word; stderr says why"
    return json.loads(out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """What a process has once its walls stand."""

    stands: Walls
    way: egress.Way

    @property
    def missing(self) -> Told:
        """Layer → why it is not there."""
        return {f"missing {layer.value}": why for layer, why in self.stands.missing.items()}


def enter(
    file: int, at: Path, *, allowed: str, model: bool = False, namespaces: bool = True
) -> Inside:
    """In the process: put up the walls, with doors to the allowed hosts.

    ``allowed``: hosts, comma-separated. ``ca.pem`` of the place stays readable, nothing else there.
    ``namespaces`` False: as on a machine whose kernel does not grant them.
    """
    from bot.guard import doors, hosts, walls
    from bot.guard.walls import identity, limits, seccomp

    code = (Path(sys.base_prefix), Path(sys.prefix), ROOT)
    identity.drop((*code, at))
    broker = socket.socket(fileno=file)
    if not namespaces:
        seccomp.install(sockets=None)
    missing = walls.enclose()
    found = hosts.doors([hosts.parse(one) for one in allowed.split(",") if one])
    if not missing:
        extra = [hosts.Host(name=places.PROXY, port=places.PROXY_PORT)]
        extra += [hosts.Host(name=places.MODEL, port=places.MODEL_PORT)] if model else []
        doors.open_(broker, found, extra=extra)
    plan = walls.Plan(
        code=(*code, at / "ca.pem"),
        folder=None,
        clients=None,
        scratch=at / "scratch",
        scratch_mb=16,
        hosts=hosts.file(found),
        limits=limits.Limits(memory_mb=2048, cpu_seconds=20),
    )
    return Inside(stands=walls.close(plan, missing), way=egress.Way(broker=broker))


def say(attempts: Mapping[str, Callable[[], str]], *, inside: Inside) -> None:
    """In the process: try everything, say what came of it, and end."""
    told = {name: _tried(attempt) for name, attempt in attempts.items()}
    sys.stdout.write(json.dumps(told | dict(inside.missing)))
    sys.stdout.flush()
    os._exit(0)


def _tried(attempt: Callable[[], str]) -> str:
    try:
        return attempt()
    except Exception as error:  # noqa: BLE001 - whatever a library makes of it
        return type(error).__name__


def complete(came: Told) -> None:
    """Skip the test where this machine does not grant every layer."""
    missing = sorted(name for name in came if name.startswith("missing"))
    if missing:
        pytest.skip(f"this machine does not grant every layer: {missing}")
