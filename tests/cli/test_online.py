"""What the shell prints of whose data a client's sources serve."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.cli import online
from bot.domain import foresight, ids
from bot.domain.identity import Confirmed
from bot.domain.report import Identity
from bot.operations import answers
from bot.operations import found as told
from bot.slack.screens import checked
from tests import samples
from tests.slack import local

OWN = Identity(
    source="web",
    name="Acme Shop",
    account="properties/1",
    domain="acme.com",
    currency="EUR",
    settings="ga4:1",
)
MUTE = Identity(source="warehouse", name="", settings="bigquery:acme-analytics")
WAS = Confirmed(
    client=samples.ACME,
    identity=OWN,
    by=ids.UserId("shell:claire"),
    at=datetime(2026, 11, 12, 9, 0, tzinfo=UTC),
)


def _lines(*sources: answers.Source) -> list[str]:
    found = answers.Checked(
        client=samples.ACME,
        client_name="Acme Corp",
        timezone="Europe/Paris",
        at=WAS.at,
        sources=sources,
        live=True,
    )
    *lines, channel = online.lines(found)
    assert channel == "  Slack: can be posted in its channel"
    return lines


def test_each_source_is_a_line_with_how_it_stands() -> None:
    assert _lines(
        answers.Source(label="Google Analytics", identity=OWN),
        answers.Source(label="BigQuery", identity=MUTE, doubted=True),
        answers.Source(label="Data files", identity=replace(MUTE, settings="")),
        answers.Source(label="Meta Ads", identity=MUTE, failed="The credential is not set."),
    ) == [
        "Acme Corp (acme)",
        "  Google Analytics: Acme Shop, properties/1, acme.com, EUR: confirmed",
        "  BigQuery: bigquery:acme-analytics (nothing was asked): not confirmed yet",
        "  Data files: files of its own folder, nothing is asked",
        "  Meta Ads: failed. The credential is not set.",
    ]


def test_another_stands_above_what_was_confirmed() -> None:
    other = replace(OWN, name="Globex", account="properties/2", settings="ga4:2")
    found = answers.Source(
        label="GA4", identity=other, doubted=True, was=WAS, others=(ids.ClientId("globex"),)
    )
    assert _lines(found)[1:] == [
        "  GA4: Globex, properties/2, acme.com, EUR: ANOTHER than was confirmed",
        "    confirmed on 12 Nov by shell:claire: Acme Shop, properties/1, acme.com, EUR",
        "    the same account is confirmed for globex",
    ]


def test_answers_travel_whole() -> None:
    source = answers.Source(label="GA4", identity=OWN, doubted=True, was=WAS)
    found = answers.Checked(
        client=samples.ACME, client_name="Acme", timezone="UTC", at=WAS.at, sources=(source,)
    )
    assert answers.unpack(answers.pack(found)) == found


def test_its_credential_and_a_channel_in_the_way_stand_below() -> None:
    known = foresight.Standing(
        client=samples.ACME,
        reference="env://ACME_GA4",
        first_at=WAS.at - timedelta(days=84),
        good_at=WAS.at,
        expires_at=WAS.at + timedelta(days=14),
        expires_what="token",
    )
    source = answers.Source(label="GA4", identity=OWN, credential=known)
    found = answers.Checked(
        client=samples.ACME,
        client_name="Acme",
        timezone="UTC",
        at=WAS.at,
        sources=(source,),
        slack="The channel is archived.",
    )
    assert online.lines(found)[2:] == [
        "    env://ACME_GA4: in use for 84 days, last good 09:00, its token ends Thu 26 Nov",
        "  Slack: The channel is archived.",
    ]
    body = checked.draw(told.whole(found))
    assert body.text == "🔴 Acme · 1 of 2 in the way"
    assert local.refusal(body) == ""
