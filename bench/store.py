"""How many transactions a second the store makes, against SQLite's own bare commits beside it."""

import contextlib
import sqlite3
import time
from pathlib import Path

from bot.store import Store
from tests.store import make

RUNS = 150
_EACH = 6
"""Transactions of one run: claim, begin, end, enter posting, begin to post, posted."""


async def measure(folder: Path) -> None:
    """Print both, and their ratio."""
    bare = _bare(folder / "bare.db")
    async with Store.open(folder / "kept.db") as kept:
        began = time.perf_counter()
        for number in range(RUNS):
            await make.posted(kept, make.of_week(make.a_run(), number))
        ours = RUNS * _EACH / (time.perf_counter() - began)
    print(f"bare commits of SQLite              {bare:8.0f} /s    1.00")
    print(f"transactions of the store           {ours:8.0f} /s   {ours / bare:5.2f}")
    print(f"… as whole runs                     {ours / _EACH:8.0f} /s")


def _bare(path: Path) -> float:
    """One row a commit, as durable as the store's own."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as plain:
        plain.execute("PRAGMA journal_mode = WAL")
        plain.execute("PRAGMA synchronous = FULL")
        plain.execute("CREATE TABLE rows (key TEXT PRIMARY KEY, words TEXT) STRICT")
        began = time.perf_counter()
        for number in range(RUNS * _EACH):
            plain.execute("BEGIN IMMEDIATE")
            plain.execute("INSERT INTO rows VALUES (?, ?)", (f"key{number}", "words" * 40))
            plain.execute("COMMIT")
        return RUNS * _EACH / (time.perf_counter() - began)
