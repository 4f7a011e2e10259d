"""What the shell prints of whose data a client's sources serve."""

from dataclasses import replace
from datetime import UTC, datetime

from bot.cli import online
from bot.domain import ids
from bot.domain.identity import Confirmed
from bot.domain.report import Identity
from bot.operations import answers
from tests import samples

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
        client=samples.ACME, client_name="Acme Corp", timezone="Europe/Paris", sources=sources
    )
    return list(online.lines(found))


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
        client=samples.ACME, client_name="Acme", timezone="UTC", sources=(source,)
    )
    assert answers.unpack(answers.pack(found)) == found
