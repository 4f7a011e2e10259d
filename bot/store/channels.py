"""The rows of channels: whether outside people read them, and whether that is meant."""

import sqlite3
from datetime import datetime

from bot.domain import audience, ids
from bot.store import codec, database, statements


def _sql(name: str) -> str:
    return statements.get("channels", name)


class ChannelStore:
    """What is known of channels."""

    def __init__(self, owner: database.Database) -> None:
        self._database = owner

    async def get(self, channel: ids.ChannelId) -> audience.Channel | None:
        """What was last seen there, or None."""
        row = await self._database.read(
            lambda connection: database.row(connection, _sql("get"), id=channel)
        )
        return None if row is None else _decode(row)

    async def saw(
        self, channel: ids.ChannelId, *, outside: bool, fingerprint: str, at: datetime
    ) -> audience.Channel:
        """Keep what Slack says of it now; a confirmation of other people holds no more."""
        values: database.Values = {
            "id": channel,
            "outside": int(outside),
            "fingerprint": fingerprint,
            "at": codec.instant(at),
        }
        return await self._database.write(lambda connection: _saw(connection, values))

    async def confirm(
        self, channel: ids.ChannelId, *, by: ids.UserId, at: datetime
    ) -> audience.Channel | None:
        """The outside people as last seen are meant to read it; None: nothing was seen yet."""
        values = {"id": channel, "by": by, "at": codec.instant(at)}
        row = await self._database.write(
            lambda connection: database.row(connection, _sql("confirm"), **values)
        )
        return None if row is None else _decode(row)

    async def forget(self, channel: ids.ChannelId) -> None:
        """Something changed there: look again before believing what was seen."""
        await self._database.write(
            lambda connection: database.rows(connection, _sql("forget"), id=channel)
        )


def _saw(connection: sqlite3.Connection, values: database.Values) -> audience.Channel:
    database.rows(connection, _sql("saw"), **values)
    (row,) = database.rows(connection, _sql("get"), id=values["id"])
    return _decode(row)


def _decode(row: sqlite3.Row) -> audience.Channel:
    return audience.Channel(
        id=ids.ChannelId(codec.text(row, "id")),
        outside=codec.flag(row, "outside"),
        fingerprint=codec.text(row, "fingerprint"),
        checked_at=codec.moment(row, "checked_at"),
        confirmed=codec.maybe(row, "confirmed"),
        confirmed_by=codec.user(row, "confirmed_by"),
        confirmed_at=codec.maybe_moment(row, "confirmed_at"),
    )
