"""The SQL of the store: one .sql file beside each module, each query named and described.

A file is a row of blocks: ``-- name: claim``, then a comment that says what it is for, then one
statement. Python holds the names, never the SQL.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


@cache
def load(module: str) -> Mapping[str, str]:
    """Return the statements of ``<module>.sql`` by name."""
    text = resources.files("bot.store").joinpath(f"{module}.sql").read_text("utf-8")
    parts = _NAME.split(text)[1:]
    return dict(zip(parts[::2], (part.strip() for part in parts[1::2]), strict=True))


def get(module: str, name: str) -> str:
    """Return one statement; a name that is not there is a KeyError, found by any test."""
    return load(module)[name]


def split(script: str) -> Iterator[str]:
    """Yield the statements of a migration one by one.

    ``executescript`` commits whatever is open before it begins, so a script that is to be one
    transaction is executed statement by statement.
    """
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending.strip()
            pending = ""
    if pending.strip():
        yield pending.strip()
