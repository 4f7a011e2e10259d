"""The running bot: one sweep over everything that is due."""

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from bot import bulkhead, errors
from bot.app import daily, footing, house, lookout

_log = structlog.get_logger(__name__)
_PRUNE_EVERY = timedelta(days=1)
_SIGN_EVERY = timedelta(seconds=15)
_CALM = timedelta(seconds=20)
"""Without another refusal, until the store counts as sound again."""
_LATELY = timedelta(minutes=5)
UNCLAIMED = timedelta(minutes=2)
"""A fire that came due so long ago should have been claimed."""
_T = TypeVar("_T")


class Service:
    """Keeps the house going. A part of a sweep that fails stops no other. A store that refuses
    ends no sweep but its own: the next one tries again, and until then nothing is posted that could
    not be written down before.
    """

    def __init__(self, ground: house.Ground, parts: house.House) -> None:
        self._ground = ground
        self._house = parts
        self._daily = daily.Daily(
            ground.store,
            ground.config.backup_dir,
            keep=ground.config.backup_keep,
            warn=parts.outward.warned,
        )
        self._lookout = lookout.Lookout(
            parts.connection, ground.store, channel=ground.ops_channel, now=ground.clock
        )
        self._began = self._swept = ground.clock.monotonic()
        self._signed: float | None = None
        self._pruned: datetime | None = None
        self._turn = asyncio.Lock()
        self._failed: dict[str, float] = {}
        self._refused = 0
        self._refused_at = 0.0
        self._word: tuple[str, str] | None = None
        """What the operators are still to be told of the store, and on which occasion."""
        self.trouble: errors.StoreTrouble | None = None
        """Why the store refuses; None: it does not."""
        self.unclaimed: datetime | None = None
        """When a fire came due that should have been claimed long since; None: there is none."""

    @property
    def silent(self) -> float:
        """Seconds since everything was looked at."""
        return self._ground.clock.monotonic() - self._swept

    @property
    def age(self) -> float:
        """Seconds since the bot began."""
        return self._ground.clock.monotonic() - self._began

    @property
    def copying(self) -> str:
        """Why there is no copy of the database of the last day; empty: all is well."""
        return self._daily.problem

    @property
    def failing(self) -> Sequence[str]:
        """The parts of the sweep that failed in the last five minutes."""
        now = self._ground.clock.monotonic()
        return [name for name, at in self._failed.items() if now - at < _LATELY.total_seconds()]

    async def begin(self, doubt: str = "") -> None:
        """Say what the operators should know of this start, and take the first look."""
        with suppress(errors.StoreTrouble):  # the sweep meets it too, and tells
            if doubt:
                await self._house.outward.warned(doubt)
            restored = await self._ground.store.signs.restored()
            if restored is not None:
                await self._house.outward.restored(restored.since, restored.until)
            for client, begun in (await self._ground.store.leaving.begun()).items():
                _log.warning("removal_cut_short", client=client, by=begun.by)
        await self.sweep()

    async def sweep(self) -> datetime | None:
        """Do everything that has come due; return the next instant that is worth a look.

        None: nothing is known to come, or the store refused.
        """
        async with self._turn:
            wanted = None
            try:
                wanted = await self._look()
            except* errors.StoreTrouble:
                _log.warning("sweep_cut_short")
            await self._judge_store()
            return wanted

    async def _look(self) -> datetime | None:
        parts = self._house
        await self._sign()
        await self._part("files", self._look_at_files())
        await self._part("inbox", parts.desk.catch_up())
        await self._part("connection", self._lookout.look())
        due = await self._part("runs", parts.runner.sweep())
        parts.guarding.expect(due)
        await self._part("guard", parts.guarding.say())
        wanted = [due]
        wanted.append(await self._part("rotations", parts.operations.credentials.sweep()))
        await self._part("incidents", parts.incidents.sweep())
        wanted.append(await self._part("foresight", parts.foresight.sweep()))
        wanted.append(await self._part("digest", parts.digest.sweep()))
        wanted.append(await self._part("messages", parts.deliveries.pump()))
        await self._part("pruning", self._prune())
        await self._part("copy", self._daily.sweep(self._ground.clock.now()))
        self._swept = self._ground.clock.monotonic()
        self._look_back()
        return min((at for at in wanted if at is not None), default=None)

    async def _part(self, name: str, work: Awaitable[_T]) -> _T | None:
        """Do one part of the sweep; where it fails, the others are done all the same."""
        with bulkhead.step("sweep_part_failed", passing=(errors.StoreTrouble,), part=name):
            done = await work
            self._failed.pop(name, None)
            return done
        self._failed[name] = self._ground.clock.monotonic()
        return None

    async def _sign(self) -> None:
        """Write that the bot is at work: an idle one learns so that its disk has filled up."""
        now = self._ground.clock.monotonic()
        if self._signed is None or now - self._signed >= _SIGN_EVERY.total_seconds():
            await self._ground.store.signs.alive(self._ground.clock.now())
            self._signed = now

    def _look_back(self) -> None:
        fire = self._house.runner.next_fire
        late = fire is not None and self._ground.clock.now() - fire > UNCLAIMED
        self.unclaimed = fire if late else None

    async def _judge_store(self) -> None:
        """Tell the operators once that the store refuses, and once that it no longer does."""
        store, now = self._ground.store, self._ground.clock.monotonic()
        if store.troubles > self._refused and store.trouble is not None:
            self._refused, self._refused_at = store.troubles, now
            if self.trouble is None:
                self._tell(f"Nothing can be kept, so nothing new is posted: {store.trouble}.")
            self.trouble = store.trouble
        elif self.trouble is not None and now - self._refused_at >= _CALM.total_seconds():
            self.trouble = None
            self._tell("The database can be used again; what was left undone is done now.")
        if self._word is not None and await self._told(*self._word):
            self._word = None

    def _tell(self, text: str) -> None:
        """Each trouble is an occasion of its own, and so is its end."""
        self._word = (f"{self._ground.clock.now():%Y%m%dT%H%M%S}", text)

    async def _told(self, key: str, text: str) -> bool:
        channel, now = self._ground.config.ops_channel, self._ground.clock
        return await footing.cry(self._house.poster, channel, text=text, now=now, key=key)

    async def _look_at_files(self) -> None:
        change = await asyncio.to_thread(self._house.clients.refresh)
        if change is None:
            return
        _log.info(
            "clients_changed",
            added=change.added,
            removed=change.removed,
            updated=change.updated,
            faults=len(change.faults),
        )
        if change.faults or change.mended:
            await self._house.outward.faults(change.faults, change.mended)

    async def _prune(self) -> None:
        now = self._ground.clock.now()
        if self._pruned is not None and now - self._pruned < _PRUNE_EVERY:
            return
        self._pruned = now
        own = {
            one.id: one.retain.before(now, one.timezone)
            for one in self._house.clients.clients()
            if one.retain is not None
        }
        keep = self._ground.config.keep_days
        gone = await self._ground.store.prune(keep, now=now, own=own)
        if gone:
            _log.info("old_reports_forgotten", count=gone)
