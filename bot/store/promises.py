"""Promises that may be broken; PromiseStore fills what bot.incidents needs."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain import incident, run
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
