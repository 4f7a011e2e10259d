"""Numbered migrations, ``NNNN_<what>.sql``: forward only, each in one transaction.

A migration ends by setting ``user_version`` to its own number, so that a crash leaves the
database either before it or after it.
"""

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from bot import errors
from bot.store import statements

_FILE = re.compile(r"(\d{4})_\w+\.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One step forward."""

    number: int
    name: str
    script: str

    def apply(self, connection: sqlite3.Connection) -> None:
        """Execute it inside the transaction that the caller has begun."""
        for statement in statements.split(self.script):
            connection.execute(statement)
        reached = int(connection.execute(statements.get("opening", "version")).fetchone()[0])
        if reached != self.number:
            raise errors.StoreError(f"migration {self.name} ends at user_version {reached}")


@cache
def everything() -> Sequence[Migration]:
    """Return all migrations by number; they count from 1 without a gap."""
    found = [
        Migration(number=int(match[1]), name=file.name, script=file.read_text("utf-8"))
        for file in resources.files(__name__).iterdir()
        if (match := _FILE.fullmatch(file.name))
    ]
    return sorted(found, key=lambda one: one.number)


def newest() -> int:
    """Return the version that this reportops brings a database to."""
    return everything()[-1].number


def after(version: int) -> Sequence[Migration]:
    """Return the migrations that a database of this version still needs."""
    return everything()[version:]
