"""Answers as lines for a terminal."""

import html
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import singledispatch

from bot.cli import plain
from bot.domain import bill, views
from bot.operations import answers
from bot.slack import moments
from bot.slack.screens import history, lent, rotate

_LIGHTS = {
    views.Light.RED: "red  ",
    views.Light.AMBER: "amber",
    views.Light.GREEN: "green",
    views.Light.GREY: "grey ",
}


def of(answer: answers.Answer) -> str:
    """Return an answer as text, without a newline at its end."""
    return "\n".join(_lines(answer))


@singledispatch
def _lines(answer: object) -> Iterator[str]:
    message = f"no words for {type(answer).__name__}"
    raise TypeError(message)


@_lines.register
def _(answer: answers.Done) -> Iterator[str]:
    yield plain(answer.text)


@_lines.register
def _(answer: answers.Rotated) -> Iterator[str]:
    body = rotate.done(answer.view) if answer.view.rotation.id else rotate.told(answer.view)
    yield plain(html.unescape(body.text))


@_lines.register
def _(answer: answers.Holdings) -> Iterator[str]:
    if not answer.held:
        yield "No source of any client needs a credential."
    rows = [(one.client, one.source, one.reference, *_held(one, answer.at)) for one in answer.held]
    yield from table([("client", "source", "reference", "kind", "age", "last good"), *rows])


def _held(one: answers.Held, now: datetime) -> tuple[str, str, str]:
    age = "" if one.made_at is None else moments.span(now - one.made_at)
    used = "" if one.used_at is None else f"{one.used_at:%Y-%m-%d %H:%M} UTC"
    return one.credential, age or "-", one.failed or used or "not used yet"


@_lines.register
def _(answer: answers.Receipt) -> Iterator[str]:
    gone = answer.gone
    if answer.begun is not None:
        since = f"{answer.begun.at:%Y-%m-%d %H:%M} UTC"
        yield f"A removal by {answer.begun.by} had begun at {since} and was cut; this finished it."
    yield f"Removed {answer.client}:"
    yield from table(
        (
            ("  runs that had not ended", f"{answer.stopped} ended; nothing of them is posted"),
            ("  sealed credentials", f"{answer.sealed} versions deleted, with the key"),
            ("  reports with their figures", f"{gone.reports} deleted"),
            ("  texts of messages", f"{gone.texts} deleted{_unsent(gone.unsent)}"),
            ("  confirmed identities", f"{gone.identities} deleted"),
            ("  what failures said", f"{gone.failures} deleted"),
        )
    )
    yield "What stays: who did what (the audit trail), what it cost (the ledger), and that runs"
    yield "were made and posted, without a figure: a removal has to be accounted for as well."
    yield "What stands in Slack, in copies of the database and in the clients' folder is not ours"
    yield "to delete from here; the client stays paused."
    for one in answer.elsewhere:
        yield f"Delete {one} where it is kept."


def _unsent(count: int) -> str:
    return f"; {count} that Slack has yet to get go within a day after that" if count else ""


@_lines.register
def _(answer: answers.Help) -> Iterator[str]:
    for typed, about in answer.lines:
        yield plain(f"{typed}: {about}")


@_lines.register
def _(answer: answers.Listing) -> Iterator[str]:
    yield from _lines(answer.overview)


@_lines.register
def _(answer: views.Overview) -> Iterator[str]:
    if not answer.lines:
        yield "No clients. Make the first one: reportops client new globex"
    if answer.faults:
        noun = "fault" if answer.faults == 1 else "faults"
        yield f"{answer.faults} {noun} in the clients' files: reportops check"
    for line in answer.lines:
        due = f" · due {moments.moment(line.due, line.timezone)}" if line.due else ""
        yield f"{_LIGHTS[line.light]}  {line.client}  {line.name} · {line.text}{due}"
    if answer.isolation:
        yield f"Isolation: {answer.isolation}"


@_lines.register
def _(answer: answers.Schedule) -> Iterator[str]:
    if not answer.fires:
        yield "Nothing is scheduled."
    rows = [
        (
            moments.moment(fire.run_at, fire.timezone),
            fire.client,
            fire.report,
            f"post {moments.clock(fire.post_at, fire.timezone)}" if fire.post_at else "",
            f"promise {moments.clock(fire.deliver_by, fire.timezone)}" if fire.deliver_by else "",
            moments.city(fire.timezone) + (" (paused)" if fire.paused else ""),
        )
        for fire in answer.fires
    ]
    yield from table(rows)


