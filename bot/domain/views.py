"""What people are shown, as data: operations fill these, slack/screens and the shell draw them.

Instants are UTC; the screen shows them in ``timezone``. Money is in US dollars.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bot.domain import ids, incident, run
from bot.domain.client import Stage
from bot.domain.metric import Metric
from bot.domain.month import Month
from bot.domain.period import Period
from bot.domain.report import Report


class Light(StrEnum):
    """How somebody should feel about a client, worst first."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"
    GREY = "grey"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientLine:
    """One client on one line."""

    client: ids.ClientId
    name: str
    light: Light
    text: str
    """Why, in a few plain words; names no other client."""
    due: datetime | None = None
    timezone: str
    incident: ids.IncidentId | None = None
    ready: bool = False
    """Whether its report waits for the time at which it is posted."""
    next: datetime | None = None
    """When its next report runs."""
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """`/report` alone: the fleet in the ops channel, one client in its own."""

    at: datetime
    timezone: str
    lines: tuple[ClientLine, ...]
    faults: int = 0
    """Files that could not be loaded; their last good version runs."""
    client: ids.ClientId | None = None
    """Set in a client's channel: its own line only."""
    isolation: str = ""
    """What holds between clients on this machine; empty in a client's channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseView:
    """Why nothing fires."""

    until: datetime | None
    by: ids.UserId
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextFire:
    """The coming fire of one report."""

    client: ids.ClientId
    client_name: str
    report: ids.ReportName
    title: str
    timezone: str
    nominal: str
    """Local time as scheduled, such as ``2026-11-23T06:00``."""
    run_at: datetime
    """With its slot."""
    post_at: datetime | None = None
    deliver_by: datetime | None = None
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """How a source did at its last use."""

    name: str
    label: str
    ok: bool | None
    """None: not used yet."""
    text: str = ""
    at: datetime | None = None
    sharing: int = 0
    """How many clients use the agency's credential that it logs in with; 0: it has its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientStatus:
    """`/report status acme`. Fields that only operators may read are empty for others."""

    client: ids.ClientId
    name: str
    stage: Stage
    timezone: str
    channel: ids.ChannelId
    owner: ids.UserId | None
    outside: bool
    walls: str
    """What stood around its newest run: ``strong``, or less and what was missing."""
    last_posted: datetime | None = None
    last_in_time: bool | None = None
    next: NextFire | None = None
    on_time: int = 0
    sent: int = 0
    """Posts of the last twelve scheduled fires, and of those in time: ``on_time of sent``."""
    months: tuple[Month, ...] = ()
    corrections: int = 0
    without_ai: int = 0
    sources: tuple[SourceHealth, ...] = ()
    pause: PauseView | None = None
    incident: str = ""  # the open failure in a few words
    waits: str = ""  # what a report waits for that did not fail: data, or somebody's look
    operator: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """One run on one line."""

    ref: str
    report: ids.ReportName
    period: Period
    status: run.Status
    trigger: run.Trigger
    at: datetime
    posted_at: datetime | None
    in_time: bool | None
    attempts: int
    late: bool = False
    """Its fire was caught up."""
    by: ids.UserId | None = None
    revision: int = 0
    unchanged: bool = False
    """A rerun that found what was sent: nothing was posted."""
    replaced: bool = False
    """Its post says meanwhile what a later run found."""
    corrected: bool = False
    """It replaced what an earlier run had posted, at ``posted_at``."""
    cost: Decimal | None = None
    """None where the reader may not know it."""
    failure: str = ""
    isolation: str = ""
    """The level of its newest attempt that told one; empty: none did."""
    refused: tuple[str, ...] = ()
    """Hosts that it tried to reach and was not let out to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """`/report history acme`, newest first."""

    client: ids.ClientId
    name: str
    timezone: str
    rows: tuple[HistoryRow, ...]
    months: tuple[Month, ...] = ()


class Button(StrEnum):
    """What a failure card may offer, in the order of the screen."""

    RETRY = "retry"
    SEND_WITHOUT = "send_without"
    DETAILS = "details"
    SKIP = "skip"
    PAUSE = "pause"
    RESUME = "resume"
    ROTATE = "rotate"
    CONFIRM = "confirm"
    """Post although outside people read the channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """Everything a failure card says."""

    incident: incident.Incident
    client_name: str
    report_title: str
    source_label: str | None
    timezone: str
    status: run.Status
    """Of the run it is about."""
    attempts: int
    deliver_by: datetime | None
    posted_at: datetime | None
    period: Period | None = None
    """Which one, where it is not the last complete one of a scheduled run."""
    stands: datetime | None = None
    """When the period was posted before: a rerun that fails takes nothing away."""
    corrected: bool = False
    """That post says now what this run found."""
    hold: str = ""
    """Why the run is held, where it is."""
    report_link: str = ""
    """Where the report stands, once it has come; empty where Slack would not say."""
    now: datetime
    owner: ids.UserId | None
    also_affected: tuple[str, ...] = ()
    """Titles of this client's other reports that the same cause stopped."""
    stopped: int = 1
    """How many runs a retry means."""
    shared_in: ids.ChannelId | None = None
    """Where the card of the outage stands that the incident is part of."""
    client_saw: str = "nothing"
    last_good: datetime | None = None
    next_retry_at: datetime | None = None
    fixed_by: ids.UserId | None = None
    buttons: tuple[Button, ...] = ()
    without: tuple[str, ...] = ()
    """The optional sources that ``send_without`` would leave out, by name."""
    in_ops_channel: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailsView:
    """The Details button: for operators, ephemeral. No credential, no stack trace."""

    card: CardView
    attempts: tuple[run.Attempt, ...]
    said: str
    run_ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyView:
    """Why these numbers: per figure its definition, period, source and comparison."""

    report: Report
    definitions: tuple[tuple[Metric, str], ...]
    """Each metric with its sources' labels in words; never SQL, cost or run internals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutView:
    """One posted report, asked about where it stands. Others than operators get less."""

    run: ids.RunId
    client: ids.ClientId
    client_name: str
    report: ids.ReportName
    title: str
    period: Period
    timezone: str
    posted_at: datetime | None
    in_time: bool | None = None
    """None: nothing was promised."""
    revision: int = 0
    by: ids.UserId | None = None
    """Who asked for it; None: the schedule, or the reader may not know."""
    line: ClientLine
    """How its client stands now."""
    now: datetime
    operator: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """A rerun's preview: what was sent beside what it would be now."""

    run: ids.RunId
    client: ids.ClientId
    client_name: str
    before: Report
    after: Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault in one file of a client, with its place and its remedy."""

    client: str
    """The folder's name."""
    file: str
    """Relative to the clients folder."""
    line: int
    key: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        """One line for terminals: ``acme/client.yaml:12 reports.weekly.period: … …``."""
        at = f"{self.file}:{self.line} {self.key}".rstrip()
        return f"{at}: {self.problem} {self.remedy}".rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the audit trail."""

    at: datetime
    who: str
    """A Slack id, ``shell:<user>``, or the bot itself (pause.BOT)."""
    what: str
    client: ids.ClientId | None
    detail: str
    via: str
    """command, button, modal, shortcut or shell; ``bot``: of its own accord."""
    channel: ids.ChannelId | None = None
    """Where it was asked for; None in the shell."""
