"""Which code this is: old and new code must never meet in one run.

A run imports some of what it needs late, when the files may be others already. So the mark is taken
by the launcher, before the bot is one, and again before and after each run: where it is the same,
every line that the run was made of is the bot's.
"""

import hashlib
import os
import site
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_NOTES = (".dist-info", ".egg-info", ".pth")
FOLDERS = ("domain", "guard", "ipc", "kinds", "rendering", "sealed", "worker")
MODULES = ("__init__.py", "errors.py", "wire.py")
"""With the folders, all of ours that a run or a program of the guard imports, and so all that the
bot shares with them. What else has changed, such as a screen, stops no report.
"""


def current() -> str:
    """Return a mark of what runs are made of as it lies on disk: our code, the packages that are
    installed beside it, and Python itself. It takes some milliseconds.
    """
    digest = hashlib.sha256()
    for line in sorted((*_ours(), *_installed(), *_python())):
        digest.update(line.encode("utf-8", "surrogateescape") + b"\n")
    return digest.hexdigest()


def _ours() -> Iterator[str]:
    for name in MODULES:
        yield _seen(_ROOT / name)
    for name in FOLDERS:
        for folder, inner, _ in os.walk(_ROOT / name):
            inner[:] = [one for one in inner if one != "__pycache__"]
            yield from _code(folder)


def _code(folder: str) -> Iterator[str]:
    """Its modules, and the data that stands beside them."""
    with os.scandir(folder) as entries:
        yield from (_seen(one) for one in entries if one.is_file())


def _installed() -> Iterator[str]:
    """The notes that an installer leaves of each package, new with each version of it. Of the
    folder itself nothing is to be had: it also changes where bytecode is first written.
    """
    for place in site.getsitepackages():
        if Path(place).is_dir():
            with os.scandir(place) as entries:
                yield from (_seen(one) for one in entries if one.name.endswith(_NOTES))


def _python() -> Iterator[str]:
    yield _seen(Path(sys.executable).resolve())
    yield _seen(Path(os.__file__))


def _seen(one: "os.DirEntry[str] | Path") -> str:
    seen = one.stat()
    size = seen.st_size if stat.S_ISREG(seen.st_mode) else 0
    return f"{os.fspath(one)} {size} {seen.st_mtime_ns}"
