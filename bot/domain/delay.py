"""What operators are told of reports that are late, or may be: as data, for slack/screens."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain import ids, incident, run


@dataclass(frozen=True, slots=True, kw_only=True)
class LateView:
    """A report whose promise is at risk or broken, or that an outage stops."""

    client_name: str
    report_title: str
    timezone: str
    status: run.Status
    deliver_by: datetime
    promised: bool = True
    """False: nothing is promised, and ``deliver_by`` says nothing."""
    next_attempt_at: datetime | None
    posted_at: datetime | None
    now: datetime
    owner: ids.UserId | None
    client_saw: str
    awaits: date | None = None
    """The day whose data it waits for."""
    rests: str = ""
    """Why nothing is tried for it now, such as ``paused``; empty: it is."""
    ahead: bool = False
    """It is not due yet: nothing has stopped it so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageView:
    """Everything that the card of an outage says; for the ops channel only, it names clients."""

    outage: incident.Outage
    source_label: str | None
    """The kind of source, as people call it."""
    timezone: str
    """Of the operators."""
    reports: tuple[LateView, ...]
    """What it stops or stopped, the earliest promise first."""
    agency: str = ""
    """The agency's credential that is the cause, by its name; empty: none is."""
    others: tuple[str, ...] = ()
    """The names of the clients that use it too and that it has not stopped yet."""
    first: incident.Incident | None = None
    """The open incident of the first client that no run of it has met."""
    replaceable: bool = False
    """Whether another credential mends it."""
    now: datetime
