"""One-line answers: errors, suggestions, refusals, and that something is under way."""

from bot.domain import delivery
from bot.slack import blocks, limits


def say(text: str) -> delivery.Body:
    """Return our own sentence as an answer. It is mrkdwn: other people's words in it are escaped
    or quoted already.
    """
    return limits.fit(delivery.Body(text=text, blocks=(blocks.section(text),)))


def wrong(ref: str) -> delivery.Body:
    """Return what a person is told about a fault of ours: no detail, but something to quote."""
    return say(f"Something went wrong on our side, and it is logged. Ref {blocks.escape(ref)}")
