"""Single values by name, and retention."""

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime

from bot.domain import ids
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


def prune(
    connection: sqlite3.Connection, before: datetime, *, own: Mapping[ids.ClientId, datetime]
) -> int:
    """Forget the content that is older; return how many reports went.

    ``own``: the clients with a time of their own, and since when their content is kept.
    """
    rest: database.Values = {"before": codec.instant(before), "own": json.dumps([*own])}
    database.rows(connection, _sql("forget_bodies"), **rest)
    gone = len(database.rows(connection, _sql("forget_reports"), **rest))
    for client, since in own.items():
        values: database.Values = {"before": codec.instant(since), "client": client}
        database.rows(connection, _sql("forget_own_bodies"), **values)
        gone += len(database.rows(connection, _sql("forget_own_reports"), **values))
    return gone
