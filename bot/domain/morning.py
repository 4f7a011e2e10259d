"""Mornings: what came due on one day, and how each of it stands. Instants are UTC."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain import ids
from bot.domain.expected import Idle
from bot.domain.incident import Outage
from bot.domain.pause import Pause
from bot.domain.run import Failure, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """A scheduled run, with the open incident that stops it, if one does."""

    run: Run
    posted_at: datetime | None = None
    """When its report was posted; of one that was missed, by whatever run."""
    incident: ids.IncidentId | None = None
    version: int = 0
    """Of the incident."""
    failure: Failure | None = None
    waits_for: Failure | None = None
    """What its last look found, of a run that waits for its data (domain.fresh)."""
    outage: ids.OutageId | None = None
    """The open outage that the incident is part of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One report of one morning, in the words of its client's files."""

    fired: Fired
    client_name: str
    report_title: str
    owner: ids.UserId | None = None
    source_label: str | None = None
    """Of the source that failed."""
    pause: Pause | None = None
    """The client's, where one is in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Morning:
    """Everything the digest of one day says."""

    day: date
    begins: datetime
    """The instant the day begins with."""
    timezone: str
    """Of the operators; all times are shown in it."""
    now: datetime
    lines: tuple[Line, ...]
    """In the order they came due."""
    outages: tuple[Outage, ...] = ()
    """The open ones that stop any of them, oldest first."""
    idle: tuple[Idle, ...] = ()
    """Fires that nothing runs for, of that day or earlier ones, oldest first."""
