"""The rows of the audit trail; nothing is ever changed or deleted in it."""

import sqlite3
from collections.abc import Sequence

from bot.domain import ids, views
from bot.store import codec, database, statements


def _sql(name: str) -> str:
    return statements.get("audit", name)


class Audit:
    """Who did what."""

    def __init__(self, owner: database.Database) -> None:
        self._database = owner

    async def append(self, entry: views.Entry) -> None:
        """Write one line."""
        await self._database.write(lambda connection: append(connection, entry))

    async def latest(
        self, limit: int = 50, *, client: ids.ClientId | None = None
    ) -> Sequence[views.Entry]:
        """The newest lines first."""
        values: database.Values = {"limit": limit, "client": client}
        found = await self._database.read(
            lambda connection: database.rows(connection, _sql("latest"), **values)
        )
        return [_decode(row) for row in found]


def append(connection: sqlite3.Connection, entry: views.Entry) -> None:
    """Write one line, in the transaction of what it tells of."""
    values: database.Values = {
        "at": codec.instant(entry.at),
        "who": entry.who,
        "what": entry.what,
        "client": entry.client,
        "detail": entry.detail,
        "via": entry.via,
        "channel": entry.channel,
    }
    database.rows(connection, _sql("append"), **values)


def _decode(row: sqlite3.Row) -> views.Entry:
    client, channel = codec.maybe(row, "client"), codec.maybe(row, "channel")
    return views.Entry(
        at=codec.moment(row, "at"),
        who=codec.text(row, "who"),
        what=codec.text(row, "what"),
        client=None if client is None else ids.ClientId(client),
        detail=codec.text(row, "detail"),
        via=codec.text(row, "via"),
        channel=None if channel is None else ids.ChannelId(channel),
    )
