"""The other ways in than the command: the home tab, the shortcuts, and the select of clients."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import cast

from slack_bolt.async_app import AsyncAck, AsyncRespond

from bot.domain import ids
from bot.domain.delivery import Block
from bot.operations import scope
from bot.slack import blocks, limits
from handlers import desk, drawing, errors, payload, windows

HOME_OPENED = "app_home_opened"


class Doors:
    """What people open."""

    def __init__(self, desk: desk.Desk, *, answers: windows.Answers, homes: windows.Homes) -> None:
        self._desk = desk
        self._answers = answers
        self._homes = homes

    async def home(self, event: payload.Body) -> None:
        """Somebody looks at the app: their home tab is put there."""
        if payload.text(event, "tab") == "home":
            channel = payload.text(event, "channel")
            self._desk.begin(self._homes.opened(_direct(payload.text(event, "user"), channel)))

    async def menu(self, ack: AsyncAck, body: payload.Body) -> None:
        """The global shortcut: as `/report` alone, in a modal."""
        turn = payload.shortcut(body)
        respond = cast("AsyncRespond", self._answers.answer(turn, at_once=True))
        await self._desk.query(ack, respond, turn, via="shortcut", ask=self._menu)

    async def about(self, ack: AsyncAck, respond: AsyncRespond, body: payload.Body) -> None:
        """The message shortcut: about the report that a message is, or whose thread it is in."""
        turn = payload.shortcut(body)
        thread = payload.text(body, "message", "thread_ts")
        stamps = [ts for ts in (turn.value, thread) if ts]
        beside = cast("AsyncRespond", partial(respond, thread_ts=thread) if thread else respond)

        async def ask(asker: scope.Asker) -> drawing.Shown:
            channel = turn.channel or ids.ChannelId("")
            return await self._desk.operations.finding.about(asker, channel, stamps=stamps)

        await self._desk.query(ack, beside, turn, via="shortcut", ask=ask)

    async def closed(self, ack: AsyncAck, body: payload.Body) -> None:
        """An answer was read and closed: the home tab behind it may say something else by now."""
        await ack()
        self._desk.begin(self._homes.acted(payload.shortcut(body)))

    async def clients(self, ack: AsyncAck, body: payload.Body) -> None:
        """What a select of clients offers to who opens it, for the letters typed."""
        found = await errors.caught(self._offered(payload.press(body), payload.text(body, "value")))
        await ack(options=[] if isinstance(found, errors.Fault) else [dict(one) for one in found])

    async def _offered(self, turn: payload.Turn, letters: str) -> Sequence[Block]:
        async with asyncio.timeout(desk.PATIENCE):
            asker = await self._desk.asker(turn, via="menu")
        found = self._desk.operations.finding.clients(asker, letters)
        return [
            blocks.option(blocks.one_line(one.name, limits.OPTION) or one.id, one.id)
            for one in found
        ]

    async def _menu(self, asker: scope.Asker) -> drawing.Shown:
        operations = self._desk.operations
        if asker.actor.operator:
            return await operations.clients.overview(asker)
        return await operations.help(asker)


def _direct(user: str, channel: str) -> payload.Turn:
    """Somebody in their direct messages with us."""
    return payload.Turn(
        user=ids.UserId(user), channel=ids.ChannelId(channel), direct=True, trigger="", home=True
    )
