"""Signs of life and of trouble: that the store can be written, and what waits in it too long."""

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.store import codec, database, statements


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """The database was put back from a copy. Instants are UTC."""

    since: datetime
    """It knows nothing of what happened from here …"""
    until: datetime
    """… to here."""


def _sql(name: str) -> str:
    return statements.get("signs", name)


class Signs:
    """How the store does."""

    def __init__(self, owner: database.Database) -> None:
        self._database = owner

    async def alive(self, at: datetime) -> None:
        """Write down that the bot is at work; raises StoreError where nothing can be written."""
        await self._database.write(
            lambda connection: database.rows(connection, _sql("alive"), at=codec.instant(at))
        )

    async def waiting(self, before: datetime) -> int:
        """How many messages that were wanted before this are still not in Slack."""
        return await self._database.read(
            lambda connection: database.number(
                connection, _sql("waiting"), before=codec.instant(before)
            )
        )

    async def restored(self) -> Restored | None:
        """What the database may not know, where it was restored."""
        row = await self._database.read(
            lambda connection: database.row(connection, _sql("restored"))
        )
        if row is None or row["since"] is None:
            return None
        since = datetime.fromtimestamp(float(codec.text(row, "since")), UTC)
        return Restored(since=since, until=codec.moment(row, "until"))
