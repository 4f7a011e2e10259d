"""The operators' line about a report that will be late."""

from dataclasses import replace
from datetime import date

from bot.domain import run
from bot.slack.screens import card
from tests.slack import shown


def test_a_late_report_names_the_day_it_waits_for() -> None:
    view = replace(shown.LATE, status=run.Status.WAITING, awaits=date(2026, 11, 22))
    assert card.late(view).text.endswith("it waits for the data of Sun 22 Nov")
