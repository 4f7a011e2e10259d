"""The Details button of a card: for operators, ephemeral. No credential, no stack trace."""

from collections.abc import Iterator
from typing import assert_never

from bot import errors
from bot.domain import delivery, run, views
from bot.slack import blocks, limits, moments
from bot.slack.screens.card import words


def draw(view: views.DetailsView) -> delivery.Body:
    """Return what is known about a failure, its attempts last."""
    card = view.card
    title = f"{blocks.escape(card.client_name)} · {blocks.escape(card.report_title)}"
    parts = [
        blocks.section(f"*{title}* · Ref {blocks.escape(view.run_ref)}"),
        blocks.section("\n".join(_facts(view))),
    ]
    if view.attempts:
        told = "\n".join(_attempt(one, card) for one in view.attempts)
        parts.append(blocks.section(f"*Attempts*\n{told}"))
    parts.append(blocks.context(f"Times in {moments.city(card.timezone)}"))
    return limits.fit(delivery.Body(text=f"Details: {title}", blocks=tuple(parts)))


def _facts(view: views.DetailsView) -> Iterator[str]:
    card, failure = view.card, view.card.incident.failure
    yield blocks.escape(errors.describe(failure, source_label=card.source_label))
    used_up = words.used_up(card)
    yield blocks.escape(errors.remedy(failure, source_label=card.source_label, used_up=used_up))
    if view.said:
        yield f"The other side said: “{blocks.escape(view.said)}”"
    kind = "can pass by itself" if errors.is_retryable(failure.code) else "needs somebody"
    yield f"Kind: {failure.code.value.replace('_', ' ')}, {kind}"
    for name, value in (("Query", failure.query), ("Credential reference", failure.reference)):
        if value:
            yield f"{name}: {blocks.escape(value)}"
    if card.next_retry_at is not None:
        yield f"Next try: {moments.moment(card.next_retry_at, card.timezone, now=card.now)}"


def _attempt(tried: run.Attempt, card: views.CardView) -> str:
    by = f" by {blocks.mention(tried.by)}" if tried.by else ""
    start = moments.moment(tried.started_at, card.timezone, now=card.now)
    told = f"{tried.number}. {start}{by}: {_end(tried)}"
    slowest = sorted(tried.timings.items(), key=lambda item: -item[1])[:3]
    if slowest:
        told += " · " + ", ".join(f"{blocks.escape(name)} {ms} ms" for name, ms in slowest)
    if tried.walls is not None:
        told += f" · walls: {blocks.escape(tried.walls.told)}"
    return told


def _end(tried: run.Attempt) -> str:
    if tried.ended_at is None or tried.end is None:
        return "running"
    took = moments.span(tried.ended_at - tried.started_at)
    match tried.end:
        case run.AttemptEnd.REPORT:
            return f"report ready after {took}"
        case run.AttemptEnd.ABANDONED:
            return f"cut short after {took}, the bot stopped"
        case run.AttemptEnd.FAILED:
            short = errors.short(tried.failure) if tried.failure else "failed"
            return f"{blocks.escape(short)} after {took}"
        case _:
            assert_never(tried.end)
