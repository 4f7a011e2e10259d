"""What the screens about failures and promises have in common: lights, heads, promises, owners."""

from datetime import datetime

from bot.domain import delivery, ids, run, views
from bot.slack import blocks, limits, moments

RED, AMBER, GREEN, GREY = "🔴", "🟠", "🟢", "⚪"


def bold(head: str) -> str:
    """Return a head with all but its light in bold."""
    light, rest = head.split(" ", 1)
    return f"{light} *{rest}*"


def line(text: str) -> delivery.Body:
    """Return a message of one line."""
    return limits.fit(delivery.Body(text=text, blocks=(blocks.section(text),)))


def owner(named: ids.UserId | None) -> str:
    """Return whose it is."""
    return f"Owner {blocks.mention(named)}" if named else "No owner named"


def used_up(view: views.CardView) -> int | None:
    """Return how often it was tried, where it is not tried again by itself; else None."""
    return view.attempts if view.status is run.Status.FAILED else None


def sent(
    posted_at: datetime | None, deliver_by: datetime | None, *, zone: str, now: datetime
) -> str:
    """Return when a report came, and whether that was in time."""
    if posted_at is None:
        return "recovered"
    at = moments.moment(posted_at, zone, now=now)
    if deliver_by is None:
        return f"sent {at}"
    if posted_at <= deliver_by:
        return f"sent {at}, in time"
    return f"sent {at}, {moments.span(posted_at - deliver_by)} late"


def promise(due: datetime | None, *, zone: str, now: datetime) -> str:
    """Return until when a report is promised, and how long that is from ``now``.

    What stays on the screen for long is drawn anew as the time runs out, not after.
    """
    if due is None:
        return "No promised time"
    place = f"{moments.moment(due, zone, now=now)} {moments.city(zone)}"
    if due <= now:
        return f"Promise {place}, missed"
    return f"Promise {place}, {moments.span(due - now)} left"