@_lines.register
def _(answer: answers.Status) -> Iterator[str]:
    view = answer.client
    yield f"{view.name} ({view.client}) · {view.stage.value} · {view.channel}"
    if view.walls:
        yield f"Walls: {view.walls}"
    if now := view.incident or view.waits:
        yield f"Now: {now}"
    if view.pause:
        until = moments.moment(view.pause.until, view.timezone) if view.pause.until else "resumed"
        reason = f": {view.pause.reason}" if view.pause.reason else ""
        yield f"Paused until {until} by {view.pause.by}{reason}"
    in_time = {True: ", in time", False: ", late", None: ""}[view.last_in_time]
    last = moments.moment(view.last_posted, view.timezone) + in_time if view.last_posted else "–"
    coming = moments.moment(view.next.run_at, view.timezone) if view.next else "–"
    yield f"Last: {last} · Next: {coming}"
    if view.sent:
        months = f" ({history.by_month(view.months)})" if view.months else ""
        yield (
            f"On time {view.on_time} of {view.sent}{months} · corrections {view.corrections} · "
            f"without AI {view.without_ai}"
        )
    for source in view.sources:
        ok = {True: "fine", False: source.text or "failed", None: "not used yet"}[source.ok]
        at = f", {moments.moment(source.at, view.timezone)}" if source.at else ""
        login = f" ({lent.credential(source.sharing)})" if source.sharing else ""
        yield f"  {source.name} ({source.label}): {ok}{at}{login}"


@_lines.register
def _(answer: views.History) -> Iterator[str]:
    yield f"{answer.name} ({answer.client}), times in {moments.city(answer.timezone)}"
    if not answer.rows:
        yield "  nothing yet"
    if answer.months:
        yield f"On time: {history.by_month(answer.months)}"
    yield from (f"  {line}" for line in table([_past(row, answer) for row in answer.rows]))


def _past(row: views.HistoryRow, of: views.History) -> Sequence[str]:
    in_time = {True: ", in time", False: ", late", None: ""}[row.in_time]
    at = moments.moment(row.posted_at or row.at, of.timezone)
    cost = "" if row.cost is None else f"${row.cost:.4f}"
    told = f"sent{in_time}" if row.posted_at else history.what(row)
    if row.late:
        told += ", run late"
    if row.corrected:
        told = "corrected the post of"
    attempts = f"{row.attempts} attempt{'' if row.attempts == 1 else 's'}"
    by = row.by or row.trigger.value
    return (
        row.ref,
        row.report,
        moments.period(row.period),
        told,
        at,
        attempts,
        by,
        cost,
        f"isolation {row.isolation}" if row.isolation else "",
        history.refusals(row) if row.refused else "",
        row.failure,
    )


@_lines.register
def _(answer: bill.Costs) -> Iterator[str]:
    reports = sum(row.reports for row in answer.rows)
    forecast = "" if answer.forecast is None else f"forecast ${answer.forecast:.2f} · "
    yield (
        f"{answer.month:%Y-%m}, to {answer.until}: ${answer.total:.2f} for {reports} reports · "
        f"{forecast}month before ${answer.previous_total:.2f}"
    )
    if answer.budget is not None:
        model = sum(row.model for row in answer.rows)
        share = f" ({model / answer.budget:.0%} used)" if answer.budget else ""
        yield f"AI budget ${answer.budget:.2f}{share}"
    rows = [("client", "reports", "reruns", "model $", "warehouse $")]
    rows += [
        (row.client, str(row.reports), str(row.reruns), f"{row.model:.4f}", f"{row.warehouse:.4f}")
        for row in answer.rows
    ]
    yield from table(rows)


@_lines.register
def _(answer: answers.Health) -> Iterator[str]:
    yield "Healthy." if answer.ok else "Not healthy:"
    yield from (f"  {problem}" for problem in answer.problems)
    yield from (f"  {name}: {value}" for name, value in answer.facts.items())


@_lines.register
def _(answer: answers.RunState) -> Iterator[str]:
    yield answer.text


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows with their columns aligned; an empty column takes no room."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True) if width]
        yield "  ".join(cells).rstrip()
