"""Specs: what a client's files ask for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from enum import StrEnum

from bot.domain import ids, metric, period


class Comparison(StrEnum):
    """What a period is held against."""

    PREVIOUS = "previous"
    LAST_YEAR = "last_year"


class Span(StrEnum):
    """Whether a query answers for one period or for all at once (Settled 5)."""

    PERIOD = "period"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSpec:
    """Where data comes from."""

    name: str
    kind: str
    """A key of bot.kinds.KINDS, such as ``duckdb``."""
    settings: Mapping[str, object]
    """The kind's own settings, checked; plain data (str, int, bool, list) only."""
    credential: str | None = None
    """A credential reference: a URI that is safe to show, such as ``env://GLOBEX_BIGQUERY``."""
    agency: str | None = None
    """The agency's credential that it uses, by its name in agency.yaml; None: its own."""
    identity: str
    """Whose data it is, as one comparable line, such as ``bigquery:globex-analytics``."""


class Stale(StrEnum):
    """What becomes of a report whose data is still not complete when it is promised."""

    SEND = "send"
    """It goes out, and says so."""
    HOLD = "hold"
    """An operator decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Asks its query's source, before anything else, for the last day that is complete."""

    sql: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuerySpec:
    """One question to one source."""

    name: str
    source: str
    sql: str = ""
    """The text itself, in the source's own language."""
    file: str
    """The file it was read from, relative to the client's folder, for messages."""
    request: Mapping[str, object] | None = None
    """In place of a text: what its kind's ``Request`` holds, checked, as plain data."""
    span: Span = Span.PERIOD
    optional: bool = False
    """Where true, the report may go out without its metrics."""
    waits: bool = True
    """Whether the report waits for its data, as far as anybody says how far that goes."""
    gate: Gate | None = None
    """What says so, besides its rows (``data_to``) and the source itself."""

    @property
    def slot(self) -> str:
        """What tells it from a breakdown of its name."""
        return f"query:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """What a figure has to be like for its report to go out unseen (bot.domain.plausible)."""

    required: bool = False
    """Whether it must have a value."""
    least: Decimal | None = None
    most: Decimal | None = None
    change: Decimal | None = None
    """The most that it moves against the previous period: a fraction, 0.6 is 60 %."""
    steady: bool = True
    """Whether it is held against its own past where ``change`` says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricSpec:
    """A figure to compute: a column of a query's result, or a formula over other metrics."""

    name: str
    label: str
    unit: metric.Unit
    description: str = ""
    better: metric.Better = metric.Better.NEITHER
    query: str | None = None
    """The query its column comes from (``from: orders.revenue``); None: the one that has it."""
    column: str
    formula: str | None = None
    expect: Expect = Expect()


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakdownSpec:
    """A metric by a dimension."""

    name: str
    source: str
    sql: str = ""
    file: str
    request: Mapping[str, object] | None = None
    by: str
    """The result column that holds the labels."""
    metric: str
    """The metric whose unit and label it has; also the result column of the values."""
    top: int = 5
    optional: bool = True
    waits: bool = True
    gate: Gate | None = None
    """Both as of a query; rows of a breakdown have no ``data_to``."""

    @property
    def slot(self) -> str:
        """What tells it from a query of its name."""
        return f"breakdown:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NarrativeSpec:
    """How the sentences are written. ``model`` None: the template writes, nothing is sent."""

    model: str | None = None
    language: str = "en"
    instructions: str = ""
    credential: str | None = None
    """The client's own model key, where it has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSpec:
    """When a report runs, is posted, and is promised; local times in the client's zone."""

    cron: str
    post_at: time | None = None
    deliver_by: time | None = None
    catch_up: timedelta = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSpec:
    """What to tell a client."""

    name: ids.ReportName
    title: str
    channel: ids.ChannelId | None = None
    """Where it differs from the client's."""
    schedule: ScheduleSpec | None = None
    period: period.PeriodRule
    compare: tuple[Comparison, ...] = (Comparison.PREVIOUS,)
    history: int = 8
    """How many periods the trend shows, the report's own included."""
    queries: tuple[QuerySpec, ...]
    metrics: tuple[MetricSpec, ...]
    breakdowns: tuple[BreakdownSpec, ...] = ()
    narrative: NarrativeSpec = NarrativeSpec()
    trend: str | None = None
    """The metric of the chart; None: the first."""
    stale: Stale = Stale.SEND
    restated: Decimal | None = Decimal("0.02")
    """A published figure that has moved by more than this share since is told; None: none is."""

    def does_without(self, source: str, *, gone: Collection[str] = ()) -> bool:
        """Whether it may go out without a source, beside those that are gone already: all that is
        asked of it is optional, and it is not the only one that is asked.
        """
        mine = [one.optional for one in (*self.queries, *self.breakdowns) if one.source == source]
        others = any(one.source not in {source, *gone} for one in self.queries)
        return bool(mine) and all(mine) and others
