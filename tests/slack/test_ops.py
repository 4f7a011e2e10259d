"""Words to the ops channel: short, whatever came together."""

from typing import cast

from bot.slack.screens import ops


def test_of_many_missed_runs_some_are_named_and_the_rest_is_counted() -> None:
    many = [(f"Client {n:02}", "Daily", f"day {day}") for day in range(5) for n in range(12)]
    body = ops.missed(many)
    assert body.text.startswith("60 runs were missed")
    lines = cast("dict[str, str]", body.blocks[1]["text"])["text"].split("\n")
    assert lines[0] == "🔴 Client 00: Daily due day 0, day 1, day 2 and 2 more"
    assert (len(lines), lines[-1]) == (10, "… and of 3 more clients")
