"""Incidents: a failure with one cause, open until recovered, shown by one card; and outages, which
are incidents of several clients that have one cause.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain import ids, run


class IncidentStatus(StrEnum):
    """Whether somebody still has to care."""

    OPEN = "open"
    RECOVERED = "recovered"
    CLOSED = "closed"
    """Skipped, or ended by a person without a report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One cause of failure of one client. Instants are UTC."""

    id: ids.IncidentId
    client: ids.ClientId
    cause: str
    """Failures with the same cause share the card: ``<source or stage>:<code>``."""
    shared: str = ""
    """What the cause may have in common with other clients', such as ``source:bigquery``."""
    outage: ids.OutageId | None = None
    """The outage that speaks for it."""
    failure: run.Failure
    status: IncidentStatus
    runs: tuple[ids.RunId, ...]
    """The runs it stopped, in the order they came."""
    version: int = 1
    """Counts its changes; a button carries the version it was drawn from (Settled 8)."""
    replies: int = 0
    """How many lines its thread has."""
    opened_at: datetime
    closed_at: datetime | None = None
    closed_by: ids.UserId | None = None
    next_retry_at: datetime | None = None
    noticed: bool = False
    """The client's channel got its neutral line."""
    foreseen: datetime | None = None
    """When a preflight met it, while no run has: it stops nothing yet."""
    acted_by: ids.UserId | None = None
    """Whose press won last, …"""
    acted_at: datetime | None = None
    acted: str = ""
    """… when, and what it was: ``retry``, ``skip`` and the like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """One cause that stops several clients; told once, to the operators. Instants are UTC."""

    id: ids.OutageId
    shared: str
    failure: run.Failure
    """The first of them."""
    status: IncidentStatus
    version: int = 1
    """Counts presses and ends; joining it leaves its button good."""
    opened_at: datetime
    closed_at: datetime | None = None
    acted_by: ids.UserId | None = None
    acted_at: datetime | None = None
    acted: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A run whose promise the operators were warned of."""

    run: run.Run
    message: str
    """The key of the delivery that warns of it."""
    posted_at: datetime | None
    """When its report came, if it did."""
