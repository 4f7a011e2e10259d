"""Edits: making posted messages say what they should say now.

An edit is safe to repeat, so it is never read back.
"""

import asyncio
from dataclasses import replace
from datetime import timedelta

import structlog

from bot import clock
from bot.delivery import ladder, ports, posting, readback
from bot.domain import delivery

DEBOUNCE = timedelta(seconds=1)
"""Between two edits of one message."""
REFUSED = timedelta(minutes=10)
"""Until an edit is tried again that Slack refuses until somebody lifts the reason."""
_ANEW = frozenset(
    {"message_not_found", "cant_update_message", "edit_window_closed", "block_mismatch"}
)
"""The message cannot be edited, but its channel takes new ones."""

log = structlog.get_logger()


class Editing:
    """Edits single messages, each at most once a second."""

    def __init__(
        self,
        outbox: ports.Outbox,
        poster: ports.Poster,
        *,
        clock: clock.Clock,
        told: ports.Told,
        rungs: ladder.Ladder,
    ) -> None:
        self._outbox = outbox
        self._poster = poster
        self._clock = clock
        self._told = told
        self._rungs = rungs
        self._not_before: dict[str, float] = {}
        self._tries: dict[str, int] = {}
        self._told_of: set[tuple[str, int]] = set()
        """Refused edits, by key and version, of which people were told."""
        self._refused_now: set[str] = set()
        """Messages whose last edit Slack refused until somebody lifts the reason."""

    async def advance(self, shown: delivery.Delivery) -> None:
        """Edit it, unless it was edited less than a second ago."""
        if self.wait(shown) > timedelta():
            return
        rung: int | None = shown.rung
        while rung is not None:
            step = await self._rungs.prepare(shown, rung)
            rung = await self._edit(shown, step)

    @property
    def refused(self) -> int:
        """How many messages say something old because Slack refuses their edits."""
        return len(self._refused_now)

    def wait(self, shown: delivery.Delivery) -> timedelta:
        """Return how long this one is still to be left alone."""
        left = self._not_before.get(shown.key, 0.0) - self._clock.monotonic()
        return timedelta(seconds=max(left, 0.0))

    async def _edit(self, shown: delivery.Delivery, step: ladder.Step) -> int | None:
        """Try one rung; return the next one where that may be taken instead."""
        result = await self._call(shown, step.body)
        if isinstance(result, delivery.Sent):
            self._refused_now.discard(shown.key)
            await self._outbox.showed(shown.key, version=shown.version)
            self._pause(shown.key, DEBOUNCE)
            self._tries.pop(shown.key, None)
            return None
        if isinstance(result, delivery.Refused):
            if result.payload and step.rung + 1 < len(shown.bodies):
                return step.rung + 1
            if result.retry_after is not None:
                self._pause(shown.key, timedelta(seconds=result.retry_after))
                return None
            if result.payload or result.code in _ANEW:
                await self._give_up(shown, result)
                return None
            if result.permanent:
                await self._refused(shown, result)
                return None
        self._later(shown.key)
        return None

    async def _call(self, shown: delivery.Delivery, body: delivery.Body) -> delivery.SendResult:
        try:
            async with asyncio.timeout(posting.CALL_SECONDS):
                return await self._poster.edit(shown, body)
        except TimeoutError:
            return delivery.Unknown(code="timeout")

    async def _refused(self, shown: delivery.Delivery, refused: delivery.Refused) -> None:
        """The channel is archived, or we may not speak there: what stands there says something old
        until that is mended, and then it is edited.
        """
        self._pause(shown.key, REFUSED)
        self._refused_now.add(shown.key)
        if (shown.key, shown.version) in self._told_of:
            return
        self._told_of.add((shown.key, shown.version))
        log.warning("edit_refused", key=shown.key, code=refused.code)
        await self._told.unedited(shown, refused, anew=False)

    async def _give_up(self, shown: delivery.Delivery, refused: delivery.Refused) -> None:
        """A person deleted it, it is too old, or no rung can say it. A report's correction is
        posted as a new message where that is possible; for the rest nobody is left to read it.
        """
        self._refused_now.discard(shown.key)
        anew = shown.kind is delivery.Kind.REPORT and refused.code in _ANEW
        if anew:
            await self._outbox.put(self._next_revision(shown))
        await self._outbox.showed(shown.key, version=shown.version)
        log.warning("edit_given_up", key=shown.key, code=refused.code, anew=anew)
        await self._told.unedited(shown, refused, anew=anew)

    def _next_revision(self, shown: delivery.Delivery) -> delivery.Delivery:
        """The same words as a message of its own; its key makes that happen once."""
        start, _, _ = shown.key.rpartition(":")
        return replace(
            shown,
            key=f"{start}:{shown.revision + 1}",
            revision=shown.revision + 1,
            state=delivery.State.PENDING,
            ts=None,
            posted_at=None,
            posting_since=None,
            not_before=None,
            tries=0,
            rung=0,
            version=1,
            shown=0,
            created_at=self._clock.now(),
        )

    def _later(self, key: str) -> None:
        tries = self._tries.get(key, 0) + 1
        self._tries[key] = tries
        self._pause(key, readback.backoff(tries))

    def _pause(self, key: str, wait: timedelta) -> None:
        now = self._clock.monotonic()
        self._not_before = {one: at for one, at in self._not_before.items() if at > now}
        self._not_before[key] = now + wait.total_seconds()
