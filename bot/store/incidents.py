"""The rows of incidents; IncidentStore fills what bot.incidents needs."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from bot import errors
from bot.domain import ids, incident
from bot.store import codec, database, statements


def _sql(name: str) -> str:
    return statements.get("incidents", name)


class IncidentStore:
    """Incidents and the runs they stopped."""

    def __init__(self, owner: database.Database) -> None:
        self._database = owner

    async def get(self, incident_id: ids.IncidentId) -> incident.Incident | None:
        """The incident, or None."""
        return await self._one("get", {"id": incident_id})

    async def open_of_run(self, run_id: ids.RunId) -> incident.Incident | None:
        """The open incident that a run is in, or None."""
        return await self._one("open_of_run", {"run": run_id})

    async def open_of_cause(self, client: ids.ClientId, cause: str) -> incident.Incident | None:
        """The open incident of a client with this cause, or None."""
        return await self._one("open_of_cause", {"client": client, "cause": cause})

    async def all_open(self, client: ids.ClientId | None = None) -> Sequence[incident.Incident]:
        """The open incidents of one client or of all, oldest first."""
        return await self._many("open", {"client": client})

    async def join(
        self, wanted: incident.Incident, *, lately: datetime | None = None
    ) -> incident.Incident:
        """Put the wanted incident's one run where it belongs, in one transaction; one that is
        foreseen has none yet.

        Into the open incident it is in already, else into the open one of the same client and
        cause, else into the newest one that was closed no earlier than ``lately``, which is open
        again then without the runs that had ended, else into this new one. All but the last take
        over the wanted failure and cause.
        """
        return await self._database.write(
            lambda connection: _join(connection, wanted, lately=lately)
        )

    async def act(
        self,
        incident_id: ids.IncidentId,
        version: int,
        *,
        by: ids.UserId,
        at: datetime,
        what: str,
    ) -> incident.Incident | None:
        """Write down who acted, once per version; None: the card has changed since."""
        values: database.Values = {
            "id": incident_id,
            "version": version,
            "by": by,
            "at": codec.instant(at),
            "what": what,
        }
        return await self._change("act", values)

    async def close(
        self,
        incident_id: ids.IncidentId,
        status: incident.IncidentStatus,
        *,
        at: datetime,
        by: ids.UserId | None = None,
    ) -> incident.Incident | None:
        """Open → recovered or closed; None: it was not open."""
        values: database.Values = {
            "id": incident_id,
            "status": status.value,
            "at": codec.instant(at),
            "by": by,
        }
        return await self._change("close", values)

    async def noticed(self, incident_id: ids.IncidentId) -> None:
        """The client's channel got its neutral line."""
        await self._do("noticed", {"id": incident_id})

    async def replied(self, incident_id: ids.IncidentId) -> None:
        """Its thread has one line more."""
        await self._do("replied", {"id": incident_id})

    async def unattended(self) -> Sequence[ids.RunId]:
        """Failed runs without an incident; there are some only after a crash."""
        return await self._ids("unattended", {})

    async def over(self) -> Sequence[incident.Incident]:
        """Open incidents all of whose runs have ended; there are some only after a crash."""
        return await self._many("over", {})

    async def recent(self, since: datetime) -> Sequence[incident.Incident]:
        """Open incidents, and those closed since; oldest first."""
        return await self._many("recent", {"since": codec.instant(since)})

    async def ticking(
        self, marks: Sequence[tuple[datetime, datetime]]
    ) -> Sequence[incident.Incident]:
        """Open ones with an unfinished run whose promise lies in (first, last] of one of these."""
        spans = [(codec.instant(first), codec.instant(last)) for first, last in marks]
        return await self._many("ticking", {"marks": json.dumps(spans)})

    async def broken_promises(self, now: datetime, *, oldest: datetime) -> Sequence[ids.RunId]:
        """Scheduled runs past their promise since ``oldest`` that nobody was told about."""
        values = {"now": codec.instant(now), "oldest": codec.instant(oldest)}
        return await self._ids("broken_promises", values)

    async def stale_notices(self) -> Sequence[ids.RunId]:
        """Runs that ended, whose neutral line still says that they are late."""
        return await self._ids("stale_notices", {})

    async def _one(self, name: str, values: database.Values) -> incident.Incident | None:
        return await self._database.read(lambda connection: _find(connection, name, values=values))

    async def _change(self, name: str, values: database.Values) -> incident.Incident | None:
        return await self._database.write(lambda connection: _find(connection, name, values=values))

    async def _do(self, name: str, values: database.Values) -> None:
        await self._database.write(
            lambda connection: database.rows(connection, _sql(name), **values)
        )

    async def _many(self, name: str, values: database.Values) -> Sequence[incident.Incident]:
        return await self._database.read(
            lambda connection: [
                _decode(connection, row) for row in database.rows(connection, _sql(name), **values)
            ]
        )

    async def _ids(self, name: str, values: database.Values) -> Sequence[ids.RunId]:
        found = await self._database.read(
            lambda connection: database.rows(connection, _sql(name), **values)
        )
        return [ids.RunId(codec.text(row, "id")) for row in found]


