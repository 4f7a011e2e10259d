"""Whether files changed: one stat each, no thread and no library."""

from collections.abc import Iterable, Mapping
from pathlib import Path

Stamp = tuple[int, int, int, int]
"""mtime and ctime in ns, size, inode."""


def take(path: Path) -> Stamp | None:
    """Return a file's stamp; None where there is none, or none that may be read."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)


def take_all(paths: Iterable[Path]) -> dict[Path, Stamp | None]:
    """Return the stamps of files, to be taken before they are read."""
    return {path: take(path) for path in paths}


def same(stamps: Mapping[Path, Stamp | None]) -> bool:
    """Whether every file is still what it was."""
    return all(take(path) == stamp for path, stamp in stamps.items())
