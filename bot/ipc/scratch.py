"""Folders for a while, which the next one clears away where a death left them behind."""

import contextlib
import fcntl
import os
import stat
import tempfile
import time
from collections.abc import Generator, Sequence
from itertools import count
from pathlib import Path

_PREFIX = "reportops-run-"
_YOUNG_SECONDS = 60.0
"""So fresh a folder may be one that its owner has not locked yet."""


@contextlib.contextmanager
def folder(parent: Path | None = None) -> Generator[Path]:
    """Yield a fresh folder that only this user can enter, gone afterwards.

    ``parent`` None: where this machine keeps temporary files. What processes of this user that are
    no more have left there is cleared first. A folder is locked for as long as its process lives,
    and the kernel ends the lock with it (flock(2)).
    """
    within = parent or Path(tempfile.gettempdir())
    clear(within)
    path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=within))
    lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield path
    finally:
        remove(path)
        os.close(lock)


def remove(path: Path) -> None:
    """Take a folder away with all that is beneath, as far as can be; links are not followed.

    A run may have nested its folders deeper than Python goes, and than a path can say: each is
    brought up beside the first before it is looked into. Whoever made them must be gone.
    """
    left, numbers = [path], count()
    while left:
        folder = left.pop()
        with contextlib.suppress(OSError):
            for entry in _within(folder):
                up = path.with_name(f"{path.name}-{next(numbers)}")
                left += _taken(entry, up)
            folder.rmdir()


def _within(folder: Path) -> Sequence["os.DirEntry[str]"]:
    folder.chmod(stat.S_IRWXU)
    with os.scandir(folder) as entries:
        return list(entries)


def _taken(entry: "os.DirEntry[str]", up: Path) -> Sequence[Path]:
    """Take one thing away, or bring it up where it is a folder, which is returned."""
    with contextlib.suppress(OSError):
        if not entry.is_dir(follow_symlinks=False):
            os.unlink(entry.path)  # noqa: PTH108 - as it was found
            return ()
        os.chmod(entry.path, stat.S_IRWXU)  # noqa: PTH101
        os.rename(entry.path, up)  # noqa: PTH104
        return (up,)
    return ()


def clear(within: Path, *, older: float = _YOUNG_SECONDS) -> None:
    """Take away what was left: folders of ours, of this user, that nobody holds, untouched for
    ``older`` seconds. Links are not followed, and what cannot be judged stays.
    """
    before = time.time() - older  # noqa: TID251 - set against the file system's own times
    for path in within.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            _clear(path, before=before)


def _clear(path: Path, *, before: float) -> None:
    lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        seen = os.fstat(lock)
        is_ours = seen.st_uid == os.geteuid() and stat.S_IMODE(seen.st_mode) == stat.S_IRWXU
        if is_ours and seen.st_mtime < before:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            remove(path)
    finally:
        os.close(lock)
