"""A client that fails and fails is paused: nobody needs the same alarm at every fire."""

from datetime import datetime, timedelta

import structlog

from bot.runs import pauses, ports

_log = structlog.get_logger(__name__)
_LATELY = timedelta(days=1)
"""For so long the notice of a pause may still be told that it was ended."""


class Breaker:
    """Pauses clients in the bot's own name, and says so once.

    Both are found in the rows at every look: a death in between loses neither the pause nor its
    notice.
    """

    def __init__(self, house: ports.Ports, after: int) -> None:
        self._house = house
        self._after = after
        self._said: set[ports.Pause] = set()

    async def look(self, now: datetime) -> None:
        """Pause who failed ``after`` times in a row (0: nobody), and say what is not said yet."""
        for one in await self._house.pauses.trip(self._after, at=now) if self._after else ():
            _log.warning("client_paused", client=one.client, reason=one.reason)
            await pauses.hold(self._house, one.client)
            await self._house.incidents.refresh(one.client)
        ours = set(await self._house.pauses.ours(now - _LATELY))
        for one in sorted(ours - self._said, key=lambda one: one.since):
            await self._house.ops.paused(one)
        self._said = ours
