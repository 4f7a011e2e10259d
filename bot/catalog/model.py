"""The shape of client.yaml. Descriptions reach editors through clients/client.schema.json.

Shapes only: what one part says about another (a metric's query, a formula's names) is checked by
bot.catalog.build, which also turns shapes into the nouns of bot.domain.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bot.catalog import fields, written
from bot.domain import client, spec
from bot.domain.metric import Better, Flat, Unit
from bot.domain.period import PeriodRule
from bot.domain.walls import Level
from bot.kinds.stores.aws import AwsSettings
from bot.kinds.stores.gcp import GcpSettings
from bot.kinds.stores.vault import VaultSettings

MAX_HISTORY = 20
"""Slack's native chart takes at most 20 points."""
MAX_TOP = 20
_REQUEST = (
    "What is wanted of a source that has no query language, in its kind's own keys; the period and "
    "the time zone go in by themselves."
)


class Shape(BaseModel):
    """Every shape refuses keys that it does not know and never repeats a value."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class FlatShape(Shape):
    """Within what a change reads flat, where both limits are given; read by written.flat."""

    relative: written.Number = Field(
        default="1 %", description="A share of the earlier value: 1 % or 0.01."
    )
    points: written.Number = Field(
        default="0.1", description="For percent metrics, in percentage points: 0.1."
    )


class PeriodShape(Shape):
    """A period by its number of days."""

    last_days: int = Field(ge=1, le=366, description="The days before the fire, such as 28.")


class ScheduleShape(Shape):
    """When a report runs, is posted and is promised, in the client's time zone."""

    cron: Annotated[str, BeforeValidator(written.cron)] = Field(
        description='Minute, hour, day of month, month, day of week: "0 6 * * 1" is Monday 06:00.',
        examples=["0 6 * * 1", "0 6 1 * *", "0 7 * * 1-5"],
    )
    post_at: fields.LocalTime | None = Field(
        default=None,
        description="Where set, a finished report waits for this time of the same day.",
    )
    deliver_by: fields.LocalTime | None = Field(
        default=None,
        description="The promise: failures are told, and retries planned, with a view to it.",
    )
    catch_up: fields.Span = Field(
        default=timedelta(hours=12),
        description="How late a fire that was missed, by a bot that was down, may still run.",
    )


class QueryShape(Shape):
    """One question to one source: a file, or a request."""

    source: fields.Name = Field(description="One of the names under sources.")
    sql: str | None = Field(
        default=None,
        description="A file in this folder, in the source's own dialect. It may name the "
        "parameters period_start, period_end (dates), period_start_at, period_end_at (instants) "
        "and timezone, written $period_start for DuckDB and @period_start for BigQuery.",
    )
    request: dict[str, object] | None = Field(default=None, description=_REQUEST)
    span: spec.Span = Field(
        default=spec.Span.PERIOD,
        description="period: asked once for each period. all: asked once, each row carries "
        "its period_start.",
    )
    optional: bool = Field(
        default=False, description="Whether the report may go out without its metrics."
    )
    fresh: str | None = Field(
        default=None,
        description="What says the last complete day, for which the report waits: source (the "
        "source itself or a column data_to; the default), a file in this folder that returns that "
        "day alone, or none: it waits for nothing.",
        examples=["source", "none", "orders_fresh.sql"],
    )


class ExpectShape(Shape):
    """What holds a report back for an operator's look where a figure is not so."""

    required: bool = Field(default=False, description="Whether it must have a value.")
    least: Decimal | None = Field(
        default=None, alias="min", description="It is never less, in its own unit."
    )
    most: Decimal | None = Field(
        default=None, alias="max", description="It is never more, in its own unit."
    )
    change: Annotated[
        Decimal | None, BeforeValidator(written.growth, json_schema_input_type=written.Number)
    ] = Field(
        default=None, description="The most that it moves against the previous period: 60 % or 0.6."
    )


