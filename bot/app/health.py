"""Whether the bot does its work: socket, scheduler, store, fires and messages, each in a sentence.

The sentences name neither clients nor secrets: they also go to the monitor outside.
"""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from bot import errors
from bot.app import house, service
from bot.domain import expected
from bot.operations import answers

STALE = timedelta(minutes=2)
"""A sweep that has not come round for so long, in real time, is a fault."""
_BLIP = timedelta(seconds=30)
"""Sockets come and go; one that is away for longer is missed."""
_STARTING = timedelta(minutes=1)
_WAITING = timedelta(minutes=15)
_LATELY = timedelta(days=1)
_LEAST_FREE = 64 * 1024 * 1024
_LEAST_SHARE = 20
"""A disk is nearly full below both: so many bytes, and this part of it."""


class Health:
    """Looks at the house. It only reads, and answers at once also when something is wrong."""

    def __init__(
        self, ground: house.Ground, parts: house.House, *, looking: service.Service
    ) -> None:
        self._ground = ground
        self._house = parts
        self._service = looking

    async def __call__(self) -> answers.Health:
        """Say what is wrong, and the facts."""
        try:
            messages = [*await self._messages(), *await self._fires(), *await self._leaving()]
        except errors.StoreError as error:
            messages = [f"The database cannot be read: {error}."]
        stuck = self._service.silent > STALE.total_seconds()
        problems = (*self._socket(), *self._engine(), *self._store(), *messages)
        is_young = self._service.age < _STARTING.total_seconds()
        starting = is_young and not self._house.connection.state.connected
        return answers.Health(
            problems=problems, facts=self._facts(), starting=starting, stuck=stuck
        )

    def _facts(self) -> dict[str, str]:
        state = self._house.connection.state
        return {
            "socket": "connected" if state.connected else f"not connected ({state.error})",
            "sockets": str(state.sockets),
            "clients": str(len(self._house.clients.clients())),
            "file_faults": str(len(self._house.clients.faults)),
            "running": str(self._house.runner.running),
            "last_look": f"{self._service.silent:.0f} s ago",
            "store": "sound" if self._service.trouble is None else "refuses",
            "isolation": self._house.siege.told,
        }

    def _socket(self) -> Iterator[str]:
        state, silence = self._house.connection.state, self._house.connection.silence
        if state.others:
            yield f"Another bot is connected to the same Slack app ({state.others} sockets)."
        if state.connected:
            return
        is_young = self._service.age < _STARTING.total_seconds()
        if is_young or silence >= _BLIP.total_seconds() or state.error:
            yield f"Slack's socket is not connected: {state.error or 'no hello yet'}."

    def _engine(self) -> Iterator[str]:
        if self._service.silent > STALE.total_seconds():
            yield f"Nothing was looked at for {self._service.silent:.0f} s."
        if self._service.unclaimed is not None:
            yield f"A report fell due at {self._service.unclaimed:%H:%M} UTC and was not taken up."
        if self._house.guarding.problem:
            yield self._house.guarding.problem
        if self._service.failing:
            names = ", ".join(self._service.failing)
            yield f"Parts of the work failed lately, and the log says why: {names}."
        if self._house.siege.problem:
            yield self._house.siege.problem

    def _store(self) -> Iterator[str]:
        if self._service.trouble is not None:
            yield f"The database cannot be used: {self._service.trouble}."
        if self._service.copying:
            yield self._service.copying
        free = _nearly_full(self._ground.config.database.parent)
        if free is not None:
            yield f"The database's disk is nearly full: {free // 1024 // 1024} MiB are free."

    async def _messages(self) -> list[str]:
        now, store = self._ground.clock.now(), self._ground.store
        waiting = await store.signs.waiting(now - _WAITING)
        unsaid = await store.deliveries.undelivered(now - _LATELY)
        settled = "" if self._ground.ops_channel else ": set REPORTOPS_OPS_CHANNEL"
        told = [
            (waiting, "waited more than 15 minutes to be posted"),
            (unsaid, f"of the last day could not be said anywhere{settled}"),
            (self._house.deliveries.unedited, "cannot be brought up to date: Slack refuses"),
        ]
        return [
            f"{count} {'message' if count == 1 else 'messages'} {words}."
            for count, words in told
            if count
        ]

    async def _fires(self) -> list[str]:
        """What came due within the last day for clients whose files cannot be read."""
        now, store = self._ground.clock.now(), self._ground.store
        found = await store.promises.awaited(now - service.UNCLAIMED)
        lately = [one for one in found if one.due_at > now - _LATELY]
        paused = {one.client for one in await store.pauses.all()}
        count = len(expected.idle(lately, self._house.clients, paused=paused))
        noun, files = ("report", "its") if count == 1 else ("reports", "their")
        words = f"fell due in the last day, and nothing runs: {files} client's files have faults."
        return [f"{count} {noun} {words} See `reportops check`."] if count else []

    async def _leaving(self) -> list[str]:
        """Removals that began and were cut in the middle. The log of the start names them."""
        now = self._ground.clock.now()
        begun = (await self._ground.store.leaving.begun()).values()
        count = sum(one.at < now - STALE for one in begun)
        what = "removal of a client was" if count == 1 else "removals of clients were"
        again = "call `reportops client remove` for it again; the bot's log names it."
        return [f"{count} {what} cut in the middle: {again}"] if count else []


def _nearly_full(folder: Path) -> int | None:
    """The bytes that are left, where they are few."""
    try:
        disk = shutil.disk_usage(folder)
    except OSError:
        return None
    return disk.free if disk.free < min(_LEAST_FREE, disk.total // _LEAST_SHARE) else None
