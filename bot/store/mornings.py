"""What came due of a morning; MorningStore fills what bot.digest needs."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from bot.domain import ids, morning
from bot.store import codec, database, runs, statements


class MorningStore:
    """Reads only."""

    def __init__(self, owner: database.Database) -> None:
        self._database = owner

    async def fired(self, since: datetime, until: datetime) -> Sequence[morning.Fired]:
        """The scheduled runs that came due in [since, until), in that order."""
        values = {"since": codec.instant(since), "until": codec.instant(until)}
        sql = statements.get("mornings", "fired")
        return await self._database.read(
            lambda connection: [_decode(row) for row in database.rows(connection, sql, **values)]
        )


def _decode(row: sqlite3.Row) -> morning.Fired:
    incident, outage = codec.maybe(row, "incident"), codec.maybe(row, "open_outage")
    return morning.Fired(
        run=runs.decode(row),
        posted_at=codec.maybe_moment(row, "posted_at"),
        incident=None if incident is None else ids.IncidentId(incident),
        version=0 if incident is None else codec.count(row, "incident_version"),
        failure=codec.failure(row, "incident_failure"),
        waits_for=codec.failure(row, "waits_for"),
        outage=None if outage is None else ids.OutageId(outage),
    )
