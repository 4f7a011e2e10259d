"""One process owns the database (Settled 12): a lock on a file beside it.

``flock`` belongs to the open file, so it is gone with the process however that dies, and a child
never has it: the descriptor closes on exec.
"""

import fcntl
import os
import socket
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from bot import errors


def path(database: Path) -> Path:
    """Return where the lock of a database is."""
    return database.with_name(database.name + ".lock")


@contextmanager
def own(database: Path) -> Generator[None]:
    """Hold the lock for as long as the context lasts; raises OwnedElsewhere naming the holder."""
    where = path(database)
    try:
        where.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(where, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise errors.StoreError(
            f"the lock {where} cannot be opened ({error.strerror}); make its folder writable for "
            "the bot's user"
        ) from error
    try:
        _take(handle, database)
        yield
    finally:
        os.close(handle)


def _take(handle: int, database: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise errors.OwnedElsewhere(
            f"the database {database} is in use by another reportops ({_holder(handle)}); stop it "
            "first, or name another file in REPORTOPS_DATABASE"
        ) from None
    try:
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()} on {socket.gethostname()}\n".encode(), 0)
    except OSError as error:  # a full disk; who holds it is still known to the kernel
        raise errors.StoreError(
            f"the lock {path(database)} cannot be written ({error.strerror}); free some space"
        ) from error


def _holder(handle: int) -> str:
    """Who has it, and since when: it writes its name into the file when it takes the lock."""
    name = os.pread(handle, 200, 0).decode("utf-8", "replace").strip() or "unknown"
    since = datetime.fromtimestamp(os.fstat(handle).st_mtime, UTC)
    return f"process {name}, since {since:%Y-%m-%d %H:%M} UTC"
