"""Words to the operators about messages that did not go out as they should; a sentence or two."""

from bot.domain import delivery
from bot.slack import blocks

Why = tuple[str, str]
"""The fault, a clause, and its remedy: refusals.explain's."""


def stuck(waiting: delivery.Delivery, why: Why) -> str:
    """Return that nobody can find out whether a message was posted."""
    fault, remedy = why
    return (
        f"{_what(waiting)} may or may not have been posted, and the channel cannot be read to find "
        f"out: {_plain(fault)}. It is not posted again until it can. {_plain(remedy)}"
    )


def delayed(waiting: delivery.Delivery, code: str) -> str:
    """Return that Slack turns a message away, for now."""
    return (
        f"{_what(waiting)} is not posted yet: for some minutes Slack has answered `{_plain(code)}`,"
        " which passes by itself. It is tried again until it does."
    )


def simplified(settled: delivery.Delivery, why: Why) -> str:
    """Return that Slack did not take the richest rendering of a message."""
    fault, remedy = why
    return (
        f"{_what(settled)} was posted in a simpler form: Slack refused the full one, because "
        f"{_plain(fault)}. All its figures are there.{_mend(remedy)}"
    )


def plainer(days: int) -> str:
    """Return that a workspace takes no native tables or charts, and what it gets instead."""
    return (
        "Slack refused native tables and charts in this workspace, so reports come with lines and "
        f"an image of the chart; all their figures are there. It is tried again in {days} days."
    )


def doubled(settled: delivery.Delivery, copies: int, *, link: str) -> str:
    """Return that a message stands in its channel more than once."""
    first = f" The first one counts: {blocks.link(link, 'open it')}." if link else ""
    return (
        f"{_what(settled)} was found {copies} times in its channel.{first} Delete the others by "
        "hand; the bot edits the first one only."
    )


def unedited(shown: delivery.Delivery, why: Why, *, anew: bool) -> str:
    """Return that a posted report could not be corrected in its place."""
    fault, remedy = why
    told = f"{_what(shown)} could not be edited, and shows what it did: {_plain(fault)}."
    if anew:
        return f"{told} What it should say is posted as a new message instead."
    return f"{told}{_mend(remedy)} The edit is tried again every ten minutes."


def _what(one: delivery.Delivery) -> str:
    where = blocks.channel(one.channel)
    if one.kind is not delivery.Kind.REPORT:
        return f"A message in {where}"
    about = f"{one.client}, {one.report}, {one.period_start}"
    return f"A report ({_plain(about)}) in {where}"


def _plain(text: str) -> str:
    return blocks.escape(text)


def _mend(remedy: str) -> str:
    """What to do, without its Retry: the message is posted."""
    kept = remedy.removesuffix(", then press Retry.").rstrip(".")
    return "" if kept.startswith("Press Retry") else f" {_plain(kept)}."
