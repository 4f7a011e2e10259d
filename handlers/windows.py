"""Where answers go that have no message to stand beside: into a modal. And the home tab."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field

from bot.access import Operation
from bot.domain import delivery, ids
from bot.slack import ids as names
from bot.slack import windows
from bot.slack.screens import home, window
from handlers import desk, errors, payload

ANSWERED = frozenset(
    {
        *(names.WHY, names.RETRY, names.SEND_WITHOUT, names.DETAILS, names.CONFIRM_AUDIENCE),
        *(names.REPLACE, names.POST_AS_NEW, names.DISCARD, names.COST_CSV, names.ABOUT_RERUN),
        *(names.POST_ANYWAY, names.TRY_AGAIN),
        names.COST_REPORTS,
        *(names.MENU_STATUS, names.MENU_RERUN, names.MENU_RESUME, names.MENU_SCHEDULE),
        *(names.MENU_COST, names.MENU_HISTORY, names.MENU_FIX),
    }
)
"""Presses that are answered in words; others open a modal of their own, or say nothing."""

_REMEMBERED = 500
"""People who have looked at their home tab in this life of the bot."""

Next = Callable[[], Awaitable[None]]
_FOLLOWED = 900.0
"""Seconds for which the tab of somebody who acted shows what comes of it, also late."""

After = Callable[[payload.Turn], Awaitable[None]]


@dataclass(kw_only=True)
class _Followed:
    """Somebody who acted at home."""

    turn: payload.Turn
    until: float
    view: Mapping[str, object] | None = None
    """What their tab says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of an answer, as the desk looks at it."""

    status_code: int = 200


@dataclass(kw_only=True)
class Window:
    """One answer, given in a modal; called as Bolt's ``respond`` is."""

    made: windows.Windows
    turn: payload.Turn
    otherwise: Callable[[payload.Turn, delivery.Body], Awaitable[None]]
    """Says it where no modal could be opened in time."""
    after: After | None = None
    _id: str = ""
    _channel: str = ""
    _loaded: asyncio.Event | None = field(default=None)

    def loading(self) -> Awaitable[None]:
        """Open it within the trigger's three seconds; what it says comes later."""
        self._loaded = asyncio.Event()
        return self._load(self._loaded)

    async def _load(self, loaded: asyncio.Event) -> None:
        try:
            view = window.loading(channel=self.turn.channel or "")
            self._id = await self.made.open(self.turn.trigger, view, over=self.turn.window)
            self._channel = self.turn.channel or await self.made.direct(self.turn.user)
        finally:
            loaded.set()

    async def __call__(
        self, *, text: str = "", blocks: Sequence[Mapping[str, object]] = (), **_: object
    ) -> Told:
        """Say it there. Who has closed it meanwhile does not want to know."""
        body = delivery.Body(text=text, blocks=tuple(blocks))
        if not await self._shown(body):
            await self.otherwise(self.turn, body)
        if self.after is not None:
            await self.after(self.turn)
        return Told()

    async def _shown(self, body: delivery.Body) -> bool:
        if self._loaded is not None:
            await self._loaded.wait()
        view = window.draw(body, channel=self._channel or self.turn.channel or "")
        if self._id:
            await self.made.change(self._id, view)
        elif self._loaded is None:
            self._id = await self.made.open(self.turn.trigger, view, over=self.turn.window)
        return bool(self._id)


class Answers:
    """Bolt middleware: what is pressed in a modal or on the home tab is answered in a modal."""

    def __init__(self, desk: desk.Desk, homes: "Homes") -> None:
        self._desk = desk
        self._homes = homes

    async def between(
        self, body: payload.Body, context: MutableMapping[str, object], next_: Next
    ) -> None:
        """Put a modal in the place of ``respond`` where there is no response address."""
        action = payload.text(payload.first(body, "actions"), "action_id")
        if action and payload.text(body, "container", "type") == "view":
            context["respond"] = self.answer(payload.press(body), at_once=action in ANSWERED)
        await next_()

    def answer(self, turn: payload.Turn, *, at_once: bool) -> Window:
        """Return where the answer to a turn goes; ``at_once`` opens it before there is one."""
        found = Window(
            made=self._desk.windows,
            turn=turn,
            otherwise=self._desk.whisper,
            after=self._homes.pressed if turn.home else None,
        )
        if at_once:
            self._desk.begin(found.loading())
        return found


class Homes:
    """Everybody's home tab, published when it is looked at, after an act of theirs on it, and
    again where what came of the act makes it say something else.
    """

    def __init__(self, desk: desk.Desk) -> None:
        self._desk = desk
        self._looked: OrderedDict[ids.UserId, payload.Turn] = OrderedDict()
        self._wanted: dict[ids.UserId, payload.Turn] = {}
        self._busy: set[ids.UserId] = set()
        self._followed: dict[ids.UserId, _Followed] = {}
        desk.at_each_look(self.look)

    async def opened(self, turn: payload.Turn) -> None:
        """Somebody looks at it."""
        self._looked[turn.user] = turn
        while len(self._looked) > _REMEMBERED:
            self._looked.popitem(last=False)
        await self.show(turn)

    async def acted(self, turn: payload.Turn) -> None:
        """Somebody sent a modal off: it may have been opened from their home tab."""
        seen = self._looked.get(turn.user)
        if seen is not None:
            await self.pressed(seen)

    async def pressed(self, turn: payload.Turn) -> None:
        """Somebody acted on it: a run may be under way now, and end later."""
        self._followed[turn.user] = _Followed(turn=turn, until=self._desk.now + _FOLLOWED)
        await self.show(turn)

    async def look(self) -> None:
        """Publish it again for those who acted lately, where it says something else by now."""
        for user, one in tuple(self._followed.items()):
            if self._desk.now >= one.until:
                del self._followed[user]
            elif await self._view(one.turn) != one.view:
                await self.show(one.turn)

    async def judged(self, user: ids.UserId) -> None:
        """Who is in the ops channel has changed: nobody keeps a tab with names that are not theirs
        to see any more, whoever left (``user``, unless empty) no less than those who have looked.
        """
        turns = dict(self._looked)
        if user:
            nowhere = payload.Turn(user=user, channel=None, direct=True, trigger="", home=True)
            turns.setdefault(user, nowhere)
        for turn in turns.values():
            await errors.quietly(self.show(turn))

    async def show(self, turn: payload.Turn) -> None:
        """Publish it. However often it is wanted meanwhile, one more follows, and never two of one
        person side by side: the newest stands.
        """
        self._wanted[turn.user] = turn
        if turn.user in self._busy:
            return
        self._busy.add(turn.user)
        try:
            while (wanted := self._wanted.pop(turn.user, None)) is not None:
                await self._publish(wanted)
        finally:
            self._busy.discard(turn.user)

    async def _publish(self, turn: payload.Turn) -> None:
        view = await self._view(turn)
        if turn.user in self._followed:
            self._followed[turn.user].view = view
        await self._desk.windows.publish(turn.user, view)

    async def _view(self, turn: payload.Turn) -> Mapping[str, object]:
        asker = await self._desk.asker(turn, via="home")
        operations, channel = self._desk.operations, turn.channel or ""
        operations.scope.allow(asker, Operation.MENU)
        if asker.actor.operator:
            return home.fleet(await operations.clients.overview(asker), channel=channel)
        told = await operations.help(asker)
        return home.hello(told.lines, channel=channel)
