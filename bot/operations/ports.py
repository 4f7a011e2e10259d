"""What the operations need of those who do things; app.py joins them. Instants are UTC."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot import errors, wire
from bot.domain import audience, client, foresight, ids, period, views
from bot.domain.kept import Keep
from bot.foresight import Looked
from bot.incidents import incidents
from bot.runs import acts
from bot.store import Store


class Runner(Protocol):
    """Filled by runs.runner.Runner. What it returns is written down already."""

    async def request(self, asked: acts.Request) -> acts.Asked:
        """A run at once, or the unfinished one of the same period; it takes no slot."""
        ...

    async def retry(self, run_id: ids.RunId, by: ids.UserId | None) -> acts.Acted:
        """Another attempt now."""
        ...

    async def skip(self, run_id: ids.RunId, by: ids.UserId | None) -> acts.Acted:
        """No report this time."""
        ...

    async def send_without(
        self, run_id: ids.RunId, sources: Collection[str], *, by: ids.UserId | None
    ) -> acts.Acted:
        """Another attempt now, leaving sources out."""
        ...

    async def release(
        self, run_id: ids.RunId, choice: acts.Choice, *, by: ids.UserId | None
    ) -> acts.Acted:
        """What becomes of a rerun that differs."""
        ...

    async def confirm_audience(self, run_id: ids.RunId, by: ids.UserId | None) -> acts.Acted:
        """Post although outside people read the channel; the caller has written that down."""
        ...

    async def confirm_identity(self, run_id: ids.RunId, by: ids.UserId | None) -> acts.Acted:
        """Post what was held for whose data it is, and say that it is confirmed; the caller has
        written that down.
        """
        ...

    async def paused(self, client_id: ids.ClientId) -> None:
        """A client was just paused."""
        ...

    async def resumed(self, client_id: ids.ClientId) -> None:
        """A client was just resumed."""
        ...

    async def leave(self, client_id: ids.ClientId, by: ids.UserId | None) -> int:
        """A client leaves: skip what has not ended, end what runs now; returns how many."""
        ...


class Cards(Protocol):
    """Filled by incidents.Incidents."""

    async def view(self, incident_id: ids.IncidentId) -> views.CardView | None:
        """What a card says now, or None where there is no such incident."""
        ...

    async def ahead(self, incident_id: ids.IncidentId) -> foresight.AheadView | None:
        """What the card says of something that no run has met."""
        ...

    async def details(self, incident_id: ids.IncidentId) -> views.DetailsView | None:
        """What the Details button shows."""
        ...

    async def act(
        self, incident_id: ids.IncidentId, version: int, *, by: ids.UserId, what: str
    ) -> incidents.Acted:
        """Take a press on a card drawn from ``version``: one wins (Settled 8)."""
        ...

    async def act_on_outage(
        self, outage_id: ids.OutageId, version: int, *, by: ids.UserId, what: str
    ) -> incidents.ActedOnOutage:
        """Take a press on an outage's card drawn from ``version``: one wins."""
        ...

    async def refresh(self, client_id: ids.ClientId) -> None:
        """Redraw a client's open cards: it was paused or resumed."""
        ...


class Audiences(Protocol):
    """Filled by slack.people together with store.channels."""

    async def audience(self, channel: ids.ChannelId) -> audience.Audience:
        """Who may read the channel, cached and refreshed by events."""
        ...


class Look(Protocol):
    """Filled by foresight.Foresight.look."""

    async def __call__(self, of: client.Client) -> Looked:
        """Open the client's sources, ask for its channel, tell what stands in the way; raises
        RunLost.
        """
        ...


class Soon(Protocol):
    """Filled by foresight.Foresight.soon."""

    def __call__(self, reference: str, *, of: ids.ClientId | None) -> None:
        """Look at once at those whose credential was replaced: at one client, or at all that use
        it.
        """
        ...


def _later(reference: str, *, of: ids.ClientId | None) -> None:
    """Nothing here looks by itself."""


async def _nobody(of: client.Client) -> Looked:
    raise errors.UsageError(f"The sources of {of.name} cannot be opened from here.")


def _nothing_sealed(owner: str) -> int:  # noqa: ARG001 - there is nothing of anybody's
    return 0


class Trier(Protocol):
    """Filled by app's and the shell's executor together with runs.orders."""

    async def __call__(
        self,
        of: client.Client,
        source: str,
        *,
        reference: str,
        periods: Mapping[ids.ReportName, period.Period],
    ) -> wire.Source:
        """Open one source of a client with another credential, in a process of its own, and ask
        the client's queries of these periods; raises RunError and RunLost.
        """
        ...


async def _untried(
    of: client.Client,
    source: str,
    *,
    reference: str,  # noqa: ARG001 - the Protocol's
    periods: Mapping[ids.ReportName, period.Period],  # noqa: ARG001 - the Protocol's
) -> wire.Source:
    raise errors.UsageError(f"The source {source} of {of.name} cannot be opened from here.")


class Keeper(Protocol):
    """Filled by runs.trying.Trier.keep."""

    async def __call__(self, of: client.Client, source: str, *, what: Keep) -> str:
        """Write a source's credential into its store, as the client; returns the version that is in
        force then, empty where none is. Done again it changes nothing. Raises RunError and RunLost.
        """
        ...


async def _unkept(of: client.Client, source: str, *, what: Keep) -> str:  # noqa: ARG001
    raise errors.UsageError(f"{what.into} cannot be written from here.")


class Versions(Protocol):
    """What there is of one sealed credential; filled by sealed.writing.Versions."""

    @property
    def current(self) -> int | None:
        """The version in force; None: there is none."""
        ...

    @property
    def kept(self) -> tuple[int, ...]:
        """Those that are there, oldest first."""
        ...


class Sealed(Protocol):
    """Filled by sealed.writing.Sealed, whose calls block for as long as a disk takes."""

    def put(self, owner: str, name: str, *, text: str) -> int:
        """Seal a text as a new version that is not in force; raises UsageError, StoreTrouble."""
        ...

    def use(self, owner: str, name: str, *, version: int) -> None:
        """Put a version in force, in one move."""
        ...

    def drop(self, owner: str, name: str, *, version: int) -> None:
        """Delete a version that is not in force."""
        ...

    def remove(self, owner: str, name: str | None = None) -> int:
        """Delete a credential, or all of an owner's; returns how many versions are gone."""
        ...

    def versions(self, owner: str, name: str) -> Versions:
        """What there is of a credential."""
        ...

    def made_at(self, owner: str, name: str, *, version: int) -> datetime | None:
        """When a version was written; None: it is not there."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotating:
    """How credentials are replaced here."""

    sealed: Sealed
    rollback: timedelta
    """How long the one before is kept."""
    paste: bool = True
    """Whether a credential may be entered in Slack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What the operations stand on."""

    store: Store
    runner: Runner
    cards: Cards
    audiences: Audiences
    stagger: timedelta
    faults: Callable[[], int]
    """How many faults the clients' files have."""
    ops_channel: ids.ChannelId | None
    isolation: Callable[[], str] = str
    """What holds between clients on this machine, in words; empty: nothing is known."""
    look: Look = _nobody
    soon: Soon = _later
    unseal: Callable[[str], int] = _nothing_sealed
    """Delete what is sealed to a client's key, and the key; returns how many versions went."""
    trial: Trier = _untried
    keep: Keeper = _unkept
    rotating: Rotating | None = None
    """None: credentials cannot be replaced from here."""
