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
        (replace(shown.SENT_ROW, isolation="partial"), "isolation partial"),
        (replace(shown.SENT_ROW, refused=("evil.example",)), "refused evil.example"),
        (replace(shown.SENT_ROW, refused=("a.example", "b", "c")), "refused a.example and 2 more"),
    ],
)
def test_a_row_says_what_became_of_the_run(row: views.HistoryRow, words: str) -> None:
    view = replace(shown.HISTORY, rows=(row,))
    in_slack, in_shell = str(golden.plain(history.draw(view))), text.of(view)
    for told in (in_slack, in_shell):
        assert words in told
        assert ("succeeded" in told) is (words == "succeeded")


def test_isolation_that_is_as_meant_needs_no_word_on_each_line() -> None:
    view = replace(shown.HISTORY, rows=(replace(shown.SENT_ROW, isolation="strong"),))
    in_slack = str(golden.plain(history.draw(view)))
    assert in_slack.count("isolation") == 1
    assert "isolation is strong where nothing else is said" in in_slack
    assert "isolation strong" in text.of(view)
    assert "isolation" not in str(golden.plain(history.draw(shown.HISTORY)))
