"""Orders and outcomes, versioned: the only shapes that cross the process border.

One order goes in on stdin as one JSON object. Out come lines of JSON: any number of ``Progress``,
then exactly one outcome, whose ``type`` tells which it is. Domain dataclasses are read and written
by pydantic's TypeAdapter, so that both sides agree by construction.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from bot import errors
from bot.domain import client, delivery, ids, money, period, report, run

T = TypeVar("T")

VERSION = 1
"""Both sides must name the same; an old worker never reads a new order."""
MAX_OUTCOME_BYTES = 8 * 1024 * 1024
"""Bounds everything a worker may write to stdout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAccess:
    """How the narrator reaches the model."""

    key: str = field(repr=False)
    base_url: str | None = None
    max_output_tokens: int = 1200
    timeout_seconds: float = 45.0


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
    model: ModelAccess | None = None
    """None: the template writes; ``model_note`` says why where a model was wanted."""
    model_note: str = ""
    without: tuple[str, ...] = ()
    counted: Mapping[str, int] = field(default_factory=dict[str, int])
    """Query → the newest attempt of this run whose cost of it stands in the ledger."""
    deadline_seconds: float
    """What is left for the whole run; sources keep an inner deadline below it."""
    scratch: Path
    """The run's own temporary directory; gone after it."""
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    """Addresses of local doubles, such as BIGQUERY_EMULATOR_HOST; never a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartOrder:
    """Draw one trend as a PNG, for workspaces that refuse native charts."""

    type: Literal["chart"] = "chart"
    version: int = VERSION
    trend: delivery.Trend
    scratch: Path
    deadline_seconds: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A stage began."""

    type: Literal["progress"] = "progress"
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMade:
    """The run has its report."""

    type: Literal["report"] = "report"
    version: int = VERSION
    report: report.Report
    usage: tuple[money.Usage, ...] = ()
    timings: Mapping[str, int]
    """Stage → milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFailed:
    """The run failed in a known way; what it cost until then is told all the same."""

    type: Literal["failure"] = "failure"
    version: int = VERSION
    failure: run.Failure
    usage: tuple[money.Usage, ...] = ()
    timings: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartMade:
    """A PNG, base64."""

    type: Literal["chart"] = "chart"
    version: int = VERSION
    png: str


Order = Annotated[RunOrder | ChartOrder, Field(discriminator="type")]
RunOutcome = ReportMade | RunFailed
Line = Annotated[Progress | ReportMade | RunFailed | ChartMade, Field(discriminator="type")]

_ORDER: TypeAdapter[RunOrder | ChartOrder] = TypeAdapter(Order)
_LINE: TypeAdapter[Progress | ReportMade | RunFailed | ChartMade] = TypeAdapter(Line)
_REPORT: TypeAdapter[report.Report] = TypeAdapter(report.Report)


def write_order(order: RunOrder | ChartOrder) -> bytes:
    """Return the order as JSON. The bytes hold credentials: never log or store them."""
    return _ORDER.dump_json(order)


def read_order(raw: bytes) -> RunOrder | ChartOrder:
    """Parse an order; raises WireError without echoing its content."""
    return _checked(_ORDER, raw, what="order")


def write_line(line: Progress | ReportMade | RunFailed | ChartMade) -> bytes:
    """Return one line of output, newline included."""
    return _LINE.dump_json(line) + b"\n"


def read_line(raw: bytes) -> Progress | ReportMade | RunFailed | ChartMade:
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
