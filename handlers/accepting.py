"""A command accepted is a command done: written down first, then acknowledged, then done.

Whatever a killed bot had accepted and not done, the next one does before anything else, and tells
its asker where they asked (docs/decisions/0006).
"""

from collections import deque
from collections.abc import Awaitable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from pydantic import TypeAdapter, ValidationError

from bot import access, clock
from bot.domain import delivery, ids
from bot.operations import scope
from bot.slack.screens import plain
from bot.store import inbox
from handlers import deeds, drawing, errors, payload

TOO_OLD = timedelta(hours=1)
"""What was asked for longer ago is not done any more, but said."""
LIVES = 3
"""How many later lives of the bot try it: what kills each of them is given up."""

_LATER = plain.say(
    "I cannot do that right now. It is written down: I keep trying for an hour, and tell you."
)
_TURN: TypeAdapter[payload.Turn] = TypeAdapter(payload.Turn)
_log = structlog.get_logger(__name__)

Outcome = delivery.Body | errors.Fault


class Askers(Protocol):
    """Who asks, and how they are told later; filled by the desk."""

    async def asker(
        self, turn: payload.Turn, *, via: str, asked_at: datetime | None = None
    ) -> scope.Asker:
        """Return who asks, as Slack's facts say."""
        ...

    def begin(self, work: Awaitable[None]) -> None:
        """Do something beside."""
        ...

    async def whisper(self, turn: payload.Turn, shown: delivery.Body) -> None:
        """Tell somebody privately where there is no response address."""
        ...


class Accepting:
    """What was accepted, until it is done."""

    def __init__(
        self,
        kept: inbox.Inbox,
        table: Mapping[str, deeds.Deed],
        *,
        askers: Askers,
        now: clock.Clock,
    ) -> None:
        self._kept = kept
        self._deeds = table
        self._askers = askers
        self._clock = now
        self._left: deque[inbox.Accepted] | None = None

    async def accept(self, turn: payload.Turn, *, deed: str) -> inbox.Accepted | None:
        """Write it down; None: it was accepted before. Raises StoreError where it cannot be kept:
        then it is not acknowledged, and Slack tells the person that it was not.
        """
        wanted = inbox.Accepted(
            key=f"ask:{turn.trigger or ids.new_id()}",
            deed=deed,
            facts=_TURN.dump_json(turn).decode(),
            received_at=self._clock.now(),
        )
        if await self._kept.put(wanted):
            return wanted
        _log.info("request_again", key=wanted.key, deed=deed)
        return None

    async def do(self, accepted: inbox.Accepted, turn: payload.Turn) -> Outcome:
        """Do it for the first time; what the store cannot take now is done when it can."""
        done = await self._done(accepted, turn, self._deeds[accepted.deed])
        if isinstance(done, errors.Fault) and done.passing:
            self._put_off(accepted)
            return errors.Fault(shown=_LATER, passing=True)
        return done

    async def catch_up(self) -> None:
        """Do what an earlier life left, and what could not be done yet, in the order it came.

        Called before the first request of this life is accepted, and again by every sweep. Never
        raises: what fails is left for the next time.
        """
        await errors.caught(self._catch_up())

    async def _catch_up(self) -> None:
        if self._left is None:
            left = await self._kept.undone()
            for one in left:
                await self._kept.tried(one.key)
            self._left = deque(left)
        while self._left and await self._again(self._left[0]):
            self._left.popleft()

    def _put_off(self, accepted: inbox.Accepted) -> None:
        """Before anything was read back it is read back with the rest."""
        if self._left is not None:
            self._left.append(accepted)

    async def _again(self, left: inbox.Accepted) -> bool:
        """Do it, or say why not; False: not yet, and so nothing that came after it either."""
        deed, turn = self._deeds.get(left.deed), _read(left)
        if deed is None or turn is None:
            _log.error("request_unreadable", key=left.key, deed=left.deed)
            await self._kept.done(left.key, at=self._clock.now())
            return True
        if self._clock.now() - left.received_at > TOO_OLD or left.tries >= LIVES:
            await self._kept.done(left.key, at=self._clock.now())
            _log.error("request_given_up", key=left.key, deed=left.deed, tries=left.tries)
            self._tell(turn, _given_up(left))
            return True
        done = await self._done(left, turn, deed, asked_at=left.received_at)
        if isinstance(done, errors.Fault) and done.passing:
            return False
        _log.info("request_done_late", key=left.key, deed=left.deed)
        self._tell(turn, _late(left, done.shown if isinstance(done, errors.Fault) else done))
        return True

    async def _done(
        self,
        accepted: inbox.Accepted,
        turn: payload.Turn,
        deed: deeds.Deed,
        *,
        asked_at: datetime | None = None,
    ) -> Outcome:
        found = await errors.caught(self._shown(turn, deed, asked_at=asked_at))
        if isinstance(found, errors.Fault) and found.passing:
            return found
        unkept = await errors.caught(self._kept.done(accepted.key, at=self._clock.now()))
        if unkept is not None:
            _log.warning("request_done_unkept", key=accepted.key)  # done again, which is harmless
        return found

    async def _shown(
        self, turn: payload.Turn, deed: deeds.Deed, *, asked_at: datetime | None
    ) -> delivery.Body:
        asker = await self._askers.asker(turn, via=deed.via, asked_at=asked_at)
        if asked_at is not None and asker.actor.kind is access.Kind.UNKNOWN:
            raise errors.NotYet
        return drawing.draw(await deed.do(asker, turn), operator=asker.actor.operator)

    def _tell(self, turn: payload.Turn, shown: delivery.Body) -> None:
        self._askers.begin(self._askers.whisper(turn, shown))


def _read(left: inbox.Accepted) -> payload.Turn | None:
    try:
        return _TURN.validate_json(left.facts)
    except ValidationError:
        return None


def _late(left: inbox.Accepted, shown: delivery.Body) -> delivery.Body:
    before = plain.say(f"You asked at {_clock(left)}; I had to start again before I was done.")
    text = f"{before.text} {shown.text}"
    return delivery.Body(text=text, blocks=(*before.blocks, *shown.blocks))


def _given_up(left: inbox.Accepted) -> delivery.Body:
    return plain.say(
        f"You asked for something at {_clock(left)}, and I could not do it then. That is too long "
        "ago to do it now without asking you; please ask again."
    )


def _clock(left: inbox.Accepted) -> str:
    """The time as its reader's own clock shows it, which Slack writes; in UTC where it cannot."""
    at = left.received_at
    return f"<!date^{int(at.timestamp())}^{{time}}|{at:%H:%M} UTC>"
