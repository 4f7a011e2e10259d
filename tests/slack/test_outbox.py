"""What operators read of messages that did not go out as they should."""

from bot.domain import delivery
from bot.slack import refusals
from bot.slack.screens import outbox
from tests.store import make


def _report() -> delivery.Delivery:
    return make.post(make.a_run())


def test_a_message_that_nobody_can_look_for_says_what_helps() -> None:
    why = refusals.explain("missing_scope", "needed: channels:history")
    told = outbox.stuck(make.word(), why)
    assert "may or may not have been posted" in told
    assert "the app lacks the permission channels:history" in told
    assert told.endswith("restart the bot.")


def test_a_simpler_form_names_the_block_and_asks_for_no_retry() -> None:
    why = refusals.explain("invalid_blocks", "[json-pointer:/blocks/3/rows]")
    told = outbox.simplified(_report(), why)
    assert "acme, weekly, 2026-11-16" in told
    assert "block 4 of the message" in told
    assert "Retry" not in told
    assert outbox.simplified(_report(), refusals.explain("chart_not_ready")).endswith("there.")


def test_a_correction_that_cannot_be_made_says_what_was_done_instead() -> None:
    why = refusals.explain("message_not_found")
    assert outbox.unedited(_report(), why, anew=True).endswith("posted as a new message instead.")
    gone = refusals.explain("is_inactive")
    assert "Unarchive it" in outbox.unedited(_report(), gone, anew=False)


def test_copies_are_counted_and_the_first_one_linked() -> None:
    told = outbox.doubled(_report(), 2, link="https://slack.test/p1")
    assert "2 times" in told
    assert "<https://slack.test/p1|open it>" in told
    assert "open it" not in outbox.doubled(_report(), 3, link="")


def test_a_delay_names_slacks_own_word() -> None:
    assert "`update_failed`" in outbox.delayed(make.word(), "update_failed")
    assert "7 days" in outbox.plainer(7)
