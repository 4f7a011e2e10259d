"""What the screens are given in these tests: views about Acme on Monday 23 November."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from bot.domain import bill, client, delay, ids, incident, month, pause, run, views
from bot.domain.views import Button, Light
from tests import samples

ZONE = "Europe/Paris"
NOW = datetime(2026, 11, 23, 5, 2, tzinfo=UTC)
"""06:02 in Paris."""
CLAIRE = ids.UserId("U0CLAIRE")
INCIDENT = ids.IncidentId("4r7c0k2m9x1d8e5f")


def at(hour: int, minute: int = 0, *, day: int = 23) -> datetime:
    """Return a local time of November in Paris, in UTC."""
    return datetime(2026, 11, day, hour - 1, minute, tzinfo=UTC)


RUN = run.Run(
    id=ids.RunId("0123456789ab7k2f"),
    client=samples.ACME,
    report=samples.WEEKLY,
    key="fire:2026-11-23T06:00 Europe/Paris",
    trigger=run.Trigger.SCHEDULED,
    period=samples.THIS_WEEK,
    as_of=samples.AS_OF,
    status=run.Status.READY,
    created_at=samples.AS_OF,
)
REVOKED = run.Failure(
    code=run.FailureCode.CREDENTIAL_REFUSED,
    source="warehouse",
    kind="bigquery",
    reference="env://ACME_BIGQUERY",
    said="Token has been expired or revoked.",
)
OPEN = incident.Incident(
    id=INCIDENT,
    client=samples.ACME,
    cause="warehouse:credential_refused",
    failure=REVOKED,
    status=incident.IncidentStatus.OPEN,
    runs=(RUN.id,),
    version=3,
    opened_at=at(6, 1),
)
CARD = views.CardView(
    incident=OPEN,
    client_name="Acme Corp",
    report_title="Weekly KPIs",
    source_label="BigQuery",
    timezone=ZONE,
    status=run.Status.FAILED,
    attempts=1,
    deliver_by=at(9),
    posted_at=None,
    now=NOW,
    owner=CLAIRE,
    last_good=at(8, 30, day=16),
    buttons=(Button.RETRY, Button.SEND_WITHOUT, Button.DETAILS, Button.SKIP, Button.PAUSE),
    without=("warehouse",),
)
RETRYING = replace(
    CARD,
    incident=replace(
        OPEN, failure=run.Failure(code=run.FailureCode.SOURCE_BUSY, source="warehouse")
    ),
    status=run.Status.QUEUED,
    attempts=2,
    next_retry_at=at(6, 25),
)
RECOVERED = replace(
    CARD,
    incident=replace(OPEN, status=incident.IncidentStatus.RECOVERED),
    status=run.Status.SUCCEEDED,
    posted_at=at(8, 30),
    report_link="https://northwind.slack.com/archives/C0ACME/p1763971200000100",
    fixed_by=CLAIRE,
    now=at(8, 30),
    buttons=(),
)
SKIPPED = replace(
    CARD,
    incident=replace(OPEN, status=incident.IncidentStatus.CLOSED),
    status=run.Status.SKIPPED,
    fixed_by=CLAIRE,
    buttons=(),
)
PAUSED = replace(CARD, buttons=(Button.RESUME, Button.DETAILS, Button.SKIP))
HELD = replace(
    CARD,
    status=run.Status.HELD,
    buttons=(Button.CONFIRM, Button.DETAILS, Button.SKIP, Button.PAUSE),
)
RERUN = replace(
    CARD, deliver_by=None, period=samples.LAST_WEEK, stands=at(6, 10, day=16), last_good=at(6, 10)
)
"""A rerun of another week that failed, although that week's post stands."""
CHOICE = replace(RERUN, status=run.Status.HELD, hold="changed", buttons=(Button.DETAILS,))
LATE = delay.LateView(
    client_name="Acme Corp",
    report_title="Weekly KPIs",
    timezone=ZONE,
    status=run.Status.RUNNING,
    deliver_by=at(9),
    next_attempt_at=None,
    posted_at=None,
    now=at(9, 1),
    owner=CLAIRE,
    client_saw="one neutral line",
)
ATTEMPT = run.Attempt(
    run=RUN.id,
    number=1,
    started_at=at(6, 0),
    ended_at=at(6, 0) + timedelta(seconds=2.1),
    end=run.AttemptEnd.FAILED,
    failure=REVOKED,
    timings={"sources": 1900, "credentials": 12},
)
NEXT = views.NextFire(
    client=samples.ACME,
    client_name="Acme Corp",
    report=samples.WEEKLY,
    title="Weekly KPIs",
    timezone=ZONE,
    nominal="2026-11-30T06:00",
    run_at=at(6, 10, day=30),
    post_at=at(8, 30, day=30),
    deliver_by=at(9, day=30),
)


def line(name: str, light: Light, text: str, *, stuck: bool = False) -> views.ClientLine:
    """Return one client's line."""
    return views.ClientLine(
        client=ids.ClientId(name.lower()),
        name=name,
        light=light,
        text=text,
        due=at(9) if stuck else None,
        timezone=ZONE,
        incident=INCIDENT if stuck else None,
        ready=text.startswith("ready"),
    )


