"""Ends of credentials are announced 14, 7, 3 and 1 days ahead, once each."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.domain import foresight, ids
from bot.foresight import expiry
from bot.slack.screens import ending
from tests import samples
from tests.slack import local

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
KNOWN = foresight.Standing(
    client=samples.ACME,
    reference="env://ACME_BIGQUERY",
    first_at=NOW - timedelta(days=40),
    good_at=NOW,
    expires_at=NOW + timedelta(days=20),
    expires_what="token",
)


def test_each_of_the_days_is_told_once() -> None:
    known, told = KNOWN, list[int | None]()
    for hours in range(0, 22 * 24, 5):
        for one in expiry.due([known], now=NOW + timedelta(hours=hours)):
            told.append(one.told)
            known = one
    assert told == [14, 7, 3, 1]


def test_what_is_known_late_is_told_once_for_all_the_days_that_passed() -> None:
    late = replace(KNOWN, expires_at=NOW + timedelta(days=2))
    (one,) = expiry.due([late], now=NOW)
    assert one.told == 3


def test_what_has_ended_or_never_ends_is_not_announced() -> None:
    over, never = replace(KNOWN, expires_at=NOW), replace(KNOWN, expires_at=None)
    assert expiry.due([over, never], now=NOW) == []


def test_what_no_file_names_any_more_is_not_announced() -> None:
    near = replace(KNOWN, expires_at=NOW + timedelta(days=2))
    gone = replace(near, reference="env://OTHER")
    found = [*expiry.told([near, gone], [samples.CLIENT])]
    assert [(one.standing.reference, one.label) for one in found] == [
        ("env://ACME_BIGQUERY", "BigQuery")
    ]


def test_many_are_one_message_and_a_shared_one_is_one_line() -> None:
    near = replace(KNOWN, expires_at=NOW + timedelta(days=2))
    found = [*expiry.told([near], [samples.CLIENT])]
    shared = [
        replace(
            found[0],
            client_name=f"Client {number}",
            standing=replace(near, client=ids.ClientId(f"c{number}"), reference="local://agency/x"),
        )
        for number in range(37)
    ]
    body = ending.draw([*found, *shared], now=NOW)
    assert body.text.startswith("🟠 2 credentials end soon")
    assert "its token ends Wed 25 Nov, in 2 d" in str(body.blocks)
    assert "and 27 more" in str(body.blocks)
    assert local.refusal(body) == ""
