"""About this report: how a posted report came about, and what can be done about it.

Everybody who reads it may ask; buttons that change anything are an operator's.
"""

from collections.abc import Iterator

from bot.domain import delivery, periods, views
from bot.domain.delivery import Block
from bot.slack import blocks, ids, limits, moments
from bot.slack.screens import lights


def draw(view: views.AboutView) -> delivery.Body:
    """Return what is known of it, with its buttons."""
    named = (view.client_name, view.title)
    title = " · ".join([*map(blocks.escape, named), moments.period(view.period)])
    parts = (
        blocks.section(f"*{title}*\n{' · '.join(_sent(view))}"),
        blocks.section(_now(view)),
        blocks.actions(*_buttons(view)),
    )
    return limits.fit(delivery.Body(text=title, blocks=parts))


def _sent(view: views.AboutView) -> Iterator[str]:
    if view.posted_at is None:
        yield "Not sent"
    else:
        in_time = {True: ", in time", False: ", late", None: ""}[view.in_time]
        yield f"Sent {moments.moment(view.posted_at, view.timezone, now=view.now)}{in_time}"
    if view.revision:
        yield f"correction {view.revision}"
    if view.by:
        who = blocks.escape(view.by) if view.by.startswith("shell:") else blocks.mention(view.by)
        yield f"asked for by {who}"


def _now(view: views.AboutView) -> str:
    line = view.line
    return f"Now: {lights.SIGNS[line.light]} {blocks.escape(line.text)}"


def _buttons(view: views.AboutView) -> Iterator[Block]:
    yield blocks.button("Why these numbers?", ids.WHY, value=view.run)
    yield blocks.button("Status", ids.MENU_STATUS, value=view.client)
    if view.operator:
        again = f"{view.client} {view.report} {periods.notation(view.period)}"
        yield blocks.button("Rerun this one", ids.ABOUT_RERUN, value=again)
        yield blocks.button("History", ids.MENU_HISTORY, value=view.client)
