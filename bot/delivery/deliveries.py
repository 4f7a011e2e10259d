"""The outbox's pump: channels side by side, one message at a time in each."""

import asyncio
from collections import defaultdict
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from bot import clock
from bot.delivery import editing, ladder, ports, posting
from bot.domain import delivery, ids

_SOON = timedelta(seconds=1)
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
        self._clock = clock
        rungs = ladder.Ladder(poster, charts)
        self._posting = posting.Posting(outbox, poster, clock=clock, told=told, rungs=rungs)
        self._editing = editing.Editing(outbox, poster, clock=clock, rungs=rungs)
        self._busy: set[str] = set()
        self._holds: dict[ids.ChannelId, datetime] = {}

    async def pump(self, now: datetime | None = None) -> datetime | None:
        """Do what is due; return when it wants to be called next, None: nothing waits.

        ``now`` stands for the clock's own where the caller has just read that.
        """
        seen: set[_Seen] = set()
        while due := self._fresh(await self._outbox.due(now or self._clock.now()), seen):
            seen.update((one.key, one.channel) for one in due)
            await self._side_by_side(due, edits=False)
        await self._side_by_side(await self._outbox.stale(), edits=True)
        return await self._next()

    def _fresh(
        self, due: Sequence[delivery.Delivery], seen: set[_Seen]
    ) -> Sequence[delivery.Delivery]:
        """What this pump has not looked at yet, in that channel, and no other works on."""
        return [
            one for one in due if (one.key, one.channel) not in seen and one.key not in self._busy
        ]

    async def _side_by_side(self, due: Iterable[delivery.Delivery], *, edits: bool) -> None:
        lanes: defaultdict[ids.ChannelId, list[delivery.Delivery]] = defaultdict(list)
        for one in due:
            lanes[one.channel].append(one)
        async with asyncio.TaskGroup() as group:
            for channel, lane in lanes.items():
                group.create_task(
                    self._edit(lane) if edits else self._post(channel, lane),
                    name=f"deliveries {channel}",
                )

    async def _post(self, channel: ids.ChannelId, lane: Sequence[delivery.Delivery]) -> None:
        for one in lane:
            # What is unclear may be looked for while nothing may be posted.
            if one.state is delivery.State.PENDING and self._is_held(channel):
                continue
            with self._alone(one.key) as is_ours:
                hold = await self._posting.advance(one) if is_ours else None
            if hold is not None:
                self._holds[channel] = self._clock.now() + hold

    async def _edit(self, lane: Sequence[delivery.Delivery]) -> None:
        for one in lane:
            with self._alone(one.key) as is_ours:
                if is_ours:
                    await self._editing.advance(one)

    def _is_held(self, channel: ids.ChannelId) -> bool:
        return self._holds.get(channel, self._clock.now()) > self._clock.now()

    @contextmanager
    def _alone(self, key: str) -> Generator[bool]:
        if key in self._busy:
            yield False
            return
        self._busy.add(key)
        try:
            yield True
        finally:
            self._busy.discard(key)

    async def _next(self) -> datetime | None:
        now = self._clock.now()
        self._holds = {channel: at for channel, at in self._holds.items() if at > now}
        wanted = [
            await self._outbox.wanted_at(),
            *self._holds.values(),
            *(now + self._editing.wait(one) for one in await self._outbox.stale()),
        ]
        instants = [at for at in wanted if at is not None]
        return max(min(instants), now + _SOON) if instants else None
