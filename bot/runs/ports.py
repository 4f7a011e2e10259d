"""What runs need from the rest of the house; app.py joins them. Instants are UTC."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol, TypeAlias

from bot import wire
from bot.domain import audience, client, delivery, expected, identity, ids, pause, run, views
from bot.domain.report import Identity, Report
from bot.runs import leaks, uses

# Siblings never meet (design.md): what passes between runs, store and slack is of the domain.
Claim: TypeAlias = run.Claim
Ended: TypeAlias = run.Ended
Pause: TypeAlias = pause.Pause
Audience: TypeAlias = audience.Audience
Name: TypeAlias = tuple[ids.ClientId, ids.ReportName]


class Runs(Protocol):
    """The rows of runs, attempts and outcomes; filled by store.runs.RunStore."""

    async def claim(self, wanted: run.Run) -> Claim:
        """Insert the run, unless its key, or an unfinished run of the same client, report and
        period, is there already: then that one is returned with ``new`` False.
        """
        ...

    async def get(self, run_id: ids.RunId) -> run.Run | None:
        """The run, or None."""
        ...

    async def unfinished(self, status: Collection[run.Status]) -> Sequence[run.Run]:
        """The runs in these statuses, oldest first."""
        ...

    async def due(self, now: datetime) -> Sequence[run.Run]:
        """Queued runs whose next_attempt_at has come, by deadline, then by age."""
        ...

    async def latest(
        self, client_id: ids.ClientId, report_name: ids.ReportName | None = None, *, limit: int = 20
    ) -> Sequence[run.Run]:
        """The newest runs first."""
        ...

    async def move(
        self,
        run_id: ids.RunId,
        to: run.Status,
        *,
        expect: Collection[run.Status],
        change: run.Change = run.NO_CHANGE,
    ) -> run.Run:
        """Change the status by one conditional write; MoveRefused when it was in none of
        ``expect`` or run.MOVES forbids it. ``change`` goes along in the same write.
        """
        ...

    async def begin(
        self, run_id: ids.RunId, *, at: datetime, by: ids.UserId | None
    ) -> run.Attempt | None:
        """Queued → running and a new attempt row, in one transaction; None: no longer queued."""
        ...

    async def end(self, run_id: ids.RunId, ended: Ended, *, attempt: int) -> run.Run:
        """Write the attempt's end, outcome, usage and the run's next status in one transaction."""
        ...

    async def enter_posting(self, run_id: ids.RunId, wanted: delivery.Delivery) -> bool:
        """Ready, held or failed → posting and the delivery's row, in one transaction.

        An unposted (pending or failed) delivery of the same key is taken over: its bodies and run
        become these, the earlier run is cancelled. False: that delivery is already posting,
        unknown or posted, and nothing changed (Settled 2).
        """
        ...

    async def attempts(self, run_id: ids.RunId) -> Sequence[run.Attempt]:
        """Its attempts, oldest first."""
        ...

    async def outcome(self, run_id: ids.RunId) -> Report | None:
        """The report it made, if it did and it is still kept."""
        ...

    async def delivered(self, wanted: run.Run) -> tuple[delivery.Delivery, Report] | None:
        """The newest posted delivery of the run's report and period, with the report it shows."""
        ...

    async def wanted_at(self, now: datetime) -> datetime | None:
        """The next instant after ``now`` at which a queued run comes due or a ready one may be
        posted, of clients that are not paused.
        """
        ...


class Fires(Protocol):
    """The rows of fires; filled by store.fires.FireStore."""

    async def watermarks(
        self, names: Collection[Name], *, seen: datetime
    ) -> Mapping[Name, datetime]:
        """Up to when each report's fires were considered; one never seen starts at ``seen``."""
        ...

    async def claim(
        self, wanted: Sequence[run.Run], *, considered: Mapping[Name, datetime]
    ) -> Sequence[Claim]:
        """Give every fire its one row and move the watermarks, in one transaction.

        Where a fire's period has an unfinished run, its row is cancelled and that run is returned,
        queued again if it had failed. One taken for missed by a clock that was ahead is revived.
        """
        ...

    async def expect(self, kept: Mapping[ids.ClientId, Sequence[expected.Expected]]) -> None:
        """Write down which fires of these clients come next, in place of what was."""
        ...

    async def unsaid(self) -> Sequence[Sequence[run.Run]]:
        """The missed fires that are still to be said, by message; the first names its message."""
        ...

    async def said(self, message: ids.RunId) -> None:
        """The message of this name is a row of its own now."""
        ...

    async def usual(self, now: datetime) -> Mapping[Name, timedelta]:
        """How long each report usually takes, where that is known."""
        ...


class Pauses(Protocol):
    """The rows of pauses; filled by store.pauses.PauseStore."""

    async def current(self, client_id: ids.ClientId) -> Pause | None:
        """The pause that nobody has ended yet, or None; its ``until`` may have come."""
        ...

    async def all(self) -> Sequence[Pause]:
        """Every pause that nobody has ended yet; the ``until`` of some may have come."""
        ...

    async def resume(self, client_id: ids.ClientId, at: datetime) -> Pause | None:
        """End the client's pause and return it; None: it was not paused."""
        ...

    async def trip(self, after: int, *, at: datetime) -> Sequence[Pause]:
        """Pause, in the bot's own name, every client whose last ``after`` fires have failed."""
        ...

    async def ours(self, since: datetime) -> Sequence[Pause]:
        """The bot's own pauses that are in force or were ended since, oldest first."""
        ...


