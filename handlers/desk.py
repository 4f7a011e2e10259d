"""Between Slack and the operations: who asks, the acknowledgement, and the answer on its way.

A question is acknowledged at once. What changes something is acknowledged when it is written
down, or after two seconds if that takes longer: either way it is held by the app's task group,
which is waited for at the end, so that a command accepted is a command done.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncAck, AsyncRespond

from bot import access
from bot import errors as errors_
from bot.domain import delivery, ids
from bot.operations import scope
from bot.operations.facade import Operations
from bot.slack import files, people, poster
from handlers import drawing, errors, payload

PATIENCE = 2.0
"""Seconds until an acknowledgement goes out; Slack's people see an error after three."""
_REMEMBERED = 4096

Ask = Callable[[scope.Asker], Awaitable[drawing.Shown | None]]
"""None: there is nothing to say, such as where a modal was opened."""
Next = Callable[[], Awaitable[None]]


class Outward(Protocol):
    """Words to the operators; filled by app's joints."""

    async def renumbered(self, old: str, new: str) -> None:
        """Sharing gave a channel another id."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the handlers stand on."""

    operations: Operations
    people: people.People
    poster: poster.Poster
    group: asyncio.TaskGroup
    outward: Outward
    operators: Collection[str]
    ops_channel: str | None


class Desk:
    """Serves requests; made once by app.py."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._open = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def operations(self) -> Operations:
        """What people may ask."""
        return self._house.operations

    async def query(
        self, ack: AsyncAck, respond: AsyncRespond, turn: payload.Turn, *, via: str, ask: Ask
    ) -> None:
        """Acknowledge a question, then answer it privately."""
        await ack()
        self.begin(self._answer(respond, turn, via=via, ask=ask, accepted=asyncio.Event()))

    async def act(
        self, ack: AsyncAck, respond: AsyncRespond, turn: payload.Turn, *, via: str, ask: Ask
    ) -> None:
        """Do what was asked, acknowledge it once it is written down, and say privately what
        came of it.
        """
        accepted = asyncio.Event()
        self.begin(self._answer(respond, turn, via=via, ask=ask, accepted=accepted))
        await _acknowledged(ack, accepted)

    async def decide(
        self, ack: AsyncAck, respond: AsyncRespond, turn: payload.Turn, *, ask: Ask
    ) -> None:
        """Like ``act``; once it is done, the answer takes the place of the question, where only
        this person sees that: its buttons are of no use any more.
        """
        accepted = asyncio.Event()
        work = self._answer(
            respond, turn, via="button", ask=ask, accepted=accepted, replaces=turn.private
        )
        self.begin(work)
        await _acknowledged(ack, accepted)

    async def asker(self, turn: payload.Turn, *, via: str) -> scope.Asker:
        """Return who asks, as Slack's facts say."""
        person = await self._house.people.person(turn.user, team=turn.team or None)
        actor = access.Actor(
            who=turn.user,
            kind=access.kind(person, named=self._house.operators),
            place=payload.place(turn, self._house.ops_channel),
        )
        return scope.Asker(actor=actor, via=via, request=turn.trigger or ids.new_id())

    async def open(self, turn: payload.Turn, view: delivery.Block) -> None:
        """Open a modal; the trigger is good for three seconds."""
        if await self._house.poster.open_view(turn.trigger, view) is None:
            raise errors_.UsageError("Slack did not open the window in time; please press again.")

    async def whisper(self, turn: payload.Turn, shown: delivery.Body) -> None:
        """Tell somebody privately where there is no response address."""
        channel = turn.channel or ids.ChannelId(turn.user)
        await self._house.poster.ephemeral(channel, turn.user, body=shown)

    async def send(self, user: ids.UserId, shown: delivery.Body, file: files.File) -> bool:
        """Send somebody a file by direct message."""
        sent = await self._house.poster.direct(user, shown, file=file)
        return isinstance(sent, delivery.Sent)

    def channel_changed(self, channel: str) -> None:
        """Look at a channel's people again before the next post."""
        self._house.people.channel_changed(channel)

    async def renumbered(self, old: str, new: str) -> None:
        """A channel has another id: what is known of it is looked up anew, and it is said."""
        self._house.people.channel_renamed(old, new)
        await self._house.outward.renumbered(old, new)

    async def once(self, body: payload.Body, next_: Next) -> BoltResponse | None:
        """Bolt middleware: what Slack sends a second time is acknowledged and dropped."""
        key = payload.identity(body)
        if key is not None and key in self._seen:
            return BoltResponse(status=200, body="")
        if key is not None:
            self._seen[key] = None
            while len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)
        await next_()
        return None

    async def drained(self) -> None:
        """Return when nothing that was accepted is still on its way."""
        await self._idle.wait()

    def begin(self, work: Awaitable[None]) -> None:
        """Hand work to the app's task group, and count it until it is done."""
        self._open += 1
        self._idle.clear()
        self._house.group.create_task(self._counted(work))

    async def _counted(self, work: Awaitable[None]) -> None:
        try:
            await errors.quietly(work)
        finally:
            self._open -= 1
            if not self._open:
                self._idle.set()

    async def _answer(
        self,
        respond: AsyncRespond,
        turn: payload.Turn,
        *,
        via: str,
        ask: Ask,
        accepted: asyncio.Event,
        replaces: bool = False,
    ) -> None:
        found = await errors.caught(self._shown(turn, via=via, ask=ask))
        accepted.set()
        shown = found.shown if isinstance(found, errors.Fault) else found
        if shown is not None:
            await say(respond, shown, replaces=replaces and found is shown)

    async def _shown(self, turn: payload.Turn, *, via: str, ask: Ask) -> delivery.Body | None:
        asker = await self.asker(turn, via=via)
        shown = await ask(asker)
        return None if shown is None else drawing.draw(shown, operator=asker.actor.operator)


async def _acknowledged(ack: AsyncAck, accepted: asyncio.Event) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            await accepted.wait()
    await ack()


async def say(respond: AsyncRespond, shown: delivery.Body, *, replaces: bool = False) -> None:
    """Answer privately, in the place of what was pressed where it ``replaces`` that; where Slack
    will not have the blocks, the text alone says the same.
    """
    response = await respond(
        text=shown.text,
        blocks=[dict(block) for block in shown.blocks],
        response_type="ephemeral",
        replace_original=replaces,
    )
    if response.status_code != 200:  # noqa: PLR2004 - HTTP's OK
        await respond(text=shown.text, response_type="ephemeral", replace_original=replaces)