def _find(
    connection: sqlite3.Connection, name: str, *, values: database.Values
) -> incident.Incident | None:
    row = database.row(connection, _sql(name), **values)
    return None if row is None else _decode(connection, row)


def _join(
    connection: sqlite3.Connection, wanted: incident.Incident, *, lately: datetime | None
) -> incident.Incident:
    run_id = next(iter(wanted.runs), None)
    values = _encode(wanted)
    of_cause: database.Values = {"client": wanted.client, "cause": wanted.cause}
    found = _find(connection, "open_of_run", values={"run": run_id}) or _find(
        connection, "open_of_cause", values=of_cause
    )
    if found is None and lately is not None:
        since = {**of_cause, "since": codec.instant(lately)}
        found = _find(connection, "lately_of_cause", values=since)
        if found is not None:
            database.rows(connection, _sql("forget"), id=found.id)
            database.rows(connection, _sql("reopen"), id=found.id, at=values["opened_at"])
    if found is None:
        database.rows(connection, _sql("insert"), **values)
    else:
        names = ("cause", "shared", "failure", "next_retry_at", "foreseen")
        database.rows(
            connection, _sql("worsen"), **{"id": found.id, **{name: values[name] for name in names}}
        )
    joined = wanted.id if found is None else found.id
    if run_id is not None:
        database.rows(connection, _sql("attach"), id=joined, run=run_id)
    now = _find(connection, "get", values={"id": joined})
    if now is None:
        raise errors.StoreError(f"the incident {joined} that was just written is not there")
    return now


def _encode(one: incident.Incident) -> database.Values:
    return {
        "id": one.id,
        "client": one.client,
        "cause": one.cause,
        "shared": one.shared,
        "outage": one.outage,
        "failure": codec.dump(codec.FAILURE, one.failure),
        "status": one.status.value,
        "version": one.version,
        "replies": one.replies,
        "opened_at": codec.instant(one.opened_at),
        "closed_at": codec.maybe_instant(one.closed_at),
        "closed_by": one.closed_by,
        "next_retry_at": codec.maybe_instant(one.next_retry_at),
        "noticed": int(one.noticed),
        "foreseen": codec.maybe_instant(one.foreseen),
        "acted_by": one.acted_by,
        "acted_at": codec.maybe_instant(one.acted_at),
        "acted": one.acted,
    }


def _decode(connection: sqlite3.Connection, row: sqlite3.Row) -> incident.Incident:
    own, outage = codec.text(row, "id"), codec.maybe(row, "outage")
    stopped = database.rows(connection, _sql("runs"), id=own)
    return incident.Incident(
        id=ids.IncidentId(own),
        client=codec.client(row),
        cause=codec.text(row, "cause"),
        shared=codec.text(row, "shared"),
        outage=None if outage is None else ids.OutageId(outage),
        failure=codec.FAILURE.validate_json(codec.text(row, "failure")),
        status=incident.IncidentStatus(codec.text(row, "status")),
        runs=tuple(ids.RunId(codec.text(one, "run")) for one in stopped),
        version=codec.count(row, "version"),
        replies=codec.count(row, "replies"),
        opened_at=codec.moment(row, "opened_at"),
        closed_at=codec.maybe_moment(row, "closed_at"),
        closed_by=codec.user(row, "closed_by"),
        next_retry_at=codec.maybe_moment(row, "next_retry_at"),
        noticed=codec.flag(row, "noticed"),
        foreseen=codec.maybe_moment(row, "foreseen"),
        acted_by=codec.user(row, "acted_by"),
        acted_at=codec.maybe_moment(row, "acted_at"),
        acted=codec.text(row, "acted"),
    )
