"""One process owns the database (Settled 12): a lock on a file beside it.

``flock`` belongs to the open file, so it is gone with the process however that dies, and a child
never has it: the descriptor closes on exec.
"""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from bot import errors


@contextmanager
def own(database: Path) -> Generator[None]:
    """Hold the lock for as long as the context lasts; raises OwnedElsewhere naming the holder."""
    path = database.with_name(database.name + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise errors.StoreError(
            f"the lock {path} cannot be opened ({error.strerror}); make its folder writable for "
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
        holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip() or "unknown"
        raise errors.OwnedElsewhere(
            f"the database {database} is in use by another reportops (process {holder}); stop it "
            "first, or name another file in REPORTOPS_DATABASE"
        ) from None
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{os.getpid()}\n".encode("ascii"), 0)
