"""Attacks on files: another client's, another run's, the bot's, the code's."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.domain.walls import Targets

_CODE = Path(__file__).parents[2]


def attempts(targets: Targets) -> Mapping[str, Callable[[], object]]:
    """Return name → attempt."""
    other, beside = Path(targets.other), Path(targets.beside)
    secret = other / "secret"
    return {
        "read another client's file": secret.read_bytes,
        "list another client's folder": lambda: os.listdir(other),  # noqa: PTH208 - at once
        "look at another client's file (name, size, time)": secret.stat,
        "write into another client's folder": lambda: (other / "planted").write_bytes(b"x"),
        "truncate another client's file": lambda: os.truncate(secret, 0),
        "change the mode of another client's folder": lambda: other.chmod(0o777),
        "change the times of another client's file": lambda: os.utime(secret),
        "mark another client's file": lambda: os.setxattr(secret, "user.mark", b"x"),
        "link to another client's file": lambda: os.link(secret, beside / "linked"),
        "read another run's figures": (beside / "figures").read_bytes,
        "read the bot's database": (beside / "database").read_bytes,
        "write the bot's database": lambda: (beside / "database").open("ab").write(b"x"),
        "remove the bot's database": (beside / "database").unlink,
        "read shared memory of another run (/dev/shm)": Path(targets.shared).read_bytes,
        "leave something in /tmp for others": lambda: _left(Path("/tmp")),  # noqa: S108 - an attack
        "leave something in /dev/shm for others": lambda: _left(Path("/dev/shm")),  # noqa: S108
        "plant a package where all runs import from": lambda: _planted(_packages()),
        "change the bot's own code": lambda: _planted(_CODE),
    }


def _packages() -> Path:
    return next(Path(one) for one in sys.path if one.endswith("site-packages"))


def _left(folder: Path) -> None:
    _remove(folder / f"reportops-{os.getpid()}")


def _planted(folder: Path) -> None:
    _remove(folder / f"planted_{os.getpid()}.pth")


def _remove(path: Path) -> None:
    """Write it, and take it away again: it was only to be shown that one could."""
    path.write_bytes(b"")
    path.unlink()
