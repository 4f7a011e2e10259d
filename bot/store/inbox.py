"""The rows of the inbox: what people asked for, from its acknowledgement until it is done.

A row is committed before Slack hears that the request was accepted; what a killed bot leaves
undone is done by the next one (docs/decisions/0006).
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import errors
from bot.store import codec, database, statements

MOST = 1_000
"""How many may wait; beyond it nothing is accepted, and Slack tells the person so."""
KEPT = timedelta(days=1)
"""How long a key is known after it was done; Slack sends again within minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One request that changes something. Instants are UTC."""

    key: str
    """The same however often Slack sends it: ``ask:<trigger id>``."""
    deed: str
    """Which one of the handlers' deeds."""
    facts: str
    """What it takes to do it, as JSON; never a secret, no way to answer that expires."""
    received_at: datetime
    tries: int = 0
    """How many lives of the bot have tried it after the one that accepted it."""


def _sql(name: str) -> str:
    return statements.get("inbox", name)


class Inbox:
    """What was accepted."""

    def __init__(self, owner: database.Database) -> None:
        self._database = owner

    async def put(self, wanted: Accepted) -> bool:
        """Commit it; False: it was accepted before. Raises StoreError where it cannot be kept, or
        where too many wait: then it must not be acknowledged.
        """
        return await self._database.write(lambda connection: _put(connection, wanted))

    async def undone(self) -> Sequence[Accepted]:
        """What is still to be done, in the order it came."""
        found = await self._database.read(
            lambda connection: database.rows(connection, _sql("undone"))
        )
        return [_decode(row) for row in found]

    async def tried(self, key: str) -> None:
        """Count another try, before it is made: what kills the bot each time is given up."""
        await self._change("tried", {"key": key})

    async def done(self, key: str, *, at: datetime) -> None:
        """Keep that it was done, and no more of it."""
        await self._change("done", {"key": key, "at": codec.instant(at)})

    async def _change(self, name: str, values: database.Values) -> None:
        await self._database.write(
            lambda connection: database.rows(connection, _sql(name), **values)
        )


def _put(connection: sqlite3.Connection, wanted: Accepted) -> bool:
    before = codec.instant(wanted.received_at - KEPT)
    database.rows(connection, _sql("forget"), before=before)
    if database.number(connection, _sql("waiting")) >= MOST:
        raise errors.StoreError(f"{MOST} requests wait to be done; no more are accepted")
    row = database.row(
        connection,
        _sql("put"),
        key=wanted.key,
        deed=wanted.deed,
        facts=wanted.facts,
        received_at=codec.instant(wanted.received_at),
    )
    return row is not None


def _decode(row: sqlite3.Row) -> Accepted:
    return Accepted(
        key=codec.text(row, "key"),
        deed=codec.text(row, "deed"),
        facts=codec.text(row, "facts"),
        received_at=codec.moment(row, "received_at"),
        tries=codec.count(row, "tries"),
    )
