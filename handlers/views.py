"""Modals that people send off."""

from slack_bolt.async_app import AsyncAck

from bot.slack import ids
from handlers import desk, payload


class Views:
    """What people fill in."""

    def __init__(self, desk: desk.Desk) -> None:
        self._desk = desk

    async def pause(self, ack: AsyncAck, body: payload.Body) -> None:
        """Pause a client."""
        turn = payload.modal(body, ids.PAUSE_UNTIL, ids.PAUSE_REASON)
        await self._desk.submit(ack, turn, deed=ids.PAUSE_VIEW, field=ids.PAUSE_UNTIL)
