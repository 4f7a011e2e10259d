"""The rows of prints: keyed hashes of what credentials are made of, and the key of the hashes."""

import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.domain import credential
from bot.store import codec, database, statements

_PEPPER = "prints:pepper"
_KEPT = timedelta(days=60)
"""How long the prints of what was replaced are known: an old key may be in force for a while."""


def _sql(name: str) -> str:
    return statements.get("prints", name)


class PrintStore:
    """What is known of credentials without knowing them."""

    def __init__(self, owner: database.Database) -> None:
        self._database = owner

    async def pepper(self) -> str:
        """The key of all prints here, made when it is first asked for."""
        made = secrets.token_hex(32)
        return await self._database.write(lambda connection: _pepper(connection, made))

    async def keep(
        self, seen: Mapping[str, Sequence[credential.Seen]], *, at: datetime
    ) -> Mapping[str, str]:
        """Keep what was seen, by whose it is: a client, or a credential of the agency.

        Returns, by reference, who else signs in with the very same and did so before: what is in
        force there is nobody else's.
        """
        return await self._database.write(lambda connection: _keep(connection, seen, at=at))

    async def known(self, owners: Sequence[str]) -> frozenset[str]:
        """Return the prints of all that these have or had."""

        def read(connection: sqlite3.Connection) -> frozenset[str]:
            rows = [
                row
                for owner in owners
                for row in database.rows(connection, _sql("of_owner"), owner=owner)
            ]
            return frozenset(codec.text(row, "print") for row in rows)

        return await self._database.read(read)


def _pepper(connection: sqlite3.Connection, made: str) -> str:
    row = database.row(connection, _sql("pepper"), key=_PEPPER, value=made)
    return made if row is None else codec.text(row, "value")


def _keep(
    connection: sqlite3.Connection,
    seen: Mapping[str, Sequence[credential.Seen]],
    *,
    at: datetime,
) -> Mapping[str, str]:
    shared: dict[str, str] = {}
    database.rows(connection, _sql("prune"), before=codec.instant(at - _KEPT))
    for owner, several in seen.items():
        for one in several:
            others = [
                codec.text(row, "owner")
                for own in one.own
                for row in database.rows(connection, _sql("elsewhere"), print=own, owner=owner)
            ]
            if others:
                shared[one.reference] = others[0]
            _put(connection, one, owner=owner, at=at, claims=not others)
    return shared


def _put(
    connection: sqlite3.Connection,
    one: credential.Seen,
    *,
    owner: str,
    at: datetime,
    claims: bool,
) -> None:
    named = {"owner": owner, "reference": one.reference}
    database.rows(connection, _sql("let_go"), **named)
    for mark in {*one.prints, *one.own}:
        database.rows(
            connection,
            _sql("put"),
            **named,
            print=mark,
            own=int(claims and mark in one.own),
            at=codec.instant(at),
        )
