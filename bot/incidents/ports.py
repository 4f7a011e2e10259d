"""What incidents need from the rest of the house; app.py joins them. Instants are UTC."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain import audience, client, delivery, expected, ids, incident, run, views
from bot.domain.pause import Pause
from bot.domain.report import Report


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


class Runs(Protocol):
    """Filled by store.runs.RunStore."""

    async def get(self, run_id: ids.RunId) -> run.Run | None:
        """The run, or None."""
        ...

    async def delivered(self, wanted: run.Run) -> tuple[delivery.Delivery, Report] | None:
        """The newest post about the run's period, with the report it shows."""
        ...

    async def attempts(self, run_id: ids.RunId) -> Sequence[run.Attempt]:
        """Its attempts, oldest first."""
        ...


class Outbox(Protocol):
    """Filled by store.deliveries.DeliveryStore."""

    async def put(self, wanted: delivery.Delivery) -> bool:
        """Insert it unless its key is there; False: it was."""
        ...

    async def get(self, key: str) -> delivery.Delivery | None:
        """The row, or None."""
        ...

    async def of_run(self, run_id: ids.RunId) -> delivery.Delivery | None:
        """The report delivery that a run was, or is to be, posted by."""
        ...

    async def revise(
        self, key: str, bodies: tuple[delivery.Body, ...], *, run: ids.RunId | None = None
    ) -> bool:
        """What it should say now; posted ones are edited. False: no such delivery."""
        ...

    async def cancel(self, key: str) -> bool:
        """Pending → cancelled; False: it is pending no more."""
        ...

    async def redirect(self, key: str, *, channel: ids.ChannelId) -> bool:
        """Failed → pending in another channel, with what hangs on it."""
        ...


class Pauses(Protocol):
    """Filled by store.pauses.PauseStore."""

    async def current(self, client_id: ids.ClientId) -> Pause | None:
        """The pause in force, or None."""
        ...

    async def all(self) -> Sequence[Pause]:
        """Every pause in force."""
        ...


class Posted(Protocol):
    """The newest post; filled by store.history.Posted."""

    @property
    def at(self) -> datetime:
        """When it was posted."""
        ...


class History(Protocol):
    """Filled by store.history.History."""

    async def last_posted(
        self,
        client: ids.ClientId,
        report: ids.ReportName | None = None,
        *,
        before: datetime | None = None,
    ) -> Posted | None:
        """The newest post of a report."""
        ...


class Book(Protocol):
    """Everything that is written down; filled by store.Store."""

    @property
    def incidents(self) -> Rows:
        """The rows of incidents."""
        ...

    @property
    def outages(self) -> Outages:
        """The rows of outages."""
        ...

    @property
    def promises(self) -> PromiseRows:
        """The promises that were warned of."""
        ...

    @property
    def runs(self) -> Runs:
        """The rows of runs."""
        ...

    @property
    def deliveries(self) -> Outbox:
        """The outbox."""
        ...

    @property
    def pauses(self) -> Pauses:
        """Who is paused."""
        ...

    @property
    def history(self) -> History:
        """How clients have been served."""
        ...


class Clients(Protocol):
    """Filled by the catalog's current version."""

    @property
    def faults(self) -> Sequence[views.Fault]:
        """Every fault of every file."""
        ...

    def clients(self) -> Sequence[client.Client]:
        """Every client that is in force, by id."""
        ...

    def client(self, client_id: ids.ClientId) -> client.Client | None:
        """One client, or None."""
        ...


class Audiences(Protocol):
    """Filled by slack.people together with store.channels."""

    async def audience(self, channel: ids.ChannelId) -> audience.Audience:
        """Who may read the channel."""
        ...
