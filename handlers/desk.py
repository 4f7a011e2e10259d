"""Between Slack and the operations: who asks, the acknowledgement, and the answer on its way.

A question is acknowledged at once. What changes something is a deed: it is written down, then
acknowledged, then done (``accepting``), by this life of the bot or by the next. All work is held by
the app's task group, which is waited for at the end.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncAck, AsyncRespond

from bot import access, clock
from bot import errors as errors_
from bot.domain import delivery, ids
from bot.operations import scope
from bot.operations.facade import Operations
from bot.slack import files, people, poster
from bot.slack import windows as windows_
from bot.store import inbox
from handlers import accepting, deeds, drawing, errors, payload

PATIENCE = 2.0
"""Seconds that a modal waits for what is wrong with it; Slack's people see an error after three."""
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
    windows: windows_.Windows
    operators: Collection[str]
    ops_channel: str | None
    inbox: inbox.Inbox
    clock: clock.Clock


class Desk:
    """Serves requests; made once by app.py."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._table = deeds.table(house.operations)
        self._accepting = accepting.Accepting(
            house.inbox, self._table, askers=self, now=house.clock
        )
        self._tasks: set[asyncio.Task[None]] = set()
        self._looks: list[Next] = []

    @property
    def now(self) -> float:
        """Seconds of a clock that nobody moves."""
        return self._house.clock.monotonic()

    @property
    def operations(self) -> Operations:
        """What people may ask."""
        return self._house.operations

    @property
    def windows(self) -> windows_.Windows:
        """Modals and home tabs."""
        return self._house.windows

    @property
    def ops_channel(self) -> str | None:
        """The operators' channel."""
        return self._house.ops_channel

    async def query(
        self, ack: AsyncAck, respond: AsyncRespond, turn: payload.Turn, *, via: str, ask: Ask
    ) -> None:
        """Acknowledge a question, then answer it privately."""
        await ack()
        self.begin(self._answer(respond, turn, via=via, ask=ask))

    async def act(
        self, ack: AsyncAck, respond: AsyncRespond, turn: payload.Turn, *, deed: str
    ) -> None:
        """Accept a deed, acknowledge it, do it, and say privately what came of it."""
        accepted = await self._accept(turn, deed=deed)
        await ack()
        if accepted is not None:
            self.begin(self._act(respond, turn, accepted))

    async def submit(self, ack: AsyncAck, turn: payload.Turn, *, deed: str, field: str) -> None:
        """Accept a deed that a modal asks for. What is wrong with it stands beside ``field``;
        where finding out takes too long, it is told privately, as is what came of it.
        """
        accepted = await self._accept(turn, deed=deed)
        if accepted is None:
            await ack()
            return
        came: asyncio.Future[accepting.Outcome] = asyncio.get_running_loop().create_future()
        self.begin(self._submitted(turn, accepted, came=came))
        found = await _within(PATIENCE, came)
        if isinstance(found, errors.Fault) and not found.passing:
            await ack(response_action="errors", errors={field: found.shown.text})
        else:
            await ack()

    async def close(self, ack: AsyncAck, turn: payload.Turn, *, deed: str) -> None:
        """Accept a deed that a modal without inputs asks for, or its end; whatever comes of it is
        told privately.
        """
        accepted = await self._accept(turn, deed=deed)
        await ack()
        if accepted is not None:
            came: asyncio.Future[accepting.Outcome] = asyncio.get_running_loop().create_future()
            came.cancel()
            self.begin(self._submitted(turn, accepted, came=came))

    async def catch_up(self) -> None:
        """Do what was accepted and is not done: by an earlier life, or for want of the store. And
        look again at what people see that may say something else by now.
        """
        await self._accepting.catch_up()
        for look in self._looks:
            self.begin(look())

    def at_each_look(self, look: Next) -> None:
        """Have this done, beside everything else, whenever the bot has looked around."""
        self._looks.append(look)

    async def asker(
        self, turn: payload.Turn, *, via: str, asked_at: datetime | None = None
    ) -> scope.Asker:
        """Return who asks, as Slack's facts say."""
        person = await self._house.people.person(turn.user, team=turn.team or None)
        actor = access.Actor(
            who=turn.user,
            kind=access.kind(person, named=self._house.operators),
            place=payload.place(turn, self._house.ops_channel),
        )
        request = turn.trigger or ids.new_id()
        return scope.Asker(actor=actor, via=via, request=request, asked_at=asked_at)

    async def open(self, turn: payload.Turn, view: delivery.Block) -> None:
        """Open a modal; the trigger is good for three seconds."""
        if not await self.windows.open(turn.trigger, view, over=turn.window):
            raise errors_.UsageError("Slack did not open the window in time; please press again.")

    async def whisper(self, turn: payload.Turn, shown: delivery.Body) -> None:
        """Tell somebody privately where there is no response address: where they asked, or where
        we may not speak there, directly.
        """
        channel = turn.channel or ids.ChannelId(turn.user)
        told = await self._house.poster.ephemeral(channel, turn.user, body=shown)
        if isinstance(told, delivery.Refused) and told.permanent:
            await self._house.poster.direct(turn.user, shown)

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

    async def drained(self, within: float | None = None) -> None:
        """Return when nothing that was accepted is still on its way. After ``within`` seconds the
        rest is cut: it stands in the inbox, for the next life.
        """
        if self._tasks:
            _, left = await asyncio.wait(self._tasks, timeout=within)
            for task in left:
                task.cancel()

    def begin(self, work: Awaitable[None]) -> None:
        """Hand work to the app's task group, and know of it until it is done."""
        task = self._house.group.create_task(errors.quietly(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self, turn: payload.Turn, *, deed: str) -> inbox.Accepted | None:
        try:
            return await self._accepting.accept(turn, deed=deed)
        except errors_.StoreError:
            self._seen.pop(f"trigger:{turn.trigger}", None)  # sent again, it is tried again
            raise

    async def _act(
        self, respond: AsyncRespond, turn: payload.Turn, accepted: inbox.Accepted
    ) -> None:
        found = await self._accepting.do(accepted, turn)
        if isinstance(found, errors.Fault):
            await say(respond, found.shown)
        else:
            replaces = self._table[accepted.deed].decides and turn.private
            await say(respond, found, replaces=replaces)

    async def _submitted(
        self,
        turn: payload.Turn,
        accepted: inbox.Accepted,
        *,
        came: asyncio.Future[accepting.Outcome],
    ) -> None:
        found = await self._accepting.do(accepted, turn)
        in_time = not came.done()
        if in_time:
            came.set_result(found)
        if not isinstance(found, errors.Fault):
            await self.whisper(turn, found)
        elif found.passing or not in_time:
            await self.whisper(turn, found.shown)

    async def _answer(
        self, respond: AsyncRespond, turn: payload.Turn, *, via: str, ask: Ask
    ) -> None:
        found = await errors.caught(self._shown(turn, via=via, ask=ask))
        shown = found.shown if isinstance(found, errors.Fault) else found
        if shown is not None:
            await say(respond, shown)

    async def _shown(self, turn: payload.Turn, *, via: str, ask: Ask) -> delivery.Body | None:
        asker = await self.asker(turn, via=via)
        shown = await ask(asker)
        return None if shown is None else drawing.draw(shown, operator=asker.actor.operator)


async def _within(
    seconds: float, came: asyncio.Future[accepting.Outcome]
) -> accepting.Outcome | None:
    try:
        async with asyncio.timeout(seconds):
            return await came
    except TimeoutError:
        return None


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
