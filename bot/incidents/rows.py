"""The rows that incidents are made of, as the store keeps them. Instants are UTC."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain import expected, ids, incident, run

Foreseen = tuple[ids.ClientId, incident.IncidentStatus]
"""Whose an incident is that no run has met, and how it stands."""


class Rows(Protocol):
    """The rows of incidents; filled by store.incidents.IncidentStore."""

    async def get(self, incident_id: ids.IncidentId) -> incident.Incident | None:
        """The incident, or None."""
        ...

    async def open_of_run(self, run_id: ids.RunId) -> incident.Incident | None:
        """The open incident that a run is in, or None."""
        ...

    async def all_open(self, client: ids.ClientId | None = None) -> Sequence[incident.Incident]:
        """The open incidents of one client or of all, oldest first."""
        ...

    async def join(
        self, wanted: incident.Incident, *, lately: datetime | None = None
    ) -> incident.Incident:
        """Put the one run into its open incident, the open one of its cause, the one of its cause
        that was closed since ``lately`` and is open again then, or this new one.
        """
        ...

    async def act(
        self,
        incident_id: ids.IncidentId,
        version: int,
        *,
        by: ids.UserId,
        at: datetime,
        what: str,
    ) -> incident.Incident | None:
        """Write down who acted, once per version; None: the card has changed since."""
        ...

    async def close(
        self,
        incident_id: ids.IncidentId,
        status: incident.IncidentStatus,
        *,
        at: datetime,
        by: ids.UserId | None = None,
    ) -> incident.Incident | None:
        """Open → recovered or closed; None: it was not open."""
        ...

    async def noticed(self, incident_id: ids.IncidentId) -> None:
        """The client's channel got its neutral line."""
        ...

    async def replied(self, incident_id: ids.IncidentId) -> None:
        """Its thread has one line more."""
        ...

    async def unattended(self) -> Sequence[ids.RunId]:
        """Failed runs without an incident; there are some only after a crash."""
        ...

    async def over(self) -> Sequence[incident.Incident]:
        """Open incidents all of whose runs have ended; there are some only after a crash."""
        ...

    async def recent(self, since: datetime) -> Sequence[incident.Incident]:
        """Open incidents, and those closed since; oldest first."""
        ...

    async def ticking(
        self, marks: Sequence[tuple[datetime, datetime]]
    ) -> Sequence[incident.Incident]:
        """Open ones with an unfinished run whose promise lies in (first, last] of one of these."""
        ...

    async def broken_promises(self, now: datetime, *, oldest: datetime) -> Sequence[ids.RunId]:
        """Scheduled runs past their promise since ``oldest`` that nobody was told about."""
        ...

    async def stale_notices(self) -> Sequence[ids.RunId]:
        """Runs that ended, whose neutral line still says that they are late."""
        ...


class Outages(Protocol):
    """The rows of outages; filled by store.outages.OutageStore."""

    async def get(self, outage_id: ids.OutageId) -> incident.Outage | None:
        """The outage, or None."""
        ...

    async def all_open(self) -> Sequence[incident.Outage]:
        """The open ones, oldest first."""
        ...

    async def recent(self, since: datetime) -> Sequence[incident.Outage]:
        """Open ones, and those closed since; oldest first."""
        ...

    async def gather(
        self, wanted: incident.Outage, *, fewest: int, since: datetime, lately: datetime
    ) -> incident.Outage | None:
        """Put every open incident with this shared cause into its outage, which is made, or open
        again, once ``fewest`` clients have it. None: too few.
        """
        ...

    async def alone(self) -> Sequence[str]:
        """Causes that several clients share now, with incidents that are in no outage."""
        ...

    async def act(
        self, outage_id: ids.OutageId, version: int, *, by: ids.UserId, at: datetime, what: str
    ) -> incident.Outage | None:
        """Write down who acted, once per version; None: the card has changed since."""
        ...

    async def over(self, at: datetime) -> Sequence[incident.Outage]:
        """Close those none of whose incidents is open; return them."""
        ...

    async def runs(self, outage_id: ids.OutageId) -> Sequence[run.Run]:
        """What it stops or stopped, the earliest promise first."""
        ...

    async def foreseen(self, outage_id: ids.OutageId) -> Sequence[Foreseen]:
        """Its incidents that no run has met, oldest first."""
        ...


class PromiseRows(Protocol):
    """Which promises come due; filled by store.promises.PromiseStore."""

    async def near(self, until: datetime, *, oldest: datetime) -> Sequence[run.Run]:
        """Unfinished scheduled runs promised in between, or planned for later than promised, that
        neither a card nor a warning tells of, the earliest promise first.
        """
        ...

    async def tell(self, told: Sequence[run.Run], *, message: str, at: datetime) -> None:
        """Write down, before it is said, that this message warns of these runs."""
        ...

    async def told(self, since: datetime) -> Sequence[incident.Promise]:
        """What was warned of since, in that order."""
        ...

    async def awaited(self, until: datetime) -> Sequence[expected.Expected]:
        """Fires due by then that have no run, or were warned of without it; oldest first."""
        ...

    async def warn(self, of: Sequence[expected.Expected], *, message: str, at: datetime) -> None:
        """Write down, before it is said, that this message warns of fires without a run."""
        ...

    async def settle(self, of: expected.Expected, *, at: datetime) -> None:
        """It is awaited no more; its run, where it has one, takes over its message."""
        ...
