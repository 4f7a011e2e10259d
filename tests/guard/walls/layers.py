"""What each layer costs a run: a process puts up one after the other and looks at the clock."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[3]
_GOES = 5
_BOOT = (
    "import sys; root, place = sys.argv[1:]; sys.path.insert(0, root); "
    "from tests.guard.walls import layers; layers.main(place)"
)


def cost() -> Mapping[str, float]:
    """Return layer → seconds, the best of some goes."""
    found = [_once() for _ in range(_GOES)]
    return {name: min(one[name] for one in found) for name in found[0]}


def _once() -> Mapping[str, float]:
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        (Path(place) / "scratch").mkdir(mode=0o755)
        told = subprocess.run(
            [sys.executable, "-I", "-B", "-c", _BOOT, str(ROOT), place],
            capture_output=True,
            text=True,
            check=True,
            timeout=20,
        )
        return json.loads(told.stdout)


def main(place: str) -> None:
    """In the process: become who a run is, put the layers up, and print what each took."""
    from bot.guard import walls
    from bot.guard.walls import identity, landlock, limits, namespaces, seccomp

    code = (Path(sys.base_prefix), Path(sys.prefix), ROOT)
    identity.drop((*code, Path(place)))
    scratch = Path(place, "scratch")
    view = namespaces.View(scratch=scratch, scratch_mb=16, hosts="127.0.0.9 a.example\n")
    rules = landlock.Rules(read=(Path("/usr"), *code), write=(scratch,), connect=None)
    bounds = limits.Limits(memory_mb=2048, cpu_seconds=20, threads=True)
    steps: dict[str, Callable[[], object]] = {
        "namespaces": walls.enclose,
        "its view of the files": lambda: namespaces.arrange(view),
        "powers given up": namespaces.powerless,
        "limits": lambda: limits.bound(bounds),
        "private memory": limits.private,
        "file rules (Landlock)": lambda: landlock.restrict(rules),
        "system calls (seccomp)": lambda: seccomp.install(sockets=True),
    }
    sys.stdout.write(json.dumps({name: _timed(step) for name, step in steps.items()}))
    sys.stdout.flush()
    os._exit(0)


def _timed(step: Callable[[], object]) -> float:
    began = time.perf_counter()
    step()
    return time.perf_counter() - began
