"""Promises: the one neutral line that clients may see, and the operators' word about reports that
are at risk, late, or there at last.
"""

from collections.abc import Mapping, Sequence

from bot.domain import delay, delivery, run
from bot.domain.period import PeriodKind
from bot.slack import blocks, limits, moments
from bot.slack.screens import folding, phrases
from bot.slack.screens.card import words

_MOST = 15
"""Reports of one message that have a line; the rest are counted."""
_WAITS: Mapping[run.Status, str] = {
    run.Status.RUNNING: "its run is still under way",
    run.Status.READY: "the report is ready and waits to be posted",
    run.Status.POSTING: "the report is on its way to Slack",
    run.Status.HELD: "it is held until somebody looks",
    run.Status.FAILED: "it has failed, and its card says why",
    run.Status.WAITING: "it waits for its data",
}
_OVER = frozenset({run.Status.SKIPPED, run.Status.CANCELLED, run.Status.MISSED})


def notice(kind: PeriodKind, *, language: str, status: run.Status) -> delivery.Body:
    """Return the neutral line in a client's channel, before the report is there, after, and where
    none will come, in the report's own language.
    """
    told = phrases.find(language)
    if status is run.Status.SUCCEEDED:
        return words.line(told.sent)
    return words.line(told.end(kind) if status in run.TERMINAL else told.delay(kind))


def late(view: delay.LateView) -> delivery.Body:
    """Return the operators' line about a report that is at risk, or late, although nothing failed;
    edited until the report is there. It holds no countdown, and so stays true by itself.
    """
    head = _line(view)
    if view.status in run.TERMINAL:
        return limits.fit(delivery.Body(text=head, blocks=(blocks.section(words.bold(head)),)))
    at = moments.moment(view.deliver_by, view.timezone, now=view.deliver_by)
    facts = (
        f"Promise {at} {moments.city(view.timezone)}",
        words.owner(view.owner),
        f"The client has seen: {blocks.escape(view.client_saw)}",
    )
    parts = (blocks.section(words.bold(head)), blocks.context(" · ".join(facts)))
    return limits.fit(delivery.Body(text=head, blocks=parts))


def many(found: Sequence[delay.LateView]) -> delivery.Body:
    """Return one message about many promises that came at risk together."""
    open_ones = [one for one in found if one.status not in run.TERMINAL]
    if not open_ones:
        in_time = sum(_is_in_time(one) for one in found)
        head = f"{words.GREEN} {len(found)} reports were at risk · {in_time} sent in time"
        head += f" · {len(found) - in_time} not" if in_time < len(found) else ""
        return limits.fit(delivery.Body(text=head, blocks=(blocks.section(words.bold(head)),)))
    late_ones = sum(one.deliver_by <= one.now for one in open_ones)
    parts = [f"{len(open_ones)} of {len(found)} reports are at risk"]
    parts += [f"{late_ones} late already"] if late_ones else []
    head = f"{words.AMBER} {' · '.join(parts)}"
    lines = [_line(one) for one in open_ones[:_MOST]]
    if len(open_ones) > _MOST:
        rest = folding.names([one.client_name for one in open_ones[_MOST:]], most=5)
        lines.append(f"… and {rest}")
    told = (blocks.section(words.bold(head)), blocks.section("\n".join(lines)))
    return limits.fit(delivery.Body(text=head, blocks=told))


def _line(view: delay.LateView) -> str:
    """One report on one line, with its light."""
    title = f"{blocks.escape(view.client_name)} · {blocks.escape(view.report_title)}"
    if view.status is run.Status.SUCCEEDED:
        # As seen from the promise: the words do not change when the day does.
        day = view.deliver_by
        told = words.sent(view.posted_at, day, zone=view.timezone, now=day)
        return f"{words.GREEN} {title} · {told}"
    if view.status in _OVER:
        return f"{words.GREY} {title} · {blocks.escape(view.rests or view.status.value)}"
    if view.deliver_by <= view.now:
        return f"{words.AMBER} {title} · late: {_under_way(view)}"
    due = moments.clock(view.deliver_by, view.timezone)
    return f"{words.AMBER} {title} · at risk for {due}: {_under_way(view)}"


def _is_in_time(view: delay.LateView) -> bool:
    return view.posted_at is not None and view.posted_at <= view.deliver_by


def _under_way(view: delay.LateView) -> str:
    again = view.next_attempt_at
    if view.rests:
        return blocks.escape(view.rests)
    if view.status is run.Status.QUEUED and again is not None and again > view.now:
        at = moments.moment(again, view.timezone, now=view.deliver_by)
        return f"it is tried again at {at}"
    if view.awaits is not None:
        return f"it waits for the data of {moments.weekday(view.awaits)}"
    return _WAITS.get(view.status, "it waits for its turn")
