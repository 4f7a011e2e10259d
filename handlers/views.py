"""Modals that people send off."""

from slack_bolt.async_app import AsyncAck

from bot.slack import ids
from handlers import desk, payload, windows


class Views:
    """What people fill in."""

    def __init__(self, desk: desk.Desk, homes: windows.Homes) -> None:
        self._desk = desk
        self._homes = homes

    async def pause(self, ack: AsyncAck, body: payload.Body) -> None:
        """Pause a client."""
        turn = payload.modal(body, ids.PAUSE_UNTIL, ids.PAUSE_REASON)
        await self._desk.submit(ack, turn, deed=ids.PAUSE_VIEW, field=ids.PAUSE_UNTIL)
        self._desk.begin(self._homes.acted(turn))
