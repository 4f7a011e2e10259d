"""The rows of outages; OutageStore fills what bot.incidents needs."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from bot.domain import ids, incident, run
from bot.store import codec, database, runs, statements


def _sql(name: str) -> str:
    return statements.get("outages", name)


class OutageStore:
    """Causes that stop several clients, and the incidents that are part of them."""

    def __init__(self, owner: database.Database) -> None:
        self._database = owner

    async def get(self, outage_id: ids.OutageId) -> incident.Outage | None:
        """The outage, or None."""
        return await self._one("get", {"id": outage_id})

    async def all_open(self) -> Sequence[incident.Outage]:
        """The open ones, oldest first."""
        return await self._many("open", {})

    async def recent(self, since: datetime) -> Sequence[incident.Outage]:
        """Open ones, and those closed since; oldest first."""
        return await self._many("recent", {"since": codec.instant(since)})

    async def gather(
        self, wanted: incident.Outage, *, fewest: int, since: datetime, lately: datetime
    ) -> incident.Outage | None:
        """Put every open incident with this shared cause into its outage, in one transaction.

        That is the open one; else, once ``fewest`` clients have the cause, each since ``since`` at
        the earliest, the newest that was closed no earlier than ``lately``, which is open again
        then, else this new one. None: there is none, and too few clients for one.
        """
        values: database.Values = {
            "id": wanted.id,
            "shared": wanted.shared,
            "at": codec.instant(wanted.opened_at),
            "since": codec.instant(since),
            "lately": codec.instant(lately),
        }
        return await self._database.write(
            lambda connection: _gather(connection, values, fewest=fewest)
        )

    async def alone(self) -> Sequence[str]:
        """Causes that several clients share now, with incidents that are in no outage."""
        found = await self._database.read(
            lambda connection: database.rows(connection, _sql("alone"))
        )
        return [codec.text(row, "shared") for row in found]

    async def act(
        self, outage_id: ids.OutageId, version: int, *, by: ids.UserId, at: datetime, what: str
    ) -> incident.Outage | None:
        """Write down who acted, once per version; None: the card has changed since."""
        values: database.Values = {
            "id": outage_id,
            "version": version,
            "by": by,
            "at": codec.instant(at),
            "what": what,
        }
        found = await self._database.write(
            lambda connection: database.row(connection, _sql("act"), **values)
        )
        return None if found is None else _decode(found)

    async def over(self, at: datetime) -> Sequence[incident.Outage]:
        """Close those none of whose incidents is open; return them."""
        values = {"at": codec.instant(at)}
        found = await self._database.write(
            lambda connection: database.rows(connection, _sql("over"), **values)
        )
        return [_decode(row) for row in found]

    async def runs(self, outage_id: ids.OutageId) -> Sequence[run.Run]:
        """What it stops or stopped, the earliest promise first."""
        return await self._database.read(
            lambda connection: [
                runs.decode(row) for row in database.rows(connection, _sql("runs"), id=outage_id)
            ]
        )

    async def foreseen(
        self, outage_id: ids.OutageId
    ) -> Sequence[tuple[ids.ClientId, incident.IncidentStatus]]:
        """Whose incidents in it no run has met, oldest first, and how each stands."""
        found = await self._database.read(
            lambda connection: database.rows(connection, _sql("foreseen"), id=outage_id)
        )
        return [
            (codec.client(row), incident.IncidentStatus(codec.text(row, "status"))) for row in found
        ]

    async def _one(self, name: str, values: database.Values) -> incident.Outage | None:
        return await self._database.read(lambda connection: _find(connection, name, values=values))

    async def _many(self, name: str, values: database.Values) -> Sequence[incident.Outage]:
        found = await self._database.read(
            lambda connection: database.rows(connection, _sql(name), **values)
        )
        return [_decode(row) for row in found]


def _find(
    connection: sqlite3.Connection, name: str, *, values: database.Values
) -> incident.Outage | None:
    row = database.row(connection, _sql(name), **values)
    return None if row is None else _decode(row)


def _gather(
    connection: sqlite3.Connection, values: database.Values, *, fewest: int
) -> incident.Outage | None:
    of_cause = {"shared": values["shared"]}
    found = _find(connection, "open_of", values=of_cause)
    if found is None:
        recent = {**of_cause, "since": values["since"]}
        if database.number(connection, _sql("clients"), **recent) < fewest:
            return None
        found = _open(connection, values)
    database.rows(connection, _sql("attach"), **of_cause, id=found.id, since=values["since"])
    return found


def _open(connection: sqlite3.Connection, values: database.Values) -> incident.Outage:
    first = database.rows(connection, _sql("failure"), shared=values["shared"])[0]
    shared, at, failure = values["shared"], values["at"], codec.text(first, "failure")
    before = _find(connection, "lately_of", values={"shared": shared, "lately": values["lately"]})
    own = values["id"] if before is None else before.id
    if before is None:
        database.rows(connection, _sql("insert"), id=own, shared=shared, failure=failure, at=at)
    else:
        database.rows(connection, _sql("reopen"), id=own, failure=failure, at=at)
    return _decode(database.rows(connection, _sql("get"), id=own)[0])


def _decode(row: sqlite3.Row) -> incident.Outage:
    return incident.Outage(
        id=ids.OutageId(codec.text(row, "id")),
        shared=codec.text(row, "shared"),
        failure=codec.FAILURE.validate_json(codec.text(row, "failure")),
        status=incident.IncidentStatus(codec.text(row, "status")),
        version=codec.count(row, "version"),
        opened_at=codec.moment(row, "opened_at"),
        closed_at=codec.maybe_moment(row, "closed_at"),
        acted_by=codec.user(row, "acted_by"),
        acted_at=codec.maybe_moment(row, "acted_at"),
        acted=codec.text(row, "acted"),
    )
