"""Promises that may be broken; PromiseStore fills what bot.incidents needs."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from bot.domain import expected, ids, incident, run
from bot.store import codec, database, runs, statements


def _sql(name: str) -> str:
    return statements.get("promises", name)


class PromiseStore:
    """Which promises come due, and which the operators were warned of."""

    def __init__(self, owner: database.Database) -> None:
        self._database = owner

    async def near(self, until: datetime, *, oldest: datetime) -> Sequence[run.Run]:
        """Unfinished scheduled runs that are promised in between and that nobody was warned of,
        the earliest promise first. A run with an open incident has its card.
        """
        values = {"until": codec.instant(until), "oldest": codec.instant(oldest)}
        return await self._database.read(
            lambda connection: [
                runs.decode(row) for row in database.rows(connection, _sql("near"), **values)
            ]
        )

    async def tell(self, told: Sequence[run.Run], *, message: str, at: datetime) -> None:
        """Write down, before it is said, that this message warns of these runs."""
        values: database.Values = {"message": message, "at": codec.instant(at)}
        await self._database.write(
            lambda connection: [
                database.rows(connection, _sql("tell"), run=one.id, **values) for one in told
            ]
        )

    async def told(self, since: datetime) -> Sequence[incident.Promise]:
        """What was warned of since, in that order."""
        found = await self._database.read(
            lambda connection: database.rows(connection, _sql("told"), since=codec.instant(since))
        )
        return [
            incident.Promise(
                run=runs.decode(row),
                message=codec.text(row, "message"),
                posted_at=codec.maybe_moment(row, "posted_at"),
            )
            for row in found
        ]

    async def awaited(self, until: datetime) -> Sequence[expected.Expected]:
        """Fires that should have come by then and have no run, oldest first; those that were warned
        of also with their run.
        """
        values = {"until": codec.instant(until)}
        return await self._database.read(
            lambda connection: [
                _decode(row) for row in database.rows(connection, _sql("awaited"), **values)
            ]
        )

    async def warn(self, of: Sequence[expected.Expected], *, message: str, at: datetime) -> None:
        """Write down, before it is said, that this message warns of fires without a run."""
        values: database.Values = {"message": message, "at": codec.instant(at)}
        await self._database.write(
            lambda connection: [
                database.rows(connection, _sql("warn"), **_name(one), **values) for one in of
            ]
        )

    async def settle(self, of: expected.Expected, *, at: datetime) -> None:
        """A fire that was warned of is awaited no more; its run, where it has one, takes over its
        message.
        """
        await self._database.write(lambda connection: _settle(connection, of, at=at))


def _settle(connection: sqlite3.Connection, of: expected.Expected, *, at: datetime) -> None:
    if of.run is not None:
        values: database.Values = {"message": of.message, "at": codec.instant(at)}
        database.rows(connection, _sql("tell"), run=of.run, **values)
    database.rows(connection, _sql("settle"), **_name(of))


def _name(of: expected.Expected) -> dict[str, database.Value]:
    return {"client": of.client, "report": of.report, "key": of.key}


def _decode(row: sqlite3.Row) -> expected.Expected:
    run_id = codec.maybe(row, "run")
    return expected.Expected(
        client=codec.client(row),
        report=codec.report(row),
        key=codec.text(row, "key"),
        due_at=codec.moment(row, "due_at"),
        deliver_by=codec.maybe_moment(row, "deliver_by"),
        client_name=codec.text(row, "client_name"),
        report_title=codec.text(row, "report_title"),
        timezone=codec.text(row, "timezone"),
        owner=codec.user(row, "owner"),
        message=codec.maybe(row, "message"),
        told_at=codec.maybe_moment(row, "told_at"),
        run=None if run_id is None else ids.RunId(run_id),
    )
