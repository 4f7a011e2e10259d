"""The card of an outage: one cause that stops several clients, told once, to the operators."""

from collections.abc import Sequence

from bot import errors
from bot.domain import delay, delivery, ids, incident, run
from bot.domain.delivery import Block
from bot.slack import blocks, limits, moments
from bot.slack import ids as names
from bot.slack.screens import folding
from bot.slack.screens.card import buttons, words

_MOST = 12
"""Reports that have a line; the rest are counted."""
_MOVING = frozenset(run.Status) - run.SETTLED
"""On its way by itself."""


def outage(view: delay.OutageView) -> delivery.Body:
    """Return the card as it should stand now."""
    going = [one for one in view.reports if one.status not in run.TERMINAL]
    if view.outage.status is not incident.IncidentStatus.OPEN or not going:
        return _over(view)
    light, told = _standing(view, going)
    head = f"{light} {_short(view)} · {told}"
    parts = (
        blocks.section(words.bold(head)),
        blocks.section(_reason(view, going)),
        blocks.section("\n".join((*_lines(view, going), *_lent(view)))),
        blocks.context(" · ".join(_facts(view))),
        *row(view, going),
    )
    return limits.fit(delivery.Body(text=f"{head}.", blocks=parts))


def outage_word(view: delay.OutageView, *, by: ids.UserId | None) -> delivery.Body:
    """Return the thread's line: who asked for all of them again; nobody: that it is over."""
    if by is not None:
        at = moments.clock(view.outage.acted_at or view.now, view.timezone)
        return words.line(f"{at} {blocks.mention(by)} asked for all of them again.")
    at = moments.clock(view.outage.closed_at or view.now, view.timezone)
    return words.line(f"{at} Over: {_count(view)}.")


def outage_again(view: delay.OutageView) -> delivery.Body:
    """Return the thread's line about a cause that came back soon after it was gone."""
    at = moments.clock(view.outage.opened_at, view.timezone)
    return words.line(f"{at} Again: {_short(view)}.")


def row(view: delay.OutageView, going: Sequence[delay.LateView]) -> Sequence[Block]:
    """Return the one button, while there is something to try again; of what lies ahead, what mends
    it and what shows that it did.
    """
    if view.first is not None and all(one.ahead for one in going):
        return (_ahead(view, view.first),)
    if all(one.ahead or one.status in _MOVING - {run.Status.QUEUED} for one in going):
        return ()
    stamp = f"{view.outage.id}:{view.outage.version}"
    return (
        blocks.actions(
            blocks.button(
                buttons.again(view.outage.failure), names.RETRY_ALL, value=stamp, style="primary"
            )
        ),
    )


def _ahead(view: delay.OutageView, first: incident.Incident) -> Block:
    """One cause is mended once: through the first client that has it."""
    check = blocks.button("Check again", names.CHECK, value=first.client)
    if not view.replaceable:
        return blocks.actions(check)
    stamp = buttons.stamp(first)
    rotate = blocks.button("Rotate credential", names.ROTATE, value=stamp, style="primary")
    return blocks.actions(rotate, check)


def _over(view: delay.OutageView) -> delivery.Body:
    gone = view.outage.status is incident.IncidentStatus.CLOSED
    light = words.GREY if gone else words.GREEN
    by = f" · fixed by {blocks.mention(view.outage.acted_by)}" if view.outage.acted_by else ""
    head = f"{light} {_short(view)} · over · {_count(view)}{by}"
    return limits.fit(delivery.Body(text=head, blocks=(blocks.section(words.bold(head)),)))


def _standing(view: delay.OutageView, going: Sequence[delay.LateView]) -> tuple[str, str]:
    stopped = f"{folding.count(len(going), 'report')} of {_clients(going)}"
    if any(one.status not in _MOVING for one in going):
        return words.RED, f"{stopped} not sent"
    if all(one.ahead for one in going):
        return words.RED, f"{stopped} would not be sent"
    again = [one.next_attempt_at for one in going if one.next_attempt_at]
    if all(one.rests for one in going):
        return words.AMBER, f"{stopped} not sent, and not tried now"
    if not again:
        return words.AMBER, f"{stopped}, being tried again"
    at = moments.moment(min(again), view.timezone, now=view.outage.opened_at)
    return words.AMBER, f"{stopped} not sent yet, next try {at}"


def _short(view: delay.OutageView) -> str:
    return blocks.escape(errors.short(view.outage.failure, source_label=view.source_label))


def _reason(view: delay.OutageView, going: Sequence[delay.LateView]) -> str:
    failure, source = view.outage.failure, view.source_label
    told = errors.describe(failure, source_label=source)
    helps = errors.remedy(failure, source_label=source)
    used_up = sum(one.status is run.Status.FAILED for one in going)
    if used_up and errors.is_retryable(failure.code):
        which = "None of them is" if used_up == len(going) else f"{used_up} of them are not"
        helps = f"{which} tried again by itself any more: press {buttons.again(failure)}."
    return blocks.escape(f"{told} {helps}".strip())


def _lines(view: delay.OutageView, going: Sequence[delay.LateView]) -> list[str]:
    """The earliest promises first; what is beyond the room is counted by client."""
    lines = [_line(view, one) for one in going[:_MOST]]
    if len(going) > _MOST:
        rest = [one.client_name for one in going[_MOST:]]
        lines.append(f"… and {folding.count(len(rest), 'more report')}: {folding.names(rest)}")
    return lines


def _lent(view: delay.OutageView) -> Sequence[str]:
    """Of the agency's own credential: who else meets it with the next report."""
    if not view.agency:
        return ()
    told = f"This is the agency's credential “{view.agency}”."
    if view.others:
        told += f" Used too by {folding.count(len(view.others), 'client')} not stopped yet: "
        told += folding.names(view.others)
    return (told,)


def _line(view: delay.OutageView, one: delay.LateView) -> str:
    told = f"• {blocks.escape(one.client_name)} · {blocks.escape(one.report_title)}"
    told += f" · {one.rests}" if one.rests else ""
    told += " · not due yet" if one.ahead else ""
    if not one.promised:
        return told
    at = moments.moment(one.deliver_by, view.timezone, now=view.outage.opened_at)
    missed = ", missed" if one.deliver_by <= view.now else ""
    return f"{told} · promise {at}{missed}"


def _facts(view: delay.OutageView) -> Sequence[str]:
    since = moments.moment(view.outage.opened_at, view.timezone, now=view.outage.opened_at)
    owners = dict.fromkeys(one.owner for one in view.reports if one.owner)
    told = " ".join(blocks.mention(owner) for owner in owners) or "none named"
    sent = sum(one.status is run.Status.SUCCEEDED for one in view.reports)
    facts = [f"Since {since} {moments.city(view.timezone)}", f"Owners {told}"]
    facts += [f"{sent} sent meanwhile"] if sent else []
    return [*facts, "Each client's own buttons: `/report`, then Fix"]


def _count(view: delay.OutageView) -> str:
    if all(one.ahead for one in view.reports):
        return "before a report was due"
    sent = sum(one.status is run.Status.SUCCEEDED for one in view.reports)
    return f"{sent} of {folding.count(len(view.reports), 'report')} sent"


def _clients(found: Sequence[delay.LateView]) -> str:
    return folding.count(len({one.client_name for one in found}), "client")
