"""`/report history acme`: the last runs, newest first, each on one line."""

from collections.abc import Iterator, Sequence

from bot.domain import delivery, month, run, views, walls
from bot.slack import blocks, limits, moments
from bot.slack.screens import dollars

_SIGNS = {
    run.Status.SUCCEEDED: "🟢",
    run.Status.FAILED: "🔴",
    run.Status.MISSED: "🔴",
    run.Status.SKIPPED: "⚪",
    run.Status.CANCELLED: "⚪",
}
_ON_ITS_WAY = "🟠"
_AS_MEANT = {"", walls.Level.STRONG.value}
"""Isolation that needs no word."""


def draw(view: views.History) -> delivery.Body:
    """Return the rows; a cost stands only where the reader may know it."""
    text = f"History of {blocks.escape(view.name)}"
    if not view.rows:
        text = f"{text}: nothing yet"
        return limits.fit(delivery.Body(text=text, blocks=(blocks.section(text),)))
    lines = "\n".join(" · ".join(_told(row, view.timezone)) for row in view.rows)
    small = f"Times in {moments.city(view.timezone)}"
    if any(row.isolation for row in view.rows):
        small += " · isolation is strong where nothing else is said"
    if view.months:
        small = f"On time: {by_month(view.months)} · {small}"
    parts = (blocks.section(f"*{text}*"), blocks.section(lines), blocks.context(small))
    return limits.fit(delivery.Body(text=text, blocks=parts))


def by_month(months: Sequence[month.Month]) -> str:
    """Return how many fires of each month were in time, such as ``November 3 of 4``."""
    return ", ".join(f"{one.first:%B} {one.in_time} of {one.due}" for one in months)


def _told(row: views.HistoryRow, zone: str) -> Iterator[str]:
    sign = _SIGNS.get(row.status, _ON_ITS_WAY)
    yield f"{sign} *{moments.period(row.period)}* {blocks.escape(row.report)}"
    yield _end(row, zone)
    if row.late:
        yield "run late"
    if row.failure:
        yield blocks.escape(row.failure)
    if row.revision:
        yield f"correction {row.revision}"
    if row.attempts > 1:
        yield f"{row.attempts} attempts"
    yield from _held(row)
    if row.by:
        yield f"by {blocks.mention(row.by)}"
    elif row.trigger is run.Trigger.SHELL:
        yield "from the shell"
    if row.cost is not None:
        yield dollars.told(row.cost)
    yield f"Ref {row.ref}"


def _end(row: views.HistoryRow, zone: str) -> str:
    if row.corrected and row.posted_at is not None:
        return f"corrected the post of {moments.moment(row.posted_at, zone)}"
    if row.posted_at is not None:
        in_time = {True: ", in time", False: ", late", None: ""}[row.in_time]
        return f"sent {moments.moment(row.posted_at, zone)}{in_time}"
    return f"{what(row)} {moments.moment(row.at, zone)}"


def _held(row: views.HistoryRow) -> Iterator[str]:
    """How it was walled, and what it tried."""
    if row.isolation not in _AS_MEANT:
        yield f"isolation {row.isolation}"
    if row.refused:
        yield blocks.escape(refusals(row))


def refusals(row: views.HistoryRow) -> str:
    """Return which hosts a run was not let out to, such as ``refused evil.example and 2 more``;
    there is one at least.
    """
    first, *others = row.refused
    return f"refused {first}" + (f" and {len(others)} more" if others else "")


def what(row: views.HistoryRow) -> str:
    """Return what became of a run that has no post of its own, such as ``nothing changed``."""
    if row.unchanged:
        return "nothing changed"
    return "sent, replaced since" if row.replaced else row.status.value
