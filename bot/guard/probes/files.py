"""Attacks on files: another client's, another run's, the bot's, the code's."""

import ctypes
import errno
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.domain.walls import Targets
from bot.guard.walls import syscalls

_CODE = Path(__file__).parents[2]
_HERE = -100
"""AT_FDCWD: a path that is not beneath a descriptor."""
_ATTRIBUTES = 24
"""Bytes of struct file_attr; all zero: no mark at all."""
_ALL_EVENTS = 0xFFF


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
        "mark another client's file for backups": lambda: _marked(secret),
        "watch what another client's folder is used for": lambda: _watched(other),
        "watch what the bot's folder is used for": lambda: _watched(beside),
        "link to another client's file": lambda: os.link(secret, beside / "linked"),
        "read another run's figures": (beside / "figures").read_bytes,
        "read the bot's database": (beside / "database").read_bytes,
        "read another client's key": (beside / "credentials/keys/other.age").read_bytes,
        "read another client's sealed credential": (beside / "credentials/sealed").read_bytes,
        "list whose credentials are sealed": lambda: os.listdir(beside / "credentials/keys"),  # noqa: PTH208
        "write the bot's database": lambda: (beside / "database").open("ab").write(b"x"),
        "remove the bot's database": (beside / "database").unlink,
        "read shared memory of another run (/dev/shm)": Path(targets.shared).read_bytes,
        "leave something in /tmp for others": lambda: _left(Path("/tmp")),  # noqa: S108 - an attack
        "leave something in /dev/shm for others": lambda: _left(Path("/dev/shm")),  # noqa: S108
        "plant a package where all runs import from": lambda: _planted(_packages()),
        "change the bot's own code": lambda: _planted(_CODE),
        "look about beside the bot's code": _looked,
    }


def _marked(path: Path) -> None:
    """file_setattr(2), of Linux 6.17 and newer; a file system that keeps no marks says so late."""
    attributes = ctypes.create_string_buffer(_ATTRIBUTES)
    at = (ctypes.c_int(_HERE), str(path).encode(), attributes)
    try:
        syscalls.call("file_setattr", *at, ctypes.c_size_t(_ATTRIBUTES), ctypes.c_uint(0))
    except OSError as error:
        if error.errno == errno.ENOSYS:
            raise NotImplementedError("not in this kernel") from None
        if error.errno != errno.EOPNOTSUPP:
            raise


def _watched(folder: Path) -> None:
    """inotify(7)."""
    library = ctypes.CDLL(None, use_errno=True)
    made = library.inotify_init1(0)
    if made < 0 or library.inotify_add_watch(made, str(folder).encode(), _ALL_EVENTS) < 0:
        raise OSError(ctypes.get_errno(), "inotify")
    os.close(made)


def _looked() -> None:
    """Of a checkout: there lie the settings, the database and the clients."""
    if _CODE.parent.name.endswith("-packages"):
        raise NotImplementedError("it lies among the packages")
    os.listdir(_CODE.parent)  # noqa: PTH208 - at once


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
