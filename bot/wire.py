"""Orders and outcomes, versioned: the only shapes that cross the process border.

One order goes in on stdin as one JSON object. Out come lines of JSON: any number of ``Progress``,
then exactly one outcome, whose ``type`` tells which it is. Domain dataclasses are read and written
by pydantic's TypeAdapter, so that both sides agree by construction.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from bot import errors
from bot.domain import client, credential, delivery, ids, money, period, report, rotation, run
from bot.domain.kept import Keep, Kept
from bot.domain.walls import Attack, Targets, Walls

T = TypeVar("T")
_Periods = dict[ids.ReportName, period.Period]

VERSION = 1
"""Both sides must name the same; an old worker never reads a new order."""
MAX_OUTCOME_BYTES = 8 * 1024 * 1024
"""Bounds everything a worker may write to stdout."""

_NO_KEY = "kept-by-the-broker"
THINKING_ROOM = 3
"""Times the tokens, where a model cannot be told not to think: its thoughts count as output."""
MOST_CALLS = 4
"""Of the model for one report: two tries, and each again for a model that thinks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAccess:
    """How the narrator reaches the model."""

    key: str = field(repr=False)
    reference: str | None = None
    """The client's own key, where it has one: opened in the worker, in place of ``key``."""
    base_url: str | None = None
    max_output_tokens: int = 1200
    timeout_seconds: float = 45.0
    left: Decimal | None = None
    """US dollars of the budgets that are not spent yet; None: none is set."""

    @property
    def most_tokens(self) -> int:
        """Of output in one call, thoughts included."""
        return THINKING_ROOM * self.max_output_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOrder:
    """Make one report. Holds this client's credentials and nobody else's."""

    type: Literal["run"] = "run"
    version: int = VERSION
    run: ids.RunId
    attempt: int
    client: client.Client
    report: ids.ReportName
    period: period.Period
    as_of: datetime
    credentials: Mapping[str, str] = field(repr=False)
    """Credential reference → its text, for ``env://`` references of this client alone."""
    kept: Kept = field(default_factory=Kept, repr=False)
    """What is sealed for this run, and the keys to it."""
    pepper: str = field(default="", repr=False)
    """Goes into the prints of what the run opens; empty: it tells none."""
    references: tuple[str, ...] = ()
    """The credential references that this run may have opened, for whoever keeps them."""
    hosts: tuple[str, ...] = ()
    """The hosts that this run may reach: a name, with a port where it is not 443."""
    model: ModelAccess | None = None
    """None: the template writes; ``model_note`` says why where a model was wanted."""
    model_note: str = ""
    without: tuple[str, ...] = ()
    counted: Mapping[str, int] = field(default_factory=dict[str, int])
    """Query → the newest attempt of this run whose cost of it stands in the ledger."""
    asked_at: datetime | None = None
    """When this attempt was ordered; None: nobody says."""
    waits: bool = False
    """Where data is not complete for the period, end as NOT_FRESH instead of making the report."""
    looks: int = 0
    """How often the run's data was read to the end: an answer to an earlier look is not taken."""
    estimate: bool = False
    """Whether to say what its queries would cost, and to read nothing."""
    deadline_seconds: float
    """What is left for the whole run; sources keep an inner deadline below it."""
    scratch: Path
    """The run's own temporary directory; gone after it."""
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    """Addresses of local doubles, such as BIGQUERY_EMULATOR_HOST; never a secret."""

    def at_the_broker(self, url: str) -> "RunOrder":
        """Return the order for a run behind walls: without what the guard keeps for it.

        ``url`` is where the model is asked in place of the shared key.
        """
        model = self.model
        if model is not None and model.reference is None:
            model = replace(model, key=_NO_KEY, base_url=url)
        return replace(self, credentials={}, kept=Kept(), model=model)

    def with_kept(self, texts: Mapping[str, str], sealed: Kept) -> "RunOrder":
        """Return the order with what was kept for it: texts of ``env://``, and what is sealed."""
        return replace(self, credentials=texts, kept=sealed)

    def in_scratch(self, scratch: Path) -> "RunOrder":
        """Return the order as a walled run completes it: with a scratch of its own."""
        return replace(self, scratch=scratch)

    @property
    def secrets(self) -> tuple[str, ...]:
        """All that must not be said: for masks."""
        own = (*self.credentials.values(), *self.kept.identities.values())
        return (*own, *([self.model.key] if self.model else []))


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOrder:
    """Open every source of a client, and tell whose data each serves.

    A trial of a credential is one of a single source, with ``periods``; ``keep`` opens none at all.
    """

    type: Literal["check"] = "check"
    version: int = VERSION
    client: client.Client
    periods: Mapping[ids.ReportName, period.Period] = field(default_factory=_Periods)
    """Report → the period of which its queries are asked too; no others are."""
    keep: Keep | None = None
    as_of: datetime
    credentials: Mapping[str, str] = field(repr=False)
    """As in ``RunOrder``, of all the client's sources."""
    kept: Kept = field(default_factory=Kept, repr=False)
    pepper: str = field(default="", repr=False)
    references: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    deadline_seconds: float
    scratch: Path
    environment: Mapping[str, str] = field(default_factory=dict[str, str])

    def at_the_broker(self, url: str) -> "CheckOrder":  # noqa: ARG002 - as RunOrder's; no model here
        """Return the order for behind walls: without what the guard keeps for it."""
        return replace(self, credentials={}, kept=Kept())

    def with_kept(self, texts: Mapping[str, str], sealed: Kept) -> "CheckOrder":
        """As in ``RunOrder``."""
        return replace(self, credentials=texts, kept=sealed)

    def in_scratch(self, scratch: Path) -> "CheckOrder":
        """As in ``RunOrder``."""
        return replace(self, scratch=scratch)

    @property
    def secrets(self) -> tuple[str, ...]:
        """All that must not be said: for masks."""
        return (*self.credentials.values(), *self.kept.identities.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartOrder:
    """Draw one trend as a PNG, for workspaces that refuse native charts."""

    type: Literal["chart"] = "chart"
    version: int = VERSION
    trend: delivery.Trend
    scratch: Path
    deadline_seconds: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackOrder:
    """Attack what was made for it, and tell what came of each try; no client's run."""

    type: Literal["attack"] = "attack"
    version: int = VERSION
    targets: Targets
    scratch: Path
    deadline_seconds: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A stage began."""

    type: Literal["progress"] = "progress"
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Walled:
    """What stands around the run; its first line, written before it has read its order."""

    type: Literal["walled"] = "walled"
    walls: Walls


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMade:
    """The run has its report."""

    type: Literal["report"] = "report"
    version: int = VERSION
    report: report.Report
    usage: tuple[money.Usage, ...] = ()
    timings: Mapping[str, int]
    """Stage → milliseconds."""
    walls: Walls | None = None
    """What stood around the run; the executor's word, never the worker's."""
    seen: tuple[credential.Seen, ...] = ()
    """Of each credential that was opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFailed:
    """The run failed in a known way; what it cost until then is told all the same."""

    type: Literal["failure"] = "failure"
    version: int = VERSION
    failure: run.Failure
    usage: tuple[money.Usage, ...] = ()
    timings: Mapping[str, int]
    walls: Walls | None = None
    seen: tuple[credential.Seen, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What came of opening one source; ``version``: or of keeping its credential."""

    name: str
    version: str = ""
    identity: report.Identity | None = None
    """None: it failed, or is of a kind that cannot tell."""
    failure: run.Failure | None = None
    figures: tuple[rotation.Figure, ...] = ()
    """Of the order's periods."""
    refused: tuple[run.Failure, ...] = ()
    """The queries of them that could not be answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What came of each of a client's sources."""

    type: Literal["checked"] = "checked"
    version: int = VERSION
    sources: tuple[Source, ...]
    seen: tuple[credential.Seen, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What one query of one run would cost, its periods together."""

    query: str
    source: str
    bytes: int
    largest: int
    """Of the period that reads most."""
    cost: Decimal
    """US dollars."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimated:
    """What the queries would cost whose sources can tell."""

    type: Literal["estimated"] = "estimated"
    version: int = VERSION
    estimates: tuple[Estimate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartMade:
    """A PNG, base64."""

    type: Literal["chart"] = "chart"
    version: int = VERSION
    png: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attacked:
    """What came of each attack."""

    type: Literal["attacked"] = "attacked"
    version: int = VERSION
    attacks: tuple[Attack, ...]


AnyOrder = RunOrder | CheckOrder | ChartOrder | AttackOrder
Order = Annotated[AnyOrder, Field(discriminator="type")]
RunOutcome = ReportMade | RunFailed
Said = Progress | Walled | ReportMade | RunFailed | Checked | Estimated | ChartMade | Attacked
"""What a worker may say."""
Line = Annotated[Said, Field(discriminator="type")]

_ORDER: TypeAdapter[AnyOrder] = TypeAdapter(Order)
_LINE: TypeAdapter[Said] = TypeAdapter(Line)
_REPORT: TypeAdapter[report.Report] = TypeAdapter(report.Report)


def write_order(order: AnyOrder) -> bytes:
    """Return the order as JSON. The bytes hold credentials: never log or store them."""
    return _ORDER.dump_json(order)


def read_order(raw: bytes) -> AnyOrder:
    """Parse an order; raises WireError without echoing its content."""
    return _checked(_ORDER, raw, what="order")


def write_line(line: Said) -> bytes:
    """Return one line of output, newline included."""
    return _LINE.dump_json(line) + b"\n"


def read_line(raw: bytes) -> Said:
    """Parse one line of a worker's output; raises WireError without echoing its content."""
    return _checked(_LINE, raw, what="outcome")


def dump_report(value: report.Report) -> str:
    """Return a report as JSON, for the store."""
    return _REPORT.dump_json(value).decode()


def load_report(raw: str) -> report.Report:
    """Parse a stored report; raises WireError."""
    return _checked(_REPORT, raw.encode(), what="stored report")


def _checked(adapter: TypeAdapter[T], raw: bytes, *, what: str) -> T:
    try:
        value = adapter.validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise errors.WireError(f"unreadable {what} at {place or 'top'}: {first['type']}") from None
    version = getattr(value, "version", VERSION)
    if version != VERSION:
        raise errors.WireError(f"{what} of version {version}, this side speaks {VERSION}")
    return value
