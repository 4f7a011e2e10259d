"""The rows of identities: whose data a client's sources serve, as an operator confirmed it."""

import sqlite3
from collections.abc import Collection, Sequence
from datetime import datetime

from pydantic import TypeAdapter

from bot.domain import identity, ids
from bot.domain.report import Identity
from bot.store import codec, database, statements

_IDENTITY: TypeAdapter[Identity] = TypeAdapter(Identity)


def _sql(name: str) -> str:
    return statements.get("identities", name)


class IdentityStore:
    """What was confirmed."""

    def __init__(self, owner: database.Database) -> None:
        self._database = owner

    async def all(self) -> Sequence[identity.Confirmed]:
        """Of every client, by client and source: a few lines each."""
        found = await self._database.read(lambda connection: database.rows(connection, _sql("all")))
        return [_decode(row) for row in found]

    async def confirm(
        self, client: ids.ClientId, seen: Collection[Identity], *, by: ids.UserId, at: datetime
    ) -> None:
        """These are the client's, all of them or none; what was confirmed before is replaced."""
        values: list[database.Values] = [
            {
                "client": client,
                "source": one.source,
                "identity": codec.dump(_IDENTITY, one),
                "by": by,
                "at": codec.instant(at),
            }
            for one in seen
        ]
        await self._database.write(lambda connection: _confirm(connection, values))


def _confirm(connection: sqlite3.Connection, values: Sequence[database.Values]) -> None:
    for row in values:
        database.rows(connection, _sql("confirm"), **row)


def _decode(row: sqlite3.Row) -> identity.Confirmed:
    return identity.Confirmed(
        client=codec.client(row),
        identity=_IDENTITY.validate_json(codec.text(row, "identity")),
        by=ids.UserId(codec.text(row, "confirmed_by")),
        at=codec.moment(row, "confirmed_at"),
    )
