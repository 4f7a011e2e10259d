"""What incidents need from the rest of the house; app.py joins them. Instants are UTC."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain import audience, client, delivery, ids, run, views
from bot.domain.pause import Pause
from bot.domain.report import Report
from bot.incidents import rows


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
    def incidents(self) -> rows.Rows:
        """The rows of incidents."""
        ...

    @property
    def outages(self) -> rows.Outages:
        """The rows of outages."""
        ...

    @property
    def promises(self) -> rows.PromiseRows:
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
