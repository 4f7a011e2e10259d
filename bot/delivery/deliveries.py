"""The outbox's pump: channels side by side, one message at a time in each."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot import bulkhead, clock
from bot.delivery import editing, ladder, ports, posting
from bot.domain import delivery, ids

_SOON = timedelta(seconds=1)
_LANES = 16
"""Channels that are served at once; the next in line is the one whose message is most urgent."""
_LONGEST = 10.0
"""Seconds after which a pump begins nothing more: who pumps has other things to do too."""
_Seen = tuple[str, ids.ChannelId]


class Deliveries:
    """Posts what is wanted, settles what is unclear, edits what is out of date.

    It may be pumped at any time, also twice at once: a message that one pump works on is left
    alone by the other, and a row only ever goes out by one conditional write.
    """

    def __init__(
        self,
        outbox: ports.Outbox,
        poster: ports.Poster,
        *,
        clock: clock.Clock,
        told: ports.Told,
        charts: ports.Charts,
    ) -> None:
        self._outbox = outbox
        self._poster = poster
        self._clock = clock
        rungs = ladder.Ladder(poster, charts)
        self._posting = posting.Posting(outbox, poster, clock=clock, told=told, rungs=rungs)
        self._editing = editing.Editing(outbox, poster, clock=clock, told=told, rungs=rungs)
        self._seats = asyncio.Semaphore(_LANES)
        self._busy: set[str] = set()
        self._holds: dict[ids.ChannelId, float] = {}
        """Until when, by the clock that only goes forward, a channel is to be left alone."""
        self._later: set[datetime] = set()

    @property
    def unedited(self) -> int:
        """How many messages say something old because Slack refuses their edits."""
        return self._editing.refused

    async def pump(self, now: datetime | None = None) -> datetime | None:
        """Do what is due; return when it wants to be called next, None: nothing waits.

        ``now`` stands for the clock's own where the caller has just read that. A message that goes
        wrong keeps no other waiting; raises ExceptionGroup of what did, once the rest is done.
        """
        failed: list[Exception] = []
        end = self._clock.monotonic() + _LONGEST
        seen: set[_Seen] = set()
        while due := self._fresh(await self._outbox.due(now or self._clock.now()), seen):
            seen.update((one.key, one.channel) for one in due)
            failed += await self._side_by_side(due, end=end)
        failed += await self._side_by_side(await self._outbox.stale(), end=end)
        if failed:
            message = "messages that went wrong"
            raise ExceptionGroup(message, failed)
        return await self._next()

    def _fresh(
        self, due: Sequence[delivery.Delivery], seen: set[_Seen]
    ) -> Sequence[delivery.Delivery]:
        """What this pump has not looked at yet, in that channel, and no other works on."""
        return [
            one for one in due if (one.key, one.channel) not in seen and one.key not in self._busy
        ]

    async def _side_by_side(
        self, due: Iterable[delivery.Delivery], *, end: float
    ) -> Sequence[Exception]:
        """Serve channels in the order in which their first message comes; return what went wrong.

        Nothing leaves a lane but a cancellation: it would end the calls of all the others.
        """
        lanes: defaultdict[ids.ChannelId, list[delivery.Delivery]] = defaultdict(list)
        for one in due:
            lanes[one.channel].append(one)
        async with asyncio.TaskGroup() as group:
            served = [
                group.create_task(self._serve(lane, end=end), name=f"deliveries {channel}")
                for channel, lane in lanes.items()
            ]
        return [error for lane in served for error in lane.result()]

    async def _serve(self, lane: Sequence[delivery.Delivery], *, end: float) -> Sequence[Exception]:
        failed: list[Exception] = []
        async with self._seats:
            for one in lane:
                if self._clock.monotonic() > end:
                    self._later.add(self._clock.now())
                    break
                with bulkhead.step("message_failed", key=one.key, channel=one.channel) as step:
                    await self._alone(one)
                if step.error is not None:
                    failed.append(step.error)
        return failed

    async def _alone(self, one: delivery.Delivery) -> None:
        """Work on it unless another pump does."""
        if one.key in self._busy:
            return
        self._busy.add(one.key)
        try:
            await self._advance(one)
        finally:
            self._busy.discard(one.key)

    async def _advance(self, one: delivery.Delivery) -> None:
        if one.state is delivery.State.POSTED:
            await self._editing.advance(one)
            return
        # What is unclear may be looked for while nothing may be posted.
        if one.state is delivery.State.PENDING and self._is_held(one.channel):
            return
        if (wait := self._poster.wait(one)) > 0:
            self._later.add(self._clock.now() + timedelta(seconds=wait))
            return
        hold = await self._posting.advance(one)
        if hold is not None:
            self._holds[one.channel] = self._clock.monotonic() + hold.total_seconds()

    def _is_held(self, channel: ids.ChannelId) -> bool:
        return self._holds.get(channel, 0.0) > self._clock.monotonic()

    async def _next(self) -> datetime | None:
        now, passed = self._clock.now(), self._clock.monotonic()
        self._holds = {channel: at for channel, at in self._holds.items() if at > passed}
        later, self._later = self._later, set()
        wanted = [
            await self._outbox.wanted_at(),
            *later,
            *(now + timedelta(seconds=at - passed) for at in self._holds.values()),
            *(now + self._editing.wait(one) for one in await self._outbox.stale()),
        ]
        instants = [at for at in wanted if at is not None]
        return max(min(instants), now + _SOON) if instants else None
