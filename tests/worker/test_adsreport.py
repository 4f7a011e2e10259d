"""A report over two ad platforms, from its file to its figures."""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from bot import wire
from bot.catalog import load
from bot.demo import ads, google, googleads, metaads
from bot.domain import ids
from bot.domain.run import FailureCode
from bot.worker import pipeline
from tests import samples
from tests.catalog import folder
from tests.contract import adsbenches

YAML = """\
name: Globex
channel: C0GLOBEX1
timezone: Europe/Paris
sources:
  google: {kind: google_ads, customer: 123-456-7890, credential: env://GLOBEX_GOOGLE_ADS}
  meta: {kind: meta_ads, account: act_1234567890, credential: env://GLOBEX_META_ADS}
reports:
  weekly:
    title: Weekly ads
    period: week
    history: 2
    queries:
      google: {source: google, request: {level: account, names: {spend: google_spend}}}
      meta:
        source: meta
        request: {level: account, conversions: [purchase], names: {spend: meta_spend}}
      brand: {source: google, sql: brand.gaql}
    metrics:
      google_spend: {unit: currency}
      meta_spend: {unit: currency}
      ad_spend: {unit: currency, formula: google_spend + meta_spend}
      sales: {unit: currency, from: meta.value}
      roas: {unit: ratio, formula: sales / meta_spend}
      brand_clicks: {unit: count, from: brand.clicks}
    breakdowns:
      campaigns:
        source: google
        request: {level: campaign, names: {spend: google_spend}}
        by: campaign
        metric: google_spend
"""
GAQL = "-- the brand alone\nSELECT metrics.clicks FROM campaign WHERE campaign.name = 'Brand'\n"


def _doubles(stack: ExitStack, *, currency: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Start both platforms; returns the credentials and the addresses."""
    people = stack.enter_context(google.GoogleDouble())
    one = stack.enter_context(googleads.GoogleAdsDouble(people, developer_token=adsbenches.SECRET))
    other = stack.enter_context(metaads.MetaAdsDouble(adsbenches.SECRET))
    one.readers.add(adsbenches.WHO)
    for double, spent in ((one, "EUR"), (other, currency)):
        double.add(
            ads.Account(id=adsbenches.ACCOUNT, name="Globex", currency=spent, days=adsbenches.DAYS)
        )
    key = people.service_account(adsbenches.WHO, "globex")
    signed = json.dumps({**key, "developer_token": adsbenches.SECRET})
    return (
        {"env://GLOBEX_GOOGLE_ADS": signed, "env://GLOBEX_META_ADS": adsbenches.SECRET},
        {"google_ads": one.url, "meta_ads": other.url},
    )


async def _outcome(place: Path, *, currency: str) -> wire.RunOutcome:
    made = folder.write(place, text=YAML)
    (made / "brand.gaql").write_text(GAQL, "utf-8")
    found = load.load(place, demo=False)
    assert not found.faults
    with ExitStack() as stack:
        credentials, environment = _doubles(stack, currency=currency)
        order = wire.RunOrder(
            run=ids.RunId("0123456789abcdef"),
            attempt=1,
            client=found.clients[ids.ClientId("globex")],
            report=samples.WEEKLY,
            period=samples.THIS_WEEK,
            as_of=datetime(2026, 11, 23, 5, tzinfo=UTC),
            credentials=credentials,
            environment=environment,
            deadline_seconds=15,
            scratch=Path("nowhere"),
        )
        return await pipeline.run(order, lambda _: None)


async def test_figures_of_two_platforms_make_one_report(tmp_path: Path) -> None:
    outcome = await _outcome(tmp_path, currency="EUR")
    assert isinstance(outcome, wire.ReportMade), outcome
    report = outcome.report
    told = {one.name: one.value for one in report.metrics}
    assert told == {
        "google_spend": Decimal("35.00"),
        "meta_spend": Decimal("35.00"),
        "ad_spend": Decimal(70),
        "sales": Decimal("500.75"),
        "roas": pytest.approx(Decimal("14.30714"), abs=Decimal("0.0001")),
        "brand_clicks": 55,
    }
    rows = {row.label: row.value for row in report.breakdowns[0].top}
    assert rows["Brand"] == Decimal("10.90")
    told_by = {one.account for one in report.identities}
    assert told_by == {"customers/1234567890", "act_1234567890"}


async def test_money_of_another_currency_is_refused(tmp_path: Path) -> None:
    outcome = await _outcome(tmp_path, currency="USD")
    assert isinstance(outcome, wire.RunFailed)
    assert outcome.failure.code is not FailureCode.CRASHED
    assert outcome.failure.source == "meta"
    assert outcome.failure.params["given"] == "USD"