OVERVIEW = views.Overview(
    at=at(6, 45),
    timezone=ZONE,
    lines=(
        line("Acme", Light.RED, "Google sign-in revoked", stuck=True),
        line("PVCP", Light.AMBER, "bookings complete to Sat only"),
        line("XYZ", Light.GREEN, "ready, posts at 08:30"),
        line("Bistro", Light.GREEN, "ready, posts at 08:30"),
        line("Lumen", Light.GREY, "paused"),
    ),
    faults=1,
)
OWN = replace(OVERVIEW, lines=OVERVIEW.lines[:1], client=samples.ACME, faults=0)
MONTHS = (
    month.Month(first=date(2026, 11, 1), in_time=3, due=4),
    month.Month(first=date(2026, 10, 1), in_time=4, due=4),
)
STATUS = views.ClientStatus(
    client=samples.ACME,
    name="Acme Corp",
    stage=client.Stage.LIVE,
    timezone=ZONE,
    channel=samples.CHANNEL,
    owner=CLAIRE,
    outside=True,
    walls="partial: its credentials come from the environment (env://)",
    last_posted=at(8, 30, day=16),
    last_in_time=True,
    next=NEXT,
    on_time=11,
    sent=12,
    months=MONTHS,
    corrections=1,
    sources=(
        views.SourceHealth(name="shop", label="Shop (DuckDB)", ok=True, at=at(6)),
        views.SourceHealth(name="warehouse", label="BigQuery", ok=False, text="sign-in revoked"),
        views.SourceHealth(name="crm", label="CRM", ok=None),
    ),
    pause=views.PauseView(until=at(23, 59), by=CLAIRE, reason="shop *closed*"),
    incident="BigQuery sign-in revoked",
    operator=True,
)
STATUS_WAITS = replace(STATUS, incident="", waits="waits for its data")
STATUS_OF_OTHERS = replace(
    STATUS, operator=False, owner=None, walls="", sources=(), pause=None, incident=""
)
SENT_ROW = views.HistoryRow(
    ref="7K2F",
    report=samples.WEEKLY,
    period=samples.THIS_WEEK,
    status=run.Status.SUCCEEDED,
    trigger=run.Trigger.SCHEDULED,
    at=at(6),
    posted_at=at(8, 30),
    in_time=True,
    attempts=2,
    cost=Decimal("0.0042"),
)
HISTORY = views.History(
    client=samples.ACME,
    name="Acme Corp",
    timezone=ZONE,
    rows=(
        SENT_ROW,
        replace(
            SENT_ROW,
            ref="8M3G",
            period=samples.LAST_WEEK,
            status=run.Status.FAILED,
            trigger=run.Trigger.SHELL,
            posted_at=None,
            in_time=None,
            attempts=1,
            failure="BigQuery sign-in revoked",
            cost=None,
        ),
        replace(SENT_ROW, ref="9N4H", by=CLAIRE, revision=1, in_time=False, attempts=1),
        replace(SENT_ROW, ref="2P5J", period=samples.LAST_WEEK, attempts=1, late=True),
    ),
    months=MONTHS,
)
COSTS = bill.Costs(
    month=date(2026, 11, 1),
    until=date(2026, 11, 22),
    rows=(
        bill.CostRow(
            client=samples.ACME,
            name="Acme",
            reports=4,
            reruns=1,
            model=Decimal("0.02"),
            warehouse=Decimal("0.20"),
            budget=Decimal(5),
        ),
        bill.CostRow(
            client=ids.ClientId("pvcp"),
            name="PVCP",
            reports=3,
            reruns=0,
            model=Decimal("0.01"),
            warehouse=Decimal("0.90"),
        ),
    ),
    previous_total=Decimal("1.58"),
    forecast=Decimal("2.02"),
    budget=Decimal(20),
)
COSTS_BY_REPORT = replace(
    COSTS,
    rows=tuple(replace(row, budget=None, report="Weekly KPIs") for row in COSTS.rows),
    only=samples.ACME,
)
DETAILS = views.DetailsView(
    card=RETRYING,
    attempts=(
        ATTEMPT,
        replace(ATTEMPT, number=2, end=run.AttemptEnd.ABANDONED, failure=None, timings={}),
        replace(ATTEMPT, number=3, end=run.AttemptEnd.REPORT, failure=None, by=CLAIRE),
        replace(ATTEMPT, number=4, end=None, ended_at=None, failure=None),
    ),
    said="Token has been expired or revoked.",
    run_ref="7K2F",
)
WHY = views.WhyView(
    report=samples.REPORT,
    definitions=tuple((one, "Shop (DuckDB)") for one in samples.REPORT.metrics),
)
ABOUT = views.AboutView(
    run=RUN.id,
    client=samples.ACME,
    client_name="Acme Corp",
    report=samples.WEEKLY,
    title="Weekly *KPIs*",
    period=samples.THIS_WEEK,
    timezone=ZONE,
    posted_at=at(8, 30),
    in_time=True,
    revision=1,
    by=CLAIRE,
    line=OVERVIEW.lines[0],
    now=at(8, 45),
    operator=True,
)
CHANGE = views.ChangeView(
    run=RUN.id,
    client=samples.ACME,
    client_name="Acme Corp",
    before=samples.REPORT,
    after=replace(
        samples.REPORT,
        metrics=(replace(samples.REVENUE, value=Decimal(48910)), *samples.METRICS[1:-1]),
    ),
)
FAULTS = (
    views.Fault(
        client="globex",
        file="globex/client.yaml",
        line=12,
        key="reports.weekly.period",
        problem="“wek” is no period.",
        remedy="Use day, week, month or quarter.",
    ),
    views.Fault(
        client="globex",
        file="globex/client.yaml",
        line=3,
        key="",
        problem="<!channel> is not a Slack id.",
        remedy="",
    ),
)

MISSED = (
    ("Acme", "Weekly KPIs", "Mon 23 Nov 06:00"),
    ("Globex", "Weekly KPIs", "Mon 23 Nov 07:00"),
    ("Acme", "Daily orders", "Mon 23 Nov 08:00"),
)
BY_US = pause.Pause(
    client=samples.ACME,
    since=at(6),
    until=None,
    by=pause.BOT,
    reason="its last 4 fires have failed",
)
