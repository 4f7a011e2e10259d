"""A stream of everything that changes, for whoever watches: tests, the demo, later a page."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from bot import clock
from bot.demo.slack.shapes import Json

T = TypeVar("T")
KEPT = 5000
"""How far back a late subscriber can read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something happened. ``kind`` is one of message_posted, message_changed, message_deleted,
    ephemeral_posted, ephemeral_changed, view_opened, view_updated, view_closed, home_published,
    file_uploaded, channel_changed, call, envelope, ack, socket_opened, socket_closed, act, fault;
    state where the demo's page moved the clock, broke, mended, killed or restarted something.
    """

    seq: int
    at: datetime
    kind: str
    facts: Json


class Changes:
    """Numbers changes and wakes those who wait for one."""

    def __init__(self, ticking: clock.Clock) -> None:
        self._clock = ticking
        self._kept: deque[Change] = deque(maxlen=KEPT)
        self._waiter: asyncio.Future[None] | None = None
        self._closed = False
        self.last = 0

    def close(self) -> None:
        """End every subscription; what is kept stays."""
        self._closed = True
        self.publish("closed")

    @property
    def closed(self) -> bool:
        """Whether nothing will come any more."""
        return self._closed

    def publish(self, kind: str, facts: Json | None = None) -> None:
        """Number it, keep it, wake everybody."""
        self.last += 1
        change = Change(seq=self.last, at=self._clock.now(), kind=kind, facts=facts or {})
        self._kept.append(change)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
        self._waiter = None

    async def beyond(self, seq: int) -> None:
        """Return once a change newer than ``seq`` is there."""
        while self.last <= seq:
            if self._waiter is None:
                self._waiter = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._waiter)

    def since(self, seq: int) -> list[Change]:
        """The kept changes newer than ``seq``, oldest first."""
        return [change for change in self._kept if change.seq > seq]

    async def subscribe(self, seq: int | None = None) -> AsyncIterator[Change]:
        """Yield every change from now on (or from after ``seq``), until the server stops."""
        seen = self.last if seq is None else seq
        while not self._closed:
            await self.beyond(seen)
            for change in self.since(seen):
                seen = change.seq
                yield change

    async def until(
        self,
        condition: Callable[[], T | None],
        *,
        timeout: float,  # noqa: ASYNC109 - the interface tests are written against
    ) -> T:
        """Return the condition's first true value, looked at after each change.

        Raises TimeoutError after ``timeout`` seconds, naming what happened last.
        """
        try:
            async with asyncio.timeout(timeout):
                return await self._met(condition)
        except TimeoutError:
            tail = [f"{one.kind} {one.facts}" for one in self.since(self.last - 8)]
            raise TimeoutError(
                f"not true within {timeout} s; the last changes were:\n" + "\n".join(tail)
            ) from None

    async def _met(self, condition: Callable[[], T | None]) -> T:
        while True:
            seen = self.last
            if found := condition():
                return found
            await self.beyond(seen)
