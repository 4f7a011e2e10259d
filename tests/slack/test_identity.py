"""Whose is this? As operators read it."""

from dataclasses import replace
from datetime import UTC, datetime

from bot.domain import ids
from bot.domain.identity import Confirmed, Doubt
from bot.domain.report import Identity
from bot.slack.screens import identity
from tests import samples
from tests.slack import golden, local, shown

GA4 = Identity(
    source="web",
    name="Acme Shop",
    account="properties/1234",
    domain="acme.com",
    currency="EUR",
    timezone="Europe/Paris",
    settings="ga4:properties/1234",
)
BIGQUERY = Identity(source="warehouse", name="", settings="bigquery:acme-analytics")
GLOBEX = replace(
    GA4,
    name="Globex <!channel>",
    account="properties/99",
    domain="globex.com",
    settings="ga4:properties/99",
)
WAS = Confirmed(
    client=samples.ACME,
    identity=GA4,
    by=ids.UserId("U0CLAIRE"),
    at=datetime(2026, 11, 12, 9, 0, tzinfo=UTC),
)


def _asked(*doubts: Doubt) -> identity.Question:
    return identity.Question(
        client="Acme Corp",
        title="Weekly KPIs",
        run=shown.RUN.id,
        stamp="0123456789ab",
        doubts=doubts,
        labels={"web": "Google Analytics", "warehouse": "BigQuery"},
        zone="Europe/Paris",
    )


def test_the_first_time_a_held_report_asks_once_for_all_its_sources() -> None:
    body = identity.held(_asked(Doubt(now=GA4), Doubt(now=BIGQUERY)))
    golden.same("identity_first", golden.plain(body))
    assert local.refusal(body) == ""


def test_another_identity_stands_beside_the_confirmed_one() -> None:
    body = identity.held(_asked(Doubt(now=GLOBEX, was=WAS, others=(ids.ClientId("globex"),))))
    golden.same("identity_changed", golden.plain(body))
    assert local.refusal(body) == ""
    assert "<!channel>" not in str(body.blocks)


def test_two_that_call_themselves_the_same_are_told_apart_by_their_settings() -> None:
    now = replace(GA4, settings="ga4:copied")
    text = str(identity.held(_asked(Doubt(now=now, was=WAS))).blocks)
    assert "(ga4:copied)" in text
    assert "(ga4:properties/1234)" in text


def test_an_internal_client_is_asked_about_and_then_confirmed() -> None:
    golden.same("identity_internal", golden.plain(identity.served(_asked(Doubt(now=GA4)))))
    done = identity.served(_asked())
    assert done.text == "✓ It is confirmed that the numbers of Acme Corp are its own."
    assert "actions" not in str(done.blocks)


def test_many_sources_are_counted_and_fit() -> None:
    long = replace(GA4, name="x" * 200, account="y" * 200)
    many = [Doubt(now=replace(long, source=f"s{number}"), was=WAS) for number in range(30)]
    body = identity.held(_asked(*many))
    assert local.refusal(body) == ""
    assert "… and 22 more" in str(body.blocks)