OnProgress = Callable[[str], None]


class Executor(Protocol):
    """Where a run executes; filled by executors.process.ProcessExecutor."""

    async def execute(
        self, order: wire.RunOrder, *, on_progress: OnProgress | None = None
    ) -> wire.RunOutcome:
        """Run one order to its outcome. Never raises for what the worker does: a crash, a lie or
        a missed deadline is a RunFailed. Cancelling it kills the worker's process group.
        """
        ...


class Audiences(Protocol):
    """Filled by slack.people.People together with store.channels."""

    async def audience(self, channel: ids.ChannelId) -> Audience:
        """Who may read the channel, cached and refreshed by events."""
        ...


class Identities(Protocol):
    """The rows of identities; filled by store.identities.IdentityStore."""

    async def all(self) -> Sequence[identity.Confirmed]:
        """What was confirmed of the sources of every client."""
        ...

    async def confirm(
        self, client: ids.ClientId, seen: Collection[Identity], *, by: ids.UserId, at: datetime
    ) -> None:
        """These are the client's; what was confirmed of the same sources before is replaced."""
        ...


class Composer(Protocol):
    """Renders the post; filled by slack.screens.post."""

    def __call__(
        self, found: Report, *, run: run.Run, client: client.Client, corrected: bool
    ) -> tuple[delivery.Body, ...]:
        """Return the fall-back ladder, richest first."""
        ...


class Clients(Protocol):
    """The clients as their files say now; filled by the catalog's current version."""

    def clients(self) -> Sequence[client.Client]:
        """Every client that is in force, by id."""
        ...

    def client(self, client_id: ids.ClientId) -> client.Client | None:
        """One client, or None."""
        ...


class Incidents(Protocol):
    """Filled by incidents.Incidents."""

    async def failed(self, stopped: run.Run, failure: run.Failure) -> None:
        """An attempt of the run failed; the run's row already says what comes next."""
        ...

    async def changed(self, stopped: run.Run) -> None:
        """The run moved on (retry began, report ready, posted, skipped): redraw its card."""
        ...

    async def refresh(self, client_id: ids.ClientId) -> None:
        """Redraw a client's open cards: it was paused or resumed."""
        ...


class Posts(Protocol):
    """The part of delivery.Outbox that a rerun and a pause need."""

    async def revise(
        self, key: str, bodies: tuple[delivery.Body, ...], *, run: ids.RunId | None = None
    ) -> bool:
        """What the posted message should say now. False: no such delivery."""
        ...

    async def of_run(self, run_id: ids.RunId) -> delivery.Delivery | None:
        """The report delivery that a run was, or is to be, posted by."""
        ...

    async def cancel(self, key: str) -> bool:
        """Pending → cancelled; False: it is pending no more."""
        ...


class Spending(Protocol):
    """What runs have cost; filled by store.ledger.Ledger."""

    async def model_cost(
        self, start: datetime, end: datetime, *, client: ids.ClientId | None = None
    ) -> Decimal:
        """US dollars of model cost in [start, end), of one client or of all."""
        ...

    async def counted(self, run_id: ids.RunId) -> Mapping[str, int]:
        """Query → the newest attempt of the run that told what the warehouse took for it."""
        ...


class Ops(Protocol):
    """Words to the operators that are no incident. Saying one twice shows one message."""

    async def missed(self, missed: Sequence[run.Run]) -> None:
        """Fires were seen too late to be caught up; the rows say which."""
        ...

    async def held(self, held: run.Run, *, why: Sequence[str] = ()) -> None:
        """Ready, but an operator must look first; ``hold`` says why, and ``why`` of each figure
        that is absurd.
        """
        ...

    async def served(self, made: run.Run) -> None:
        """An internal client's report was made from sources that nobody has confirmed, or somebody
        has by now: one message for all of them, drawn from the rows.
        """
        ...

    async def decided(self, held: run.Run, *, choice: str, by: ids.UserId | None) -> None:
        """What ``held`` asked is answered; ``held`` is the run as it was. ``choice``: an
        acts.Choice, ``confirm``, ``skip``, or empty where its reason went by itself.
        """
        ...

    async def paused(self, by_us: Pause) -> None:
        """The bot itself paused a client; said once, and once more when that was ended."""
        ...


class Replies(Protocol):
    """Private answers to the person who asked for a run. Best effort: nothing depends on them."""

    async def changed(
        self, change: views.ChangeView, *, channel: ids.ChannelId, user: ids.UserId
    ) -> None:
        """The figures differ from what was sent: show both, offer Replace, Post as new, Discard."""
        ...

    async def nothing_changed(self, asked: run.Run) -> None:
        """The figures are those that were sent: nothing was posted."""
        ...

    async def failed(self, asked: run.Run, failure: run.Failure) -> None:
        """The run that somebody asked for failed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """All of them, joined once by app.py."""

    runs: Runs
    fires: Fires
    pauses: Pauses
    clients: Clients
    executor: Executor
    audiences: Audiences
    identities: Identities
    prints: leaks.Prints
    composer: Composer
    incidents: Incidents
    posts: Posts
    spending: Spending
    ops: Ops
    replies: Replies
    known: uses.Known = field(default_factory=uses.Unknown)
