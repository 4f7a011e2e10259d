"""A process that walls itself in and then tries things: one JSON line says what came of each.

Run by ``inside`` in a Python of its own, since walls do not come down again. As root it first
becomes nobody, as a run does.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[3]
THROUGH = "through"


def inside(place: Path) -> Mapping[str, str]:
    """Return attempt → what came of it, and layer → why it is missing, from a walled process."""
    started = subprocess.run(
        [sys.executable, "-I", "-B", "-c", _BOOT, str(ROOT), str(place)],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert started.returncode == 0, started.stderr
    return json.loads(started.stdout)


_BOOT = (
    "import sys; root, place = sys.argv[1:]; sys.path.insert(0, root); "
    "from tests.guard.walls import subject; subject.main(place)"
)


def main(place: str) -> None:
    """Wall this process in, with ``clients/a`` of the place as its client, and try it all."""
    from bot.guard import walls
    from bot.guard.walls import identity, limits

    code = (Path(sys.base_prefix), Path(sys.prefix), ROOT)
    identity.drop((*code, Path(place)))
    missing = walls.enclose()
    found = walls.close(
        walls.Plan(
            code=code,
            folder=Path(place, "clients/a"),
            clients=Path(place, "clients"),
            scratch=Path(place, "scratch"),
            scratch_mb=16,
            hosts="127.0.0.9 api.example.com\n",
            limits=limits.Limits(memory_mb=1024, cpu_seconds=20),
        ),
        missing,
    )
    told = {name: _tried(attempt) for name, attempt in _attempts(Path(place)).items()}
    missed = {f"missing {layer.value}": why for layer, why in found.missing.items()}
    sys.stdout.write(json.dumps(told | missed))
    sys.stdout.flush()
    os._exit(0)


def _attempts(place: Path) -> Mapping[str, Callable[[], object]]:
    other, own = place / "clients/b", place / "clients/a"
    scratch = place / "scratch"
    return {
        "read own": (own / "secret").read_text,
        "write own": lambda: (own / "planted").write_text("x"),
        "read other": (other / "secret").read_text,
        "stat other": (other / "secret").stat,
        "list clients": lambda: _none([one for one in (place / "clients").iterdir() if one != own]),
        "write other": lambda: (other / "planted").write_text("x"),
        "read beside": (place / "database").read_text,
        "stat beside": (place / "database").stat,
        "write code": lambda: (ROOT / "planted.pth").write_text("x"),
        "list temporary": lambda: list(Path(tempfile.gettempdir()).iterdir()),
        "write scratch": lambda: (scratch / "x").write_text("x"),
        "fill scratch": lambda: (scratch / "y").write_bytes(bytes(17 * 2**20)),
        "fill it with empty files": lambda: _many(scratch / "many"),
        "look into its parent": lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
        "signal its parent": lambda: os.kill(os.getppid(), 0),
        "fork": os.fork,
        "start a program": lambda: subprocess.run(["/bin/true"], check=True),
        "start a thread": lambda: threading.Thread(target=int).start(),
        "udp": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
        "unix socket": lambda: socket.socket(socket.AF_UNIX),
        "connect away": lambda: socket.create_connection(("192.0.2.1", 80), timeout=1),
        "connect to the machine": lambda: socket.create_connection(("127.0.0.1", 22), timeout=1),
        "allowed name": lambda: socket.gethostbyname("api.example.com"),
        "other name": lambda: socket.gethostbyname("evil.example.com"),
        "mode": lambda: (own / "secret").chmod(0o777),
        "much memory": lambda: bytes(2 * 2**30),
    }


def _many(folder: Path) -> None:
    folder.mkdir()
    for number in range(40_000):
        os.close(os.open(folder / str(number), os.O_CREAT | os.O_WRONLY))


def _none(found: list[Path]) -> None:
    """Nothing was there to be found: that counts as stopped."""
    if not found:
        raise FileNotFoundError


def _tried(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except (OSError, MemoryError, subprocess.SubprocessError) as error:
        return type(error).__name__
    return THROUGH
