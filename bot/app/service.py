"""The running bot: one sweep over everything that is due, and how it does."""

import asyncio
from datetime import datetime, timedelta

import structlog

from bot.app import house
from bot.operations import answers

_log = structlog.get_logger(__name__)
STALE = timedelta(minutes=2)
"""A sweep that has not come round for so long, in real time, is a fault."""
_PRUNE_EVERY = timedelta(days=1)
_LATELY = timedelta(days=1)


class Service:
    """Keeps the house going."""

    def __init__(self, ground: house.Ground, parts: house.House) -> None:
        self._ground = ground
        self._house = parts
        self._swept = ground.clock.monotonic()
        self._pruned: datetime | None = None
        self._turn = asyncio.Lock()

    async def sweep(self) -> datetime | None:
        """Do everything that has come due; return the next instant that is worth a look."""
        async with self._turn:
            await self._look_at_files()
            await self._house.desk.catch_up()
            wanted = [await self._house.runner.sweep()]
            await self._house.incidents.sweep()
            wanted.append(await self._house.deliveries.pump())
            await self._prune()
            self._swept = self._ground.clock.monotonic()
            return min((at for at in wanted if at is not None), default=None)

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
        gone = await self._ground.store.prune(self._ground.config.keep_days, now=now)
        if gone:
            _log.info("old_reports_forgotten", count=gone)

    async def health(self) -> answers.Health:
        """Whether the bot does its work, as facts and as sentences about what is wrong."""
        state = self._house.connection.state
        silent = self._ground.clock.monotonic() - self._swept
        faults = len(self._house.clients.faults)
        facts = {
            "socket": "connected" if state.connected else f"not connected ({state.error})",
            "sockets": str(state.sockets),
            "clients": str(len(self._house.clients.clients())),
            "file_faults": str(faults),
            "running": str(self._house.runner.running),
            "last_look": f"{silent:.0f} s ago",
        }
        problems: list[str] = []
        if not state.connected:
            problems.append(f"Slack's socket is not connected: {state.error or 'no hello yet'}.")
        if silent > STALE.total_seconds():
            problems.append(f"Nothing was looked at for {silent:.0f} s.")
        day_ago = self._ground.clock.now() - _LATELY
        unsaid = await self._ground.store.deliveries.undelivered(day_ago)
        if unsaid:
            problems.append(f"{unsaid} messages of the last day could not be said anywhere.")
        return answers.Health(problems=tuple(problems), facts=facts)
