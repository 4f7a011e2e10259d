"""A copy of the database each day, where the settings name a folder for them."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from bot import errors
from bot.store import Store, copies

EVERY = timedelta(days=1)
_AGAIN = timedelta(hours=1)
"""After one that failed."""

_log = structlog.get_logger(__name__)
Warn = Callable[[str], Awaitable[None]]


class Daily:
    """Makes the copies; what goes wrong is told, and tried again in an hour."""

    def __init__(self, store: Store, folder: Path | None, *, keep: int, warn: Warn) -> None:
        self._store = store
        self._folder = folder
        self._keep = keep
        self._warn = warn
        self._due: datetime | None = None
        self.problem = ""
        """Why the last one failed; empty: it did not."""

    async def sweep(self, now: datetime) -> None:
        """Make a copy where the newest is a day old."""
        if self._folder is None:
            return
        if self._due is None or self._due > now + EVERY:  # a clock that was ahead wrote that down
            self._due = _next(self._folder, now)
        if now < self._due:
            return
        try:
            made = await self._store.keep(self._folder, self._keep, at=now)
        except errors.StoreError as error:
            self._due = now + _AGAIN
            self.problem = f"The daily copy of the database failed: {error}."
            _log.warning("daily_copy_failed", error=str(error))
            await self._warn(self.problem)
            return
        self._due, self.problem = now + EVERY, ""
        _log.info("daily_copy_made", file=made.name)


def _next(folder: Path, now: datetime) -> datetime:
    """When the next is due, by the name of the newest: a restart makes none of its own. What bears
    a time that has not come was made by a clock that was ahead, and says nothing.
    """
    made = [at for at in map(copies.made_at, copies.kept(folder)) if at <= now]
    return made[-1] + EVERY if made else datetime.min.replace(tzinfo=UTC)
