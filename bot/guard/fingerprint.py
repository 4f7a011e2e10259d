"""Which code this is: old and new code must never meet in one run."""

import hashlib
import sys
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).parents[1]


def current() -> str:
    """Return a mark of our code as it lies on disk, and of what is installed beside it."""
    digest = hashlib.sha256()
    for path in sorted(_ROOT.rglob("*.py")):
        seen = path.stat()
        digest.update(f"{path.relative_to(_ROOT)} {seen.st_size} {seen.st_mtime_ns}\n".encode())
    for path in _installed():
        digest.update(f"{path.name} {path.stat().st_mtime_ns}\n".encode())
    return digest.hexdigest()


@cache
def _installed() -> tuple[Path, ...]:
    """The folders that packages are installed in; they change when one comes or goes."""
    return tuple(Path(one) for one in sys.path if one.endswith("site-packages"))
