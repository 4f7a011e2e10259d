"""What is known of credentials by their use: in looks ahead, and in runs."""

from collections.abc import Collection

from bot import clock
from bot.domain import credential, ids, pause, views
from bot.foresight import ports

FIRST_USE = "first use of a credential"
"""On the audit trail; by the bot, of its own accord."""


class Known:
    """Writes down what worked."""

    def __init__(self, rows: ports.Rows, audit: ports.Audit, *, now: clock.Clock) -> None:
        self._rows = rows
        self._audit = audit
        self._clock = now

    async def used(self, of: ids.ClientId, seen: Collection[credential.Seen]) -> None:
        """These credentials of a client have just worked."""
        if not seen:
            return
        at = self._clock.now()
        for reference in await self._rows.used(of, seen, at=at):
            await self._audit.append(
                views.Entry(
                    at=at, who=pause.BOT, what=FIRST_USE, client=of, detail=reference, via="bot"
                )
            )
