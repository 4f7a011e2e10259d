"""One whole example for every test: Acme's week of 16 November 2026, as the screens show it.

Every figure agrees with every other: the channels add up to the revenue of both weeks, the
average order, the conversion rate and the ROAS are their formulas' results.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from bot.domain import client, ids, metric, period, report, spec

ACME = ids.ClientId("acme")
WEEKLY = ids.ReportName("weekly")
CHANNEL = ids.ChannelId("C0ACME")
OWNER = ids.UserId("U0CLAIRE")
AS_OF = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
"""06:00 on Monday in Paris, when the fire comes due."""
MODEL = "claude-haiku-5-5"


def week(start: date = date(2026, 11, 16), *, partial: bool = False) -> period.Period:
    """Return the week of seven days from ``start``."""
    end = start + timedelta(days=7)
    return period.Period(kind=period.PeriodKind.WEEK, start=start, end=end, partial=partial)


THIS_WEEK = week()
LAST_WEEK = week(date(2026, 11, 9))
LAST_YEAR = week(date(2025, 11, 17))


def points(*values: str, end: date = date(2026, 11, 16)) -> tuple[metric.Point, ...]:
    """Return a weekly history, oldest first, whose last point is the week of ``end``."""
    first = end - timedelta(weeks=len(values) - 1)
    return tuple(
        metric.Point(start=first + timedelta(weeks=index), value=Decimal(value))
        for index, value in enumerate(values)
    )


def figure(name: str, value: str | None, previous: str | None = None) -> metric.Metric:
    """Return a plain count with a label made of its name; use ``replace`` for more."""
    return metric.Metric(
        name=name,
        label=name.replace("_", " ").capitalize(),
        unit=metric.Unit.COUNT,
        value=None if value is None else Decimal(value),
        previous=None if previous is None else Decimal(previous),
    )


REVENUE = metric.Metric(
    name="revenue",
    label="Revenue",
    unit=metric.Unit.CURRENCY,
    description="Paid orders, tax included, refunds taken off.",
    better=metric.Better.HIGHER,
    value=Decimal(48210),
    previous=Decimal(50270),
    last_year=Decimal(44888),
    history=points("46100", "47900", "45200", "49000", "51300", "48800", "50270", "48210"),
    queries=("orders",),
)
ORDERS = replace(
    figure("orders", "1204", "1177"),
    better=metric.Better.HIGHER,
    last_year=Decimal(1150),
    history=points("1120", "1151", "1098", "1163", "1210", "1160", "1177", "1204"),
    queries=("orders",),
)
AVERAGE_ORDER = metric.Metric(
    name="average_order",
    label="Average order",
    unit=metric.Unit.CURRENCY,
    better=metric.Better.HIGHER,
    value=Decimal(48210) / Decimal(1204),
    previous=Decimal(50270) / Decimal(1177),
    formula="revenue / orders",
    queries=("orders",),
)
SESSIONS = replace(
    figure("sessions", "61480", "60930"), better=metric.Better.HIGHER, queries=("sessions",)
)
CONVERSION = metric.Metric(
    name="conversion_rate",
    label="Conv. rate",
    unit=metric.Unit.PERCENT,
    better=metric.Better.HIGHER,
    value=Decimal(1204) / Decimal(61480),
    previous=Decimal(1177) / Decimal(60930),
    formula="orders / sessions",
    queries=("orders", "sessions"),
)
AD_SPEND = metric.Metric(
    name="ad_spend",
    label="Ad spend",
    unit=metric.Unit.CURRENCY,
    better=metric.Better.LOWER,
    value=Decimal(9640),
    previous=Decimal(8910),
    queries=("spend",),
)
ROAS = metric.Metric(
    name="roas",
    label="ROAS",
    unit=metric.Unit.RATIO,
    better=metric.Better.HIGHER,
    value=Decimal(48210) / Decimal(9640),
    previous=Decimal(50270) / Decimal(8910),
    formula="revenue / ad_spend",
    queries=("orders", "spend"),
)
METRICS = (REVENUE, ORDERS, AVERAGE_ORDER, SESSIONS, CONVERSION, AD_SPEND, ROAS)


def row(label: str, value: int | None, previous: int | None) -> metric.BreakdownRow:
    """Return one row of a breakdown."""
    return metric.BreakdownRow(
        label=label,
        value=None if value is None else Decimal(value),
        previous=None if previous is None else Decimal(previous),
    )


PAID_SEARCH = row("Paid search", 14210, 14000)
ORGANIC = row("Organic", 12300, 12470)
PAID_SOCIAL = row("Paid social", 11400, 13500)
EMAIL = row("Email", 5600, 5650)
DIRECT = row("Direct", 3500, 3480)
CHANNELS = metric.Breakdown(
    name="channels",
    by="channel",
    metric="revenue",
    unit=metric.Unit.CURRENCY,
    top=(PAID_SEARCH, ORGANIC, PAID_SOCIAL, EMAIL, DIRECT),
    movers=(PAID_SOCIAL, PAID_SEARCH, ORGANIC, EMAIL, DIRECT),
    rest=row("", 1200, 1170),
    total=row("", 48210, 50270),
)

SENTENCES = (
    (
        "{revenue.label} {revenue.change} to {revenue.value} while {orders.label} "
        "{orders.change} to {orders.value}: {average_order.label} {average_order.move}."
    ),
    (
        "{channels.mover.1.name} {channels.mover.1.contribution}; "
        "all other channels together {channels.rest.contribution}."
    ),
    "{ad_spend.label} {ad_spend.change} to {ad_spend.value} and {roas.label} {roas.move}.",
)
"""What a model might write about it."""

FACTS = report.Report(
    client=ACME,
    client_name="Acme Corp",
    name=WEEKLY,
    title="Weekly KPIs",
    period=THIS_WEEK,
    previous=LAST_WEEK,
    last_year=LAST_YEAR,
    timezone="Europe/Paris",
    locale="en_GB",
    currency="EUR",
    as_of=AS_OF,
    metrics=METRICS,
    breakdowns=(CHANNELS,),
    trend="revenue",
    terms=("GA4",),
    provenance=(
        report.Provenance(
            query="orders", source="shop", kind="duckdb", rows=1, data_to=date(2026, 11, 22)
        ),
        report.Provenance(query="sessions", source="shop", kind="duckdb", rows=1),
        report.Provenance(query="spend", source="warehouse", kind="bigquery", rows=1),
        report.Provenance(query="channels", source="shop", kind="duckdb", rows=14),
    ),
)
"""The figures, before anybody wrote about them."""

REPORT = replace(
    FACTS,
    narrative=tuple(report.Sentence(text=text) for text in SENTENCES),
    author=report.Author.AI,
)
"""The finished report."""


def query(name: str, source: str) -> spec.QuerySpec:
    """Return a query whose text only matters to those who run it."""
    return spec.QuerySpec(name=name, source=source, sql="SELECT 1", file=f"{name}_weekly.sql")


def asked(figures: tuple[metric.Metric, ...] = METRICS) -> tuple[spec.MetricSpec, ...]:
    """Return the specs that ask for these figures."""
    return tuple(
        spec.MetricSpec(
            name=one.name,
            label=one.label,
            unit=one.unit,
            description=one.description,
            better=one.better,
            query=one.queries[0] if one.queries and not one.formula else None,
            column=one.name,
            formula=one.formula,
        )
        for one in figures
    )


REPORT_SPEC = spec.ReportSpec(
    name=WEEKLY,
    title="Weekly KPIs",
    schedule=spec.ScheduleSpec(cron="0 6 * * 1", post_at=time(8, 30), deliver_by=time(9, 0)),
    period=period.PeriodRule(kind=period.PeriodKind.WEEK),
    compare=(spec.Comparison.PREVIOUS, spec.Comparison.LAST_YEAR),
    queries=(query("orders", "shop"), query("sessions", "shop"), query("spend", "warehouse")),
    metrics=asked(),
    breakdowns=(
        spec.BreakdownSpec(
            name="channels",
            source="shop",
            sql="SELECT 1",
            file="channels_weekly.sql",
            by="channel",
            metric="revenue",
        ),
    ),
    narrative=spec.NarrativeSpec(model=MODEL, instructions="Talk about paid channels first."),
    trend="revenue",
)

SOURCES: Mapping[str, spec.SourceSpec] = {
    "shop": spec.SourceSpec(
        name="shop",
        kind="duckdb",
        settings={"setup": "load.sql"},
        identity="duckdb:acme/load.sql",
    ),
    "warehouse": spec.SourceSpec(
        name="warehouse",
        kind="bigquery",
        settings={
            "project": "acme-analytics",
            "location": "EU",
            "maximum_bytes_billed": 2_000_000_000,
        },
        credential="env://ACME_BIGQUERY",
        identity="bigquery:acme-analytics",
    ),
}

CLIENT = client.Client(
    id=ACME,
    name="Acme Corp",
    channel=CHANNEL,
    stage=client.Stage.LIVE,
    owner=OWNER,
    timezone="Europe/Paris",
    locale="en_GB",
    currency="EUR",
    budget=Decimal(5),
    terms=("GA4",),
    links={"Dashboard": "https://dashboard.example/acme"},
    sources=SOURCES,
    reports={WEEKLY: REPORT_SPEC},
    folder=Path("clients/acme"),
)
