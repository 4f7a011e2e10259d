"""Attacks on what all share: memory, threads, disk."""

import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

_THREADS = 400
_MEMORY = 16 * 2**30
_FILE = 2**30


def attempts(scratch: str) -> Mapping[str, Callable[[], object]]:
    """Return name → attempt."""
    return {
        "take 16 GiB of memory": lambda: bytearray(_MEMORY),
        "keep memory where no count shows it": lambda: os.close(os.memfd_create("large")),
        "start 400 threads": _threads,
        "write a file of 1 GiB": lambda: _large(Path(scratch, "large")),
    }


def _threads() -> None:
    release = threading.Event()
    made: list[threading.Thread] = []
    try:
        for _ in range(_THREADS):
            one = threading.Thread(target=release.wait)
            one.start()
            made.append(one)
    finally:
        release.set()
        for one in made:
            one.join()


def _large(path: Path) -> None:
    with path.open("wb") as made:
        made.truncate(_FILE)
    path.unlink()
