"""What goes in and out of the operations, where domain/views.py has no word for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pydantic import TypeAdapter

from bot import wire
from bot.domain import bill, foresight, ids, rotation, views
from bot.domain.identity import Confirmed
from bot.domain.report import Identity
from bot.domain.run import Run
from bot.domain.run import Status as RunStatus
from bot.kinds.typed import form
from bot.operations import grammar
from bot.store import leaving


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """It was done, or is under way: one or two plain sentences for the asker."""

    text: str
    runs: tuple[ids.RunId, ...] = ()
    """What it started, for those who wait for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """What the asker may type, and what each does."""

    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """`/report list`."""

    overview: views.Overview


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """`/report schedule`: the coming fires, soonest first."""

    at: datetime
    fires: tuple[views.NextFire, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """`/report status acme`, and when it was looked up."""

    at: datetime
    client: views.ClientStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Whether the bot does its work; each problem is one plain sentence."""

    problems: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict[str, str])
    starting: bool = False
    """It has just begun: what is wrong now may only not be there yet."""
    stuck: bool = False
    """It does not go on, and a restart may help; nothing else that is wrong is mended by one."""

    @property
    def ok(self) -> bool:
        """Nothing is wrong."""
        return not self.problems


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """Where a run stands, for a shell that waits for it."""

    id: ids.RunId
    status: RunStatus
    settled: bool
    """Nothing more happens by itself, or not soon."""
    text: str
    run: Run | None = None
    made: wire.ReportMade | None = None
    """With ``run``, once it has succeeded: what it made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One source of a client, as it was found."""

    label: str
    identity: Identity
    """What it told; ``settings`` alone where its kind cannot tell, empty where it is a file of the
    client's own folder."""
    failed: str = ""
    """Why it could not be opened, and what to do; else empty."""
    doubted: bool = False
    """It can be confirmed, and is not."""
    was: Confirmed | None = None
    """What was confirmed, where that is something else."""
    others: tuple[ids.ClientId, ...] = ()
    """The clients of whom the same account was confirmed."""
    credential: foresight.Standing | None = None
    """What is known of its credential; None: it has none, or it has not worked yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """`/report check` and `reportops check --online`: whether a report could be made and posted
    now, and whose data it would come from.
    """

    client: ids.ClientId
    client_name: str
    timezone: str
    at: datetime
    sources: tuple[Source, ...]
    live: bool = False
    """It is posted in its own channel, and not in that of the operators."""
    slack: str = ""
    """Why it could not be posted there."""
    asked: bool = True
    """False: Slack was not asked, since no bot runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """`reportops client remove`: what was ended and deleted, counted, and what is left to do."""

    client: ids.ClientId
    stopped: int
    """Runs that had not ended."""
    sealed: int
    """Versions of credentials."""
    elsewhere: tuple[str, ...]
    """Credential references to other stores, where whoever keeps those deletes."""
    gone: leaving.Gone
    begun: leaving.Begun | None = None
    """A removal that had begun before, and did not come to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One credential of a client's source, without anything of it."""

    client: ids.ClientId
    source: str
    label: str
    """The source, as people call it."""
    credential: str
    """Its kind, as people call it."""
    reference: str
    version: int | None = None
    """The one in force, where the bot keeps it; None: there is none, or another store does."""
    made_at: datetime | None = None
    """When that was sealed."""
    used_at: datetime | None = None
    """When it was last good."""
    failed: str = ""
    """Why it was not, the last time it was used, in a few words."""
    back_until: datetime | None = None
    """Until when it can be rolled back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """`reportops credential list`."""

    at: datetime
    held: tuple[Held, ...]


class How(StrEnum):
    """How a credential comes to where it is kept."""

    PASTE = "paste"
    """It is entered in Slack, and sealed before anything else is done with it."""
    SHELL = "shell"
    """It is entered in a shell on the bot's machine: a policy says so."""
    LOGIN = "login"
    """It is made by signing in, from a shell."""
    OUTSIDE = "outside"
    """Its store is written by other hands; what is there then can be tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """`/report rotate`: what to ask for, or what to do instead."""

    client: ids.ClientId
    client_name: str
    source: str
    label: str
    """The source, as people call it."""
    credential: str
    """Its kind, as people call it."""
    reference: str
    how: How
    fields: tuple[form.Field, ...] = ()
    steps: tuple[str, ...] = ()
    """What to do where it is not entered here: commands, each on its line."""
    told: str = ""
    """Why, and what happens then; whole sentences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """Where a rotation stands."""

    view: rotation.View


Answer = (
    Checked
    | Receipt
    | Form
    | Rotated
    | Holdings
    | Done
    | Help
    | Listing
    | Schedule
    | Status
    | Health
    | RunState
    | views.Overview
    | views.History
    | bill.Costs
)


class Verb(StrEnum):
    """What the shell may ask of a running bot."""

    ASK = "ask"
    """What a person may type after /report."""
    RUN = "run"
    """Where a run stands."""
    HEALTH = "health"
    CHECK = "check"
    """Open the sources of ``client``."""
    IDENTIFY = "identify"
    """``seen`` is that client's."""
    WAKE = "wake"
    """Look at the clock and the store now; the demo has moved the clock."""
    BACKUP = "backup"
    REMOVE = "remove"
    """``client`` leaves."""
    CREDENTIAL = "credential"
    """Do ``act`` with the credential of ``client`` and ``source``."""
    SHEET = "sheet"
    """The costs of the request's month as CSV."""


class Act(StrEnum):
    """What the shell may do with a credential."""

    LIST = "list"
    TEST = "test"
    """Try the one in force."""
    SET = "set"
    """Put ``version`` in force, untried."""
    TRY = "try"
    """Try ``version`` beside the one in force, or what another store holds now."""
    CONFIRM = "confirm"
    """Put what was tried in ``rotation`` in force."""
    CANCEL = "cancel"
    BACK = "back"
    """Put the one before in force again."""
    REMOVE = "remove"
    """Delete it with all its versions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question over the control socket."""

    verb: Verb = Verb.ASK
    request: grammar.Request | None = None
    run: ids.RunId | None = None
    client: str = ""
    seen: tuple[Identity, ...] = ()
    """What was shown, and is confirmed."""
    act: Act | None = None
    source: str = ""
    version: int | None = None
    """One that the shell has sealed itself: no text of a credential travels."""
    rotation: str = ""
    path: str = ""
    """Where a backup goes; absolute."""
    keep: int | None = None
    """The path is a folder of dated copies, of which so many are kept; None: it is a file."""


class Problem(StrEnum):
    """Why there is no answer; each has its exit code."""

    USAGE = "usage"
    CONFIGURATION = "configuration"
    STORE = "store"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer on its way over the socket, or why there is none."""

    kind: str = ""
    """The answer's class by name."""
    body: str = ""
    """The answer as JSON."""
    problem: Problem | None = None
    text: str = ""


_ADAPTERS: Mapping[str, TypeAdapter[Answer]] = {
    "Checked": TypeAdapter(Checked),
    "Receipt": TypeAdapter(Receipt),
    "Form": TypeAdapter(Form),
    "Rotated": TypeAdapter(Rotated),
    "Holdings": TypeAdapter(Holdings),
    "Done": TypeAdapter(Done),
    "Help": TypeAdapter(Help),
    "Listing": TypeAdapter(Listing),
    "Schedule": TypeAdapter(Schedule),
    "Status": TypeAdapter(Status),
    "Health": TypeAdapter(Health),
    "RunState": TypeAdapter(RunState),
    "Overview": TypeAdapter(views.Overview),
    "History": TypeAdapter(views.History),
    "Costs": TypeAdapter(bill.Costs),
}


def pack(answer: Answer) -> Reply:
    """Return an answer as it travels."""
    kind = type(answer).__name__
    return Reply(kind=kind, body=_ADAPTERS[kind].dump_json(answer).decode())


def unpack(reply: Reply) -> Answer:
    """Return the answer that travelled; raises ValueError for one that this side does not know."""
    if reply.kind not in _ADAPTERS:
        message = f"an answer of kind {reply.kind!r}"
        raise ValueError(message)
    return _ADAPTERS[reply.kind].validate_json(reply.body)
