"""Modals that people send off."""

import asyncio
from datetime import timedelta

from slack_bolt.async_app import AsyncAck

from bot.domain import delivery
from bot.operations import grammar
from bot.slack import ids
from handlers import desk, drawing, errors, payload
from handlers.desk import PATIENCE

Outcome = delivery.Body | errors.Fault


class Views:
    """What people fill in."""

    def __init__(self, desk: desk.Desk) -> None:
        self._desk = desk

    async def pause(self, ack: AsyncAck, body: payload.Body) -> None:
        """Pause a client. What the server finds wrong stands beside its field; where finding out
        takes too long, it is told privately.
        """
        turn = payload.modal(body)
        came: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._desk.begin(self._pause(turn, body, came=came))
        try:
            async with asyncio.timeout(PATIENCE):
                found = await came
        except TimeoutError:
            found = None
        if isinstance(found, errors.Fault):
            await ack(response_action="errors", errors={ids.PAUSE_UNTIL: found.shown.text})
        else:
            await ack()

    async def _pause(
        self, turn: payload.Turn, body: payload.Body, *, came: asyncio.Future[Outcome]
    ) -> None:
        found = await errors.caught(self._paused(turn, body))
        in_time = not came.done()
        if in_time:
            came.set_result(found)
        if not isinstance(found, errors.Fault):
            await self._desk.whisper(turn, found)
        elif not in_time:
            await self._desk.whisper(turn, found.shown)

    async def _paused(self, turn: payload.Turn, body: payload.Body) -> delivery.Body:
        asker = await self._desk.asker(turn, via="modal")
        done = await self._desk.operations.clients.pause(asker, _request(body, turn))
        return drawing.draw(done, operator=asker.actor.operator)


def _request(body: payload.Body, turn: payload.Turn) -> grammar.Request:
    """The modal's date is the last day of the pause; the pause ends with it."""
    client, _, _ = turn.value.partition(" ")
    fields = ("view", "state", "values")
    day = payload.text(body, *fields, ids.PAUSE_UNTIL, ids.PAUSE_UNTIL, "selected_date")
    reason = payload.text(body, *fields, ids.PAUSE_REASON, ids.PAUSE_REASON, "value")
    return grammar.Request(
        verb=grammar.Verb.PAUSE,
        names=(client,),
        until=grammar.parse_date(day) + timedelta(days=1) if day else None,
        rest=reason,
    )
