"""The thread of a card, and what could not be said in its own place."""

from bot import errors
from bot.domain import delivery, ids, run, views
from bot.slack import blocks, limits, moments
from bot.slack.screens.card import words


def attempt(view: views.CardView, tried: run.Attempt) -> delivery.Body:
    """Return the thread's line about one attempt that has ended."""
    by = "scheduled" if tried.number == 1 else "by itself"
    if tried.by:
        by = f"by {blocks.mention(tried.by)}"
    ended = tried.ended_at or view.now
    start = f"{moments.clock(ended, view.timezone)} Attempt {tried.number}, {by}: "
    return words.line(start + _how(view, tried, took=moments.span(ended - tried.started_at)))


def act(view: views.CardView, *, who: ids.UserId | None, what: str) -> delivery.Body:
    """Return the thread's line about what a person did: ``what`` completes their name."""
    name = blocks.mention(who) if who else "The bot"
    return words.line(f"{moments.clock(view.now, view.timezone)} {name} {blocks.escape(what)}")


def elsewhere(what: delivery.Body, channel: ids.ChannelId, *, code: str) -> delivery.Body:
    """Return what could not be said in its own place, said to the operators (Settled 15)."""
    told = f"Could not be said in {blocks.channel(channel)} ({blocks.escape(code)})"
    shown = what.blocks or (blocks.section(what.text),)
    parts = (blocks.context(f"{told}, so it is said here."), *shown)
    return limits.fit(delivery.Body(text=f"{told}: {what.text}", blocks=parts))


def _how(view: views.CardView, tried: run.Attempt, *, took: str) -> str:
    if tried.end is run.AttemptEnd.ABANDONED:
        return "cut short when the bot stopped; it is resumed and uses no retry."
    if tried.end is run.AttemptEnd.REPORT:
        return f"report ready in {took}."
    if tried.failure is None:
        return f"ended after {took}."
    failure = tried.failure
    label = view.source_label if failure.source == view.incident.failure.source else None
    told = blocks.escape(errors.short(failure, source_label=label))
    said = f" “{blocks.escape(failure.said)}”" if failure.said and view.in_ops_channel else ""
    passes = "may pass" if errors.is_retryable(failure.code) else "does not pass"
    return f"failed after {took}: {told}.{said} It {passes} by itself."
