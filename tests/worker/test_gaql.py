"""GAQL: one SELECT, into which the period goes by itself."""

import pytest

from bot.worker.sources import gaql
from tests import samples

BETWEEN = "segments.date BETWEEN '2026-11-16' AND '2026-11-22'"


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        (
            "SELECT metrics.clicks FROM customer",
            f"SELECT metrics.clicks FROM customer WHERE {BETWEEN} LIMIT 20001",
        ),
        (
            (
                "-- calls, weekly\nselect campaign.name,\n  metrics.clicks\nfrom campaign\n"
                "where campaign.status = 'ENABLED' AND campaign.name != 'FROM; WHERE'\n"
                "order by metrics.clicks desc limit 5;"
            ),
            (
                f"SELECT campaign.name, metrics.clicks FROM campaign WHERE {BETWEEN}"
                " AND campaign.status = 'ENABLED' AND campaign.name != 'FROM; WHERE'"
                " ORDER by metrics.clicks desc LIMIT 5"
            ),
        ),
        (
            "SELECT metrics.clicks FROM campaign PARAMETERS include_drafts=true",
            (
                f"SELECT metrics.clicks FROM campaign WHERE {BETWEEN} LIMIT 20001"
                " PARAMETERS include_drafts=true"
            ),
        ),
    ],
)
def test_the_period_and_a_bound_go_in(text: str, sent: str) -> None:
    assert gaql.read(text).text(samples.THIS_WEEK) == sent


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-- SELECT metrics.clicks FROM customer",
        "DELETE FROM campaign",
        "UPDATE campaign SET name = 'x'",
        "SELECT metrics.clicks FROM customer; SELECT metrics.clicks FROM customer",
        "SELECT metrics.clicks FROM customer; DROP",
    ],
)
def test_what_is_not_one_select_is_refused(text: str) -> None:
    with pytest.raises(gaql.RefusedError, match=r"SELECT|statement"):
        gaql.read(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("SELECT metrics.clicks", "needs FROM"),
        ("SELECT * FROM campaign", r"“\*” is no field"),
        ("SELECT count(metrics.clicks) FROM campaign", "is no field"),
        ("SELECT metrics.clicks FROM campaign, customer", "needs FROM and one"),
        ("SELECT metrics.clicks WHERE x = 1 FROM campaign", "another order"),
        (
            "SELECT metrics.clicks FROM campaign WHERE segments.date DURING LAST_7_DAYS",
            "take segments.date out of WHERE",
        ),
    ],
)
def test_what_is_broken_is_told(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        gaql.read(text)
    assert not isinstance(caught.value, gaql.RefusedError)


@pytest.mark.parametrize(
    ("field", "column"),
    [
        ("metrics.cost_micros", "cost"),
        ("metrics.all_conversions", "all_conversions"),
        ("segments.date", "date"),
        ("campaign.name", "campaign_name"),
    ],
)
def test_columns_are_named_after_fields(field: str, column: str) -> None:
    assert gaql.column(field) == column
