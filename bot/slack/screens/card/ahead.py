"""The card of what a preflight found: nothing is stopped yet, and somebody has time to mend it."""

from collections.abc import Iterator, Sequence

from bot import errors
from bot.domain import delivery, foresight, incident
from bot.domain.delivery import Block
from bot.slack import blocks, limits, moments
from bot.slack import ids as names
from bot.slack.screens.card import buttons, words

_MOST = 5
"""Reports that have a line; the rest are counted."""
_CHECK = "press Check again"


def ahead(view: foresight.AheadView) -> delivery.Body:
    """Return the card as it should stand now."""
    name = blocks.escape(view.client_name)
    if view.incident.status is incident.IncidentStatus.CLOSED:
        head = f"{words.GREY} {name} · {_short(view)} · its files are gone, nothing looks again"
        return limits.fit(delivery.Body(text=head, blocks=(blocks.section(words.bold(head)),)))
    if view.incident.status is incident.IncidentStatus.RECOVERED:
        head = f"{words.GREEN} {name} · {_what(view)} works again, before a report was due"
        return limits.fit(delivery.Body(text=head, blocks=(blocks.section(words.bold(head)),)))
    head = f"{words.RED} {name} · {_short(view)} · nothing is late yet"
    parts = (
        blocks.section(words.bold(head)),
        blocks.section(_reason(view)),
        blocks.section("\n".join(_lines(view))),
        blocks.context(*_facts(view)),
        _row(view),
    )
    return limits.fit(delivery.Body(text=f"{head}. {_first(view)}", blocks=parts))


def _what(view: foresight.AheadView) -> str:
    return blocks.escape(view.source_label or "posting")


def _short(view: foresight.AheadView) -> str:
    return blocks.escape(errors.short(view.incident.failure, source_label=view.source_label))


def _reason(view: foresight.AheadView) -> str:
    failure, label = view.incident.failure, view.source_label
    told = errors.describe(failure, source_label=label)
    helps = errors.remedy(failure, source_label=label).replace("press Retry", _CHECK)
    said = f" It said: “{failure.said}”." if failure.said and view.in_ops_channel else ""
    return blocks.escape(f"Looked ahead: {told}{said} {helps}".strip())


def _first(view: foresight.AheadView) -> str:
    if not view.reports:
        return "No report of it is scheduled."
    soon = view.reports[0]
    at = moments.moment(soon.due_at, view.timezone, now=view.incident.opened_at)
    return f"{blocks.escape(soon.title)} runs {at}."


def _lines(view: foresight.AheadView) -> Iterator[str]:
    """What it would stop."""
    if not view.reports:
        yield _first(view)
    for one in view.reports[:_MOST]:
        at = moments.moment(one.due_at, view.timezone, now=view.incident.opened_at)
        told = f"• {blocks.escape(one.title)} · runs {at}"
        if one.deliver_by is not None:
            by = moments.moment(one.deliver_by, view.timezone, now=view.incident.opened_at)
            told += f" · promise {by} {moments.city(view.timezone)}"
        yield told
    if len(view.reports) > _MOST:
        yield f"… and {len(view.reports) - _MOST} more"


def _facts(view: foresight.AheadView) -> Sequence[str]:
    since = moments.moment(view.incident.opened_at, view.timezone, now=view.incident.opened_at)
    told = (
        f"Found {since} {moments.city(view.timezone)}",
        words.owner(view.owner),
        "The client has seen: nothing",
    )
    if view.shared_in is None:
        return (" · ".join(told),)
    where = blocks.channel(view.shared_in)
    return (" · ".join(told), f"Other clients have the same cause: one card for all is in {where}")


def _row(view: foresight.AheadView) -> Block:
    again = blocks.button("Check again", names.CHECK, value=view.incident.client)
    if view.source is None:
        return blocks.actions(again)
    stamp = buttons.stamp(view.incident)
    rotate = blocks.button("Rotate credential", names.ROTATE, value=stamp, style="primary")
    return blocks.actions(rotate, again)
