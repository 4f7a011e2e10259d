"""What the digest needs from the rest of the house; app.py joins them. Instants are UTC."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain import client, delivery, expected, ids, incident, morning, views
from bot.domain.pause import Pause


class Mornings(Protocol):
    """Filled by store.mornings.MorningStore."""

    async def fired(self, since: datetime, until: datetime) -> Sequence[morning.Fired]:
        """The scheduled runs that came due in [since, until), in that order."""
        ...


class Promises(Protocol):
    """Filled by store.promises.PromiseStore."""

    async def awaited(self, until: datetime) -> Sequence[expected.Expected]:
        """Fires that should have come by then and have no run, oldest first."""
        ...


class Outages(Protocol):
    """Filled by store.outages.OutageStore."""

    async def all_open(self) -> Sequence[incident.Outage]:
        """The open ones, oldest first."""
        ...


class Pauses(Protocol):
    """Filled by store.pauses.PauseStore."""

    async def all(self) -> Sequence[Pause]:
        """Every pause in force."""
        ...


class Outbox(Protocol):
    """Filled by store.deliveries.DeliveryStore."""

    async def put(self, wanted: delivery.Delivery) -> bool:
        """Insert it unless its key is there; False: it was."""
        ...

    async def get(self, key: str) -> delivery.Delivery | None:
        """The row, or None."""
        ...

    async def revise(
        self, key: str, bodies: tuple[delivery.Body, ...], *, run: ids.RunId | None = None
    ) -> bool:
        """What it should say now; posted ones are edited. False: no such delivery."""
        ...


class Book(Protocol):
    """Everything that is written down; filled by store.Store."""

    @property
    def mornings(self) -> Mornings:
        """What came due."""
        ...

    @property
    def promises(self) -> Promises:
        """What was expected."""
        ...

    @property
    def outages(self) -> Outages:
        """The rows of outages."""
        ...

    @property
    def pauses(self) -> Pauses:
        """Who is paused."""
        ...

    @property
    def deliveries(self) -> Outbox:
        """The outbox."""
        ...


class Clients(Protocol):
    """Filled by the catalog's current version."""

    @property
    def faults(self) -> Sequence[views.Fault]:
        """Every fault of every file."""
        ...

    def clients(self) -> Sequence[client.Client]:
        """Every client that is in force."""
        ...

    def client(self, client_id: ids.ClientId) -> client.Client | None:
        """One client, or None."""
        ...


Screen = Callable[[morning.Morning], delivery.Body]
"""Draws the digest; pure; filled by slack.screens.digest."""
