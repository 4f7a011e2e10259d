"""Where the control socket is. It imports next to nothing: a probe asks every few seconds."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from bot import errors

_MAX_PATH = 100
"""A unix socket's address holds 104 to 108 bytes."""


def path(database: Path) -> Path:
    """Return where the control socket of a database is."""
    return database.with_name(database.name + ".sock")


@contextmanager
def short(where: Path) -> Generator[str, None, None]:
    """Yield an address of the socket that fits, also where its folder's path is long."""
    if len(os.fsencode(where)) <= _MAX_PATH:
        yield str(where)
        return
    if not Path("/proc/self/fd").is_dir():
        message = f"the path of the control socket is too long: {where}; move REPORTOPS_DATABASE"
        raise errors.ConfigurationError(message)
    folder = os.open(where.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{where.name}"
    finally:
        os.close(folder)
