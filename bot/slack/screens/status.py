"""`/report status acme`: how one client stands. Others than operators get less, in the view."""

from collections.abc import Iterator
from datetime import datetime

from bot.domain import delivery, pause, views
from bot.domain.delivery import Block
from bot.slack import blocks, ids, limits, moments
from bot.slack.screens import history, lent


def draw(view: views.ClientStatus, *, now: datetime) -> delivery.Body:
    """Return the status; buttons only where the view is an operator's."""
    parts: list[Block] = [blocks.section(_head(view))]
    parts.extend(blocks.section(text) for text in _trouble(view))
    parts.append(blocks.section(" ".join(_times(view, now))))
    if view.sources:
        told = " · ".join(_source(source, view, now=now) for source in view.sources)
        parts.append(blocks.context(told))
    if view.operator:
        parts.append(_buttons(view))
    told = blocks.escape(view.incident or view.waits) or f"next {_next(view)}"
    text = f"{blocks.escape(view.name)}: {told}"
    return limits.fit(delivery.Body(text=text, blocks=tuple(parts)))


def _head(view: views.ClientStatus) -> str:
    if not view.operator:
        return f"*{blocks.escape(view.name)}*"
    where = blocks.channel(view.channel)
    told = [f"*{blocks.escape(view.name)}*", view.stage.value]
    told.append(f"{where} (outside people read it)" if view.outside else where)
    if view.owner:
        told.append(f"owner {blocks.mention(view.owner)}")
    if view.walls:
        told.append(f"walls: {blocks.escape(view.walls)}")
    return " · ".join(told)


def _trouble(view: views.ClientStatus) -> Iterator[str]:
    if view.incident:
        yield f"🔴 {blocks.escape(view.incident)}"
    if view.waits:
        yield f"🟠 {blocks.escape(view.waits)}"
    if view.pause is not None:
        until = "until somebody resumes it"
        if view.pause.until is not None:
            until = f"until {moments.moment(view.pause.until, view.timezone)}"
        reason = f": {blocks.escape(view.pause.reason)}" if view.pause.reason else ""
        yield f"⚪ Paused {until} by {_who(view.pause.by)}{reason}"


def _who(by: str) -> str:
    told = by == pause.BOT or by.startswith("shell:")
    return blocks.escape(by) if told else blocks.mention(by)


def _times(view: views.ClientStatus, now: datetime) -> Iterator[str]:
    if view.last_posted is None:
        yield "Nothing sent yet."
    else:
        in_time = {True: ", in time", False: ", late", None: ""}[view.last_in_time]
        yield f"Last: {moments.moment(view.last_posted, view.timezone, now=now)}{in_time}."
    yield f"Next: {_next(view)}."
    if view.sent and view.operator:
        months = f" ({history.by_month(view.months)})" if view.months else ""
        yield (
            f"On time {view.on_time} of {view.sent}{months} · corrections {view.corrections} · "
            f"without AI {view.without_ai}"
        )


def _next(view: views.ClientStatus) -> str:
    coming = view.next
    if coming is None:
        return "nothing is scheduled"
    zone = view.timezone
    told = [
        moments.weekday(moments.local(coming.run_at, zone)),
        f"run {moments.clock(coming.run_at, zone)}",
    ]
    if coming.post_at is not None:
        told.append(f"post {moments.clock(coming.post_at, zone)}")
    if coming.deliver_by is not None:
        told.append(f"promise {moments.clock(coming.deliver_by, zone)}")
    return ", ".join(told) + (" (paused)" if coming.paused else "")


def _source(source: views.SourceHealth, view: views.ClientStatus, *, now: datetime) -> str:
    sign = {True: "✓", False: "🔴", None: "–"}[source.ok]
    told = source.text or {True: "fine", False: "failed", None: "not used yet"}[source.ok]
    at = f", {moments.moment(source.at, view.timezone, now=now)}" if source.at else ""
    login = f" ({lent.credential(source.sharing)})" if source.sharing else ""
    return f"{blocks.escape(source.label)} {sign} {blocks.escape(told)}{at}{login}"


def _buttons(view: views.ClientStatus) -> Block:
    pause = ("Resume", ids.MENU_RESUME) if view.pause else ("Pause…", ids.MENU_PAUSE)
    rotate, history = ("Rotate…", ids.MENU_ROTATE), ("History", ids.MENU_HISTORY)
    wanted = (("Rerun", ids.MENU_RERUN), pause, rotate, history)
    return blocks.actions(*(blocks.button(text, name, value=view.client) for text, name in wanted))
