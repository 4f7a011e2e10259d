"""One report over Google Analytics and a sheet of targets, from client.yaml to its figures."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot import errors, wire
from bot.catalog import load
from bot.domain import ids
from bot.domain.run import FailureCode
from bot.worker import pipeline
from tests import samples
from tests.catalog import folder
from tests.contract import benches, googlebenches

GLOBEX = ids.ClientId("globex")
YAML = f"""\
name: Globex
channel: C0GLOBEX1
timezone: Europe/Paris
sources:
  analytics: {{kind: ga4, property: "{googlebenches.PROPERTY}", credential: env://GLOBEX_GA4}}
  plan: {{kind: google_sheets, spreadsheet: {googlebenches.SPREADSHEET}, credential: env://GLOBEX_PLAN}}
reports:
  weekly:
    title: Weekly KPIs
    period: week
    history: 2
    queries:
      traffic:
        source: analytics
        request: {{metrics: [sessions, totalRevenue], where: [{{field: country, is_not: Peru}}]}}
      targets: {{source: plan, request: {{range: "Targets!A1:D60", by: Week of}}}}
    metrics:
      sessions: {{unit: count}}
      total_revenue: {{unit: currency, expect: none}}
      budget: {{unit: currency, expect: none}}
      reached: {{unit: percent, formula: total_revenue / budget}}
    breakdowns:
      countries:
        source: analytics
        request: {{metrics: [sessions], dimensions: [country]}}
        by: country
        metric: sessions
    narrative: none
"""


@pytest.fixture
def order(tmp_path: Path) -> Iterator[wire.RunOrder]:
    folder.write(tmp_path, text=YAML)
    found = load.load(tmp_path, demo=False)
    assert not found.faults
    with ExitStack() as stack:
        analytics = stack.enter_context(googlebenches.analytics(tmp_path))
        targets = stack.enter_context(googlebenches.targets(tmp_path))
        keys = {
            name: json.dumps(bench.accounts.service_account(benches.ROBOT, benches.PROJECT))
            for name, bench in (("env://GLOBEX_GA4", analytics), ("env://GLOBEX_PLAN", targets))
        }
        yield wire.RunOrder(
            run=ids.RunId("0123456789abcdef"),
            attempt=1,
            client=found.clients[GLOBEX],
            report=samples.WEEKLY,
            period=samples.THIS_WEEK,
            as_of=samples.AS_OF,
            credentials=keys,
            deadline_seconds=30,
            scratch=Path("nowhere"),
            environment={"ga4": analytics.api.url, "google_sheets": targets.api.url},
        )


async def test_figures_of_both_meet_in_one_report(order: wire.RunOrder) -> None:
    outcome = await pipeline.run(order, lambda _: None)
    assert isinstance(outcome, wire.ReportMade), outcome
    made = outcome.report
    *read, reached = [(one.value, one.previous) for one in made.metrics]
    assert read == [(7, 48), (Decimal("30.76"), 3), (Decimal("1000.25"), Decimal("950.5"))]
    assert [round(one or 0, 6) for one in reached] == [Decimal("0.030752"), Decimal("0.003156")]
    (split,) = made.breakdowns
    assert [(row.label, row.value) for row in split.top] == [("France", 5), ("日本", 2)]
    assert [(one.code, one.subject) for one in made.findings] == [("provisional", "traffic")]
    assert {one.name for one in made.identities} == {"Acme Shop", "Acme’s targets"}


async def test_money_in_another_currency_is_refused_not_mixed(order: wire.RunOrder) -> None:
    outcome = await pipeline.run(
        replace(order, client=replace(order.client, currency="USD")), lambda _: None
    )
    assert isinstance(outcome, wire.RunFailed)
    assert outcome.failure.code is FailureCode.OTHER_CURRENCY
    told = errors.describe(outcome.failure, source_label="Google Analytics")
    assert told == "The money of Google Analytics is in EUR, and the report's is in USD."
    remedy = errors.remedy(outcome.failure, source_label="Google Analytics")
    assert "write currency: USD at the source in client.yaml" in remedy
