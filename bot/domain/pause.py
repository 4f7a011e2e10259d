"""Pauses: clients that do not fire."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain import ids

BOT = ids.UserId("reportops")
"""``Pause.by`` where nobody asked: so many fires had failed in a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A client that does not fire. ``until`` None: until somebody resumes it."""

    client: ids.ClientId
    since: datetime
    until: datetime | None
    by: ids.UserId
    reason: str = ""
    resumed_at: datetime | None = None
    """None: it is in force."""
