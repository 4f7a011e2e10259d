"""Single values by name, and retention."""

import sqlite3
from datetime import datetime

from bot.store import codec, database, statements


def _sql(name: str) -> str:
    return statements.get("meta", name)


class Meta:
    """Small facts that have no table of their own; never a credential."""

    def __init__(self, owner: database.Database) -> None:
        self._database = owner

    async def get(self, key: str) -> str | None:
        """The value, or None."""
        row = await self._database.read(
            lambda connection: database.row(connection, _sql("get"), key=key)
        )
        return None if row is None else codec.text(row, "value")

    async def set(self, key: str, value: str) -> None:
        """Keep a value."""
        await self._database.write(
            lambda connection: database.rows(connection, _sql("set"), key=key, value=value)
        )


def prune(connection: sqlite3.Connection, before: datetime) -> int:
    """Forget the content that is older; return how many reports went."""
    values = {"before": codec.instant(before)}
    database.rows(connection, _sql("forget_bodies"), **values)
    return len(database.rows(connection, _sql("forget_reports"), **values))