class MetricShape(Shape):
    """One figure: the result column of the same name, or a formula over other metrics."""

    label: fields.Short | None = Field(
        default=None, description="What readers call it; without it, the name in words."
    )
    description: fields.Words = Field(
        default="", description="What it counts, for Why these numbers?."
    )
    unit: Unit = Field(
        description="count, currency, percent (a fraction: 0.0196 reads 1.96 %), ratio, or "
        "duration (seconds). Units format, they never convert."
    )
    better: Better = Field(default=Better.HIGHER, description="Which direction is good news.")
    column: fields.Reference | None = Field(
        default=None,
        alias="from",
        description="query.column, where the column has another name or two queries return it.",
    )
    formula: str | None = Field(
        default=None,
        min_length=1,
        max_length=500,
        description="Arithmetic over other metrics of this report: revenue / ad_spend.",
    )
    expect: Annotated[
        ExpectShape | None,
        BeforeValidator(written.nothing, json_schema_input_type=written.Nothing | ExpectShape),
    ] = Field(
        default_factory=ExpectShape,
        description="Holds the report for an operator where the figure is not so. Without it, a "
        "figure ten times, or less than a tenth of, all that it was lately; none: nothing.",
    )


class BreakdownShape(Shape):
    """A metric split by a dimension: the largest values, and those that moved most."""

    source: fields.Name = Field(description="One of the names under sources.")
    sql: str | None = Field(
        default=None, description="A file in this folder that returns the two columns below."
    )
    request: dict[str, object] | None = Field(default=None, description=_REQUEST)
    by: fields.Name = Field(description="The result column that holds the labels.")
    metric: fields.Name = Field(
        description="A metric of this report; also the result column of the values."
    )
    top: int = Field(default=5, ge=1, le=MAX_TOP, description="How many labels are shown.")
    optional: bool = Field(
        default=True, description="Whether the report may go out without this breakdown."
    )
    fresh: str | None = Field(
        default=None,
        description="As of a query: source, none, or a file that returns the last complete day.",
        examples=["source", "none", "orders_fresh.sql"],
    )


class NarrativeShape(Shape):
    """How the sentences are written."""

    model: Annotated[
        str | None,
        BeforeValidator(written.model, json_schema_input_type=str),
        Field(
            description="The language model, such as claude-haiku-5-5; none: the template writes "
            "and nothing is sent to a model."
        ),
    ]
    language: fields.Language = Field(default="en", description="The language of the sentences.")
    instructions: fields.Prose = Field(
        default="", description="What to dwell on, in plain words. It is sent to the model."
    )
    credential: str | None = Field(
        default=None, description="The client's own model key, as a credential reference."
    )


class ReportShape(Shape):
    """What to tell the client, and when."""

    title: fields.Short = Field(description="What readers call the report, such as Weekly KPIs.")
    channel: fields.Channel | None = Field(
        default=None, description="A Slack channel id, where it differs from the client's."
    )
    schedule: ScheduleShape | None = Field(
        default=None, description="Without one the report runs only when somebody asks for it."
    )
    period: Annotated[
        PeriodRule,
        BeforeValidator(written.period_rule, json_schema_input_type=written.Period | PeriodShape),
    ] = Field(description="What a report is about: the last complete one before the fire.")
    compare: Annotated[
        tuple[spec.Comparison, ...],
        BeforeValidator(written.listed, json_schema_input_type=written.Compare),
    ] = Field(
        default=(spec.Comparison.PREVIOUS,),
        description="What the period is held against: [previous, last_year]; none for nothing.",
    )
    history: int = Field(
        default=8, ge=1, le=MAX_HISTORY, description="How many periods the trend shows."
    )
    trend: fields.Name | None = Field(
        default=None, description="The metric of the chart; without it, the first."
    )
    stale: spec.Stale = Field(
        default=spec.Stale.SEND,
        description="What becomes of it where its data is still not complete shortly before "
        "deliver_by. send: it goes out and says so. hold: an operator decides.",
    )
    restated: Annotated[
        Decimal | None, BeforeValidator(written.moved, json_schema_input_type=written.Number)
    ] = Field(
        default=Decimal("0.02"),
        description="A figure of the last report that has moved by more than this since it was "
        "posted is told in the next one: 2 % or 0.02; none: never.",
    )
    queries: dict[fields.Name, QueryShape] = Field(
        min_length=1, max_length=20, description="What is asked of the sources."
    )
    metrics: dict[fields.Name, MetricShape] = Field(
        min_length=1, max_length=30, description="In the order in which the post shows them."
    )
    breakdowns: dict[fields.Name, BreakdownShape] = Field(
        default_factory=dict[str, BreakdownShape],
        max_length=5,
        description="Metrics split by a dimension, such as revenue by channel.",
    )
    narrative: Annotated[
        NarrativeShape | None,
        BeforeValidator(
            written.narrative, json_schema_input_type=written.NoNarrative | NarrativeShape
        ),
    ] = Field(
        default=None,
        description="Without it, or with none, the template writes and nothing is sent to a model.",
    )


