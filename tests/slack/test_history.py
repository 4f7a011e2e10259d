"""What history says of runs that posted nothing of their own."""

from dataclasses import replace

import pytest

from bot.cli import text
from bot.domain import views
from bot.slack.screens import history
from tests.slack import golden, shown

BARE = replace(shown.SENT_ROW, posted_at=None, in_time=None)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (replace(BARE, unchanged=True), "nothing changed"),
        (replace(BARE, replaced=True), "sent, replaced since"),
        (BARE, "succeeded"),
        (replace(shown.SENT_ROW, corrected=True, in_time=None), "corrected the post of"),
        (shown.SENT_ROW, "sent"),
    ],
)
def test_a_row_says_what_became_of_the_run(row: views.HistoryRow, words: str) -> None:
    view = replace(shown.HISTORY, rows=(row,))
    in_slack, in_shell = str(golden.plain(history.draw(view))), text.of(view)
    for told in (in_slack, in_shell):
        assert words in told
        assert ("succeeded" in told) is (words == "succeeded")
