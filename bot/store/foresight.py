"""The rows of preflights, and of what is known of credentials by their use."""

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from pydantic import TypeAdapter

from bot.domain import credential, foresight, ids, run
from bot.store import codec, database, statements

_SOURCES: TypeAdapter[Mapping[str, run.Failure | None]] = TypeAdapter(
    Mapping[str, run.Failure | None]
)


def _sql(name: str) -> str:
    return statements.get("foresight", name)


class ForesightStore:
    """What was found, and what is known."""

    def __init__(self, owner: database.Database) -> None:
        self._database = owner

    async def looks(self, client: ids.ClientId | None = None) -> Sequence[foresight.Look]:
        """The newest look at each client, or at one."""
        found = await self._database.read(
            lambda connection: database.rows(connection, _sql("looks"), client=client)
        )
        return [_look(row) for row in found]

    async def looked(self, look: foresight.Look) -> None:
        """Write it down in place of the one before."""
        slack = None if look.slack is None else codec.dump(codec.FAILURE, look.slack)
        values: database.Values = {
            "client": look.client,
            "at": codec.instant(look.at),
            "sources": codec.dump(_SOURCES, look.sources),
            "slack": slack,
            "tries": look.tries,
            "again_at": codec.maybe_instant(look.again_at),
        }
        await self._database.write(
            lambda connection: database.rows(connection, _sql("looked"), **values)
        )

    async def standings(self, client: ids.ClientId | None = None) -> Sequence[foresight.Standing]:
        """What is known of every credential, or of one client's, by client and reference."""
        found = await self._database.read(
            lambda connection: database.rows(connection, _sql("standings"), client=client)
        )
        return [_standing(row) for row in found]

    async def used(
        self, client: ids.ClientId, used: Collection[credential.Seen], *, at: datetime
    ) -> Sequence[str]:
        """These worked, all written in one transaction; return the references that did so for the
        first time, or in another version than before.
        """
        return await self._database.write(
            lambda connection: [
                one.reference for one in used if _use(connection, one, client=client, at=at)
            ]
        )

    async def told(self, told: Sequence[foresight.Standing]) -> None:
        """The end of each was announced, as many days ahead as it says."""
        await self._database.write(
            lambda connection: [
                database.rows(
                    connection,
                    _sql("told"),
                    client=one.client,
                    reference=one.reference,
                    days=one.told,
                )
                for one in told
            ]
        )

    async def replaced(
        self,
        client: ids.ClientId | None,
        reference: str,
        *,
        at: datetime,
        made_at: datetime | None = None,
    ) -> None:
        """Another credential stands behind the reference since, of one client's or of all that use
        it; ``made_at`` None: it was made then.
        """
        values: database.Values = {
            "client": client,
            "reference": reference,
            "at": codec.instant(at),
            "made_at": codec.maybe_instant(made_at),
        }
        await self._database.write(
            lambda connection: database.rows(connection, _sql("replaced"), **values)
        )

    async def forget(self, client: ids.ClientId, reference: str | None = None) -> None:
        """Forget one credential of a client; without one, all that is known of it here."""
        await self._database.write(
            lambda connection: _forget(connection, client, reference=reference)
        )


def _use(
    connection: sqlite3.Connection,
    one: credential.Seen,
    *,
    client: ids.ClientId,
    at: datetime,
) -> bool:
    named: database.Values = {"client": client, "reference": one.reference}
    before = database.row(connection, _sql("standing"), **named)
    values: database.Values = {
        **named,
        "at": codec.instant(at),
        "made_at": codec.maybe_instant(one.made_at),
        "expires_at": codec.maybe_instant(one.expires_at),
        "expires_what": one.expires_what,
        "version": one.version,
    }
    if before is not None and one.version not in {"", codec.text(before, "version")}:
        database.rows(connection, _sql("replaced"), **named, at=values["at"], made_at=None)
        database.rows(connection, _sql("used"), **values)
        return True
    database.rows(connection, _sql("used"), **values)
    return before is None


def _forget(connection: sqlite3.Connection, client: ids.ClientId, *, reference: str | None) -> None:
    database.rows(connection, _sql("forget_standings"), client=client, reference=reference)
    if reference is None:
        database.rows(connection, _sql("forget_looks"), client=client)


def _look(row: sqlite3.Row) -> foresight.Look:
    return foresight.Look(
        client=codec.client(row),
        at=codec.moment(row, "at"),
        sources=_SOURCES.validate_json(codec.text(row, "sources")),
        slack=codec.failure(row, "slack"),
        tries=codec.count(row, "tries"),
        again_at=codec.maybe_moment(row, "again_at"),
    )


def _standing(row: sqlite3.Row) -> foresight.Standing:
    return foresight.Standing(
        client=codec.client(row),
        reference=codec.text(row, "reference"),
        first_at=codec.moment(row, "first_at"),
        good_at=codec.moment(row, "good_at"),
        made_at=codec.maybe_moment(row, "made_at"),
        expires_at=codec.maybe_moment(row, "expires_at"),
        expires_what=codec.text(row, "expires_what"),
        version=codec.text(row, "version"),
        told=None if row["told"] is None else codec.count(row, "told"),
    )