class StoresShape(Shape):
    """Stores of credentials, each by the start of its references."""

    vault: VaultSettings | None = Field(
        default=None, description="For vault:// (HashiCorp Vault or OpenBao)."
    )
    aws: AwsSettings | None = Field(default=None, description="For aws-sm://.")
    gcp: GcpSettings | None = Field(default=None, description="For gcp-sm://.")


class ClientShape(Shape):
    """A client of reportops: clients/<id>/client.yaml; the folder's name is the client's id."""

    name: fields.Short = Field(description="What readers call the client.")
    channel: fields.Channel = Field(
        description="The Slack id of the client's channel; its reports are posted nowhere else."
    )
    stage: client.Stage = Field(
        default=client.Stage.INTERNAL,
        description="internal: posts go to the ops channel, headed with where they would go. "
        "live: they go to the client.",
    )
    owner: fields.User | None = Field(
        default=None, description="The Slack id of the person who cares; failure cards name them."
    )
    alerts: fields.Channel | None = Field(
        default=None, description="The channel of failure cards, where it is not the client's own."
    )
    timezone: fields.Zone = Field(description="An IANA name; schedules and periods follow it.")
    locale: fields.LocaleName = Field(
        default="en_GB", description="How numbers, dates and money are written."
    )
    currency: fields.Currency = Field(default="EUR", description="An ISO 4217 code.")
    week_start: fields.Weekday = Field(default=0, description="The first day of a week: monday.")
    flat: Annotated[
        Flat,
        BeforeValidator(written.flat, json_schema_input_type=written.Number | FlatShape),
    ] = Field(
        default=Flat(),
        description="Within what a change reads flat: 1 %, or {relative: 1 %, points: 0.1}.",
    )
    budget: fields.Dollars | None = Field(
        default=None,
        description="US dollars of model cost a month; beyond it the template writes.",
    )
    isolation: Level = Field(
        default=Level.NONE,
        description="The least isolation its runs need: strong, partial, or none demanded.",
    )
    retain: fields.Kept | None = Field(
        default=None,
        description="How long its reports and the texts of its messages are kept, such as 13 "
        "months; without it, REPORTOPS_KEEP_DAYS.",
    )
    terms: list[fields.Term] = Field(
        default_factory=list[str],
        max_length=50,
        description="Names with digits that sentences may hold, such as GA4.",
    )
    links: dict[fields.Short, fields.Link] = Field(
        default_factory=dict[str, str],
        max_length=10,
        description="Label: https address; the first is the post's Dashboard button.",
    )
    shares: list[str] = Field(
        default_factory=list[str],
        max_length=50,
        description="Ids of other clients that may use the same channel, data or credential. Both "
        "clients name each other; without it both are refused.",
    )
    demo: bool = Field(default=False, description="Only the demo runs it.")
    stores: StoresShape = Field(
        default=StoresShape(),
        description="As whom this client's runs ask the stores of credentials that are reached "
        "over the network: an identity of this client's own.",
    )
    sources: dict[fields.Name, dict[str, object]] = Field(
        min_length=1, max_length=20, description="Where the data comes from."
    )
    reports: dict[fields.ReportName, ReportShape] = Field(
        min_length=1, max_length=20, description="What to tell the client, and when."
    )
