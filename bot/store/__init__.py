"""The database: one file, one owning process, one connection. Instants in and out are UTC."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from bot import errors
from bot.domain import ids
from bot.store import (
    audit,
    channels,
    copies,
    database,
    deliveries,
    fires,
    foresight,
    history,
    identities,
    inbox,
    incidents,
    leaving,
    ledger,
    lock,
    meta,
    mornings,
    outages,
    pauses,
    prints,
    promises,
    rotations,
    runs,
    signs,
)


class Store:
    """Everything that is kept, by subject."""

    def __init__(self, owner: database.Database) -> None:
        self._database = owner
        self.runs = runs.RunStore(owner)
        self.fires = fires.FireStore(owner)
        self.deliveries = deliveries.DeliveryStore(owner)
        self.incidents = incidents.IncidentStore(owner)
        self.outages = outages.OutageStore(owner)
        self.promises = promises.PromiseStore(owner)
        self.mornings = mornings.MorningStore(owner)
        self.pauses = pauses.PauseStore(owner)
        self.channels = channels.ChannelStore(owner)
        self.ledger = ledger.Ledger(owner)
        self.history = history.History(owner)
        self.audit = audit.Audit(owner)
        self.identities = identities.IdentityStore(owner)
        self.leaving = leaving.Leaving(owner)
        self.prints = prints.PrintStore(owner)
        self.rotations = rotations.RotationStore(owner)
        self.foresight = foresight.ForesightStore(owner)
        self.inbox = inbox.Inbox(owner)
        self.meta = meta.Meta(owner)
        self.signs = signs.Signs(owner)

    @staticmethod
    @asynccontextmanager
    async def open(path: Path) -> AsyncGenerator["Store"]:
        """Own the database, bring it up to date, and give it back at the end.

        Raises OwnedElsewhere while another process has it, FutureDatabase when a newer reportops
        made it, StoreError when it cannot be used.
        """
        with lock.own(path):
            async with database.connect(path) as owner:
                yield Store(owner)

    @property
    def troubles(self) -> int:
        """How often the disk or the file has refused since the start."""
        return self._database.troubles

    @property
    def trouble(self) -> errors.StoreTrouble | None:
        """Why it did the last time."""
        return self._database.trouble

    async def backup(self, to: Path) -> None:
        """Write a whole copy while the bot runs; refuses to overwrite a file."""
        await self._database.backup(to)

    async def keep(self, folder: Path, keep: int, *, at: datetime) -> Path:
        """Write a dated copy into a folder, then let all but the newest ``keep`` of them go.

        The folder is made where it is not there. Raises StoreError.
        """
        to = copies.dated(folder, at)
        await self._database.backup(to)
        await asyncio.to_thread(copies.forget, folder, keep)
        return to

    async def prune(
        self,
        keep_days: int,
        *,
        now: datetime,
        own: Mapping[ids.ClientId, datetime] | None = None,
    ) -> int:
        """Forget reports and texts of messages older than this; return how many reports went.

        That something was posted, what it cost and who did what stays known. ``own``: clients whose
        content is kept since another instant; of those who left, nothing is.
        """
        before = now - timedelta(days=keep_days)
        gone = await self._database.write(lambda raw: meta.prune(raw, before, own=own or {}))
        for client, at in (await self.leaving.left()).items():
            gone += (await self.leaving.forget(client, until=at)).reports
        return gone
