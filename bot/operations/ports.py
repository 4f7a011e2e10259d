"""What the operations need of those who do things; app.py joins them. Instants are UTC."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bot.domain import audience, ids, run, views
from bot.domain.period import Period
from bot.runs import fires
from bot.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A run that a person asks for."""

    client: ids.ClientId
    report: ids.ReportName
    period: Period
    key: str
    """``ask:<trigger id>`` or ``cli:<id>`` (Settled 1)."""
    trigger: run.Trigger
    by: ids.UserId
    reply_channel: ids.ChannelId | None


class Runner(Protocol):
    """Filled by runs.runner.Runner. What it returns is written down already."""

    async def request(self, wanted: Wanted) -> run.Claim:
        """A run at once, or the unfinished one of the same period; it takes no slot."""
        ...

    async def retry(self, run_id: ids.RunId, *, by: ids.UserId) -> run.Run:
        """Another attempt now; MoveRefused where the run has moved on meanwhile."""
        ...

    async def skip(self, run_id: ids.RunId, *, by: ids.UserId) -> run.Run:
        """No report this time; MoveRefused."""
        ...

    async def send_without(
        self, run_id: ids.RunId, sources: tuple[str, ...], *, by: ids.UserId
    ) -> run.Run:
        """Another attempt now, leaving sources out; MoveRefused."""
        ...

    async def release(self, run_id: ids.RunId, choice: str, *, by: ids.UserId) -> run.Run:
        """What becomes of a rerun that differs: replace, new or discard; MoveRefused."""
        ...

    async def confirm_audience(self, run_id: ids.RunId, *, by: ids.UserId) -> run.Run:
        """Post although outside people read the channel; MoveRefused."""
        ...

    async def resume(self, client_id: ids.ClientId) -> bool:
        """Lift the pause; what was held goes on or ends skipped (Settled 9). False: none."""
        ...


class Cards(Protocol):
    """Filled by incidents.Incidents."""

    async def view(self, incident_id: ids.IncidentId) -> views.CardView | None:
        """What a card says now, or None where there is no such incident."""
        ...


class Audiences(Protocol):
    """Filled by slack.people together with store.channels."""

    async def audience(self, channel: ids.ChannelId) -> audience.Audience:
        """Who may read the channel, cached and refreshed by events."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What the operations stand on."""

    store: Store
    runner: Runner
    cards: Cards
    audiences: Audiences
    stagger: fires.Stagger
    faults: Callable[[], int]
    """How many faults the clients' files have."""
    wake: Callable[[], None]
    """Have the bot look at the store now."""
