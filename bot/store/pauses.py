"""The rows of pauses; PauseStore fills what bot.runs needs.

A pause is in force until somebody resumes it: whoever sweeps ends it once ``until`` has come, and
what it held is settled then (Settled 9). The store does not tell the time.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from bot.domain import ids, views
from bot.domain.pause import BOT, Pause
from bot.store import audit, codec, database, statements


def _sql(name: str) -> str:
    return statements.get("pauses", name)


class PauseStore:
    """Who is paused."""

    def __init__(self, owner: database.Database) -> None:
        self._database = owner

    async def current(self, client_id: ids.ClientId) -> Pause | None:
        """The pause in force, or None."""
        row = await self._database.read(
            lambda connection: database.row(connection, _sql("current"), client=client_id)
        )
        return None if row is None else _decode(row)

    async def all(self) -> Sequence[Pause]:
        """Every pause in force, by client."""
        found = await self._database.read(lambda connection: database.rows(connection, _sql("all")))
        return [_decode(row) for row in found]

    async def pause(
        self,
        client_id: ids.ClientId,
        until: datetime | None,
        *,
        by: ids.UserId,
        reason: str,
        at: datetime,
    ) -> Pause:
        """Pause a client; one that is paused already gets the new end and reason."""
        values: database.Values = {
            "client": client_id,
            "since": codec.instant(at),
            "until": codec.maybe_instant(until),
            "by": by,
            "reason": reason,
        }
        return await self._database.write(lambda connection: _pause(connection, values))

    async def resume(self, client_id: ids.ClientId, at: datetime) -> Pause | None:
        """End the pause in force and return it; None: it was not paused."""
        values = {"client": client_id, "at": codec.instant(at)}
        row = await self._database.write(
            lambda connection: database.row(connection, _sql("resume"), **values)
        )
        return None if row is None else _decode(row)

    async def trip(self, after: int, *, at: datetime) -> Sequence[Pause]:
        """Pause every client whose last ``after`` fires have failed, with nobody's success since.

        Fires of one instant count once, and what failed before an earlier pause ended not at all.
        """
        return await self._database.write(lambda connection: _trip(connection, after, at=at))

    async def ours(self, since: datetime) -> Sequence[Pause]:
        """The bot's own pauses that are in force or were ended since, oldest first."""
        values = {"since": codec.instant(since)}
        found = await self._database.read(
            lambda connection: database.rows(connection, _sql("ours"), **values)
        )
        return [_decode(row) for row in found]


def _trip(connection: sqlite3.Connection, after: int, *, at: datetime) -> Sequence[Pause]:
    return [
        _trip_one(connection, row, at=at)
        for row in database.rows(connection, _sql("failing"), after=after)
    ]


def _trip_one(connection: sqlite3.Connection, row: sqlite3.Row, *, at: datetime) -> Pause:
    of, reason = codec.client(row), f"its last {codec.count(row, 'fires')} fires have failed"
    entry = views.Entry(at=at, who=BOT, what="pause", client=of, detail=reason, via="bot")
    audit.append(connection, entry)
    values: database.Values = {
        "client": of,
        "since": codec.instant(at),
        "until": None,
        "by": BOT,
        "reason": reason,
    }
    return _pause(connection, values)


def _pause(connection: sqlite3.Connection, values: database.Values) -> Pause:
    database.rows(connection, _sql("pause"), **values)
    (row,) = database.rows(connection, _sql("current"), client=values["client"])
    return _decode(row)


def _decode(row: sqlite3.Row) -> Pause:
    return Pause(
        client=codec.client(row),
        since=codec.moment(row, "since"),
        until=codec.maybe_moment(row, "until"),
        by=ids.UserId(codec.text(row, "by")),
        reason=codec.text(row, "reason"),
        resumed_at=codec.maybe_moment(row, "resumed_at"),
    )
