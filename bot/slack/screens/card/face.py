"""The face of a failure card.

One card per incident, edited in place: red while nobody can help but a person, amber while it is
on its way, green once recovered, grey when skipped or paused. The words say what the colour says.
"""

from collections.abc import Sequence
from datetime import datetime

from bot import errors
from bot.domain import delivery, incident, run, views
from bot.domain.delivery import Block
from bot.slack import blocks, limits, moments
from bot.slack import ids as names
from bot.slack.screens import lights
from bot.slack.screens.card import buttons, words

_CHANGED = "changed"
"""``Run.hold`` of a rerun whose figures differ from those that were sent."""
_ON_ITS_WAY = frozenset(
    {run.Status.QUEUED, run.Status.RUNNING, run.Status.WAITING}
    | {run.Status.HELD, run.Status.READY, run.Status.POSTING}
)


def card(view: views.CardView) -> delivery.Body:
    """Return the card as it should stand now."""
    if view.incident.status is incident.IncidentStatus.OPEN:
        return _open(view)
    light, told = _ended(view)
    head = f"{light} {_title(view)} · {told}"
    return limits.fit(
        delivery.Body(text=head, blocks=(blocks.section(words.bold(head)), *_link(view)))
    )


def fix(view: views.CardView) -> delivery.Body:
    """Return the card as an ephemeral answer, for the Fix button of the menu."""
    return card(view)


def _title(view: views.CardView) -> str:
    period = f" · {moments.period(view.period)}" if view.period else ""
    return f"{blocks.escape(view.client_name)} · {blocks.escape(view.report_title)}{period}"


def _open(view: views.CardView) -> delivery.Body:
    light, told = _standing(view)
    head = f"{light} {_title(view)} · {told}"
    parts = [
        blocks.section(words.bold(head)),
        blocks.section(_reason(view)),
        blocks.context(*_facts(view)),
        *buttons.row(view),
    ]
    return limits.fit(delivery.Body(text=_summary(view, told), blocks=tuple(parts)))


def _standing(view: views.CardView) -> tuple[str, str]:
    """The light and the words of an open incident."""
    if views.Button.RESUME in view.buttons:
        return words.GREY, "paused"
    if view.status in _ON_ITS_WAY:
        return words.AMBER, _on_its_way(view)
    return words.RED, "rerun failed" if view.stands else "not sent"


def _on_its_way(view: views.CardView) -> str:
    so_far = "rerun failed" if view.stands else "not sent yet"
    match view.status:
        case run.Status.RUNNING:
            return f"{so_far} · attempt {view.attempts} is running"
        case run.Status.POSTING if view.incident.failure.code is run.FailureCode.POST_UNCLEAR:
            return "perhaps sent, looked for"
        case run.Status.READY | run.Status.POSTING:
            return "report ready · about to be sent"
        case run.Status.HELD:
            return lights.held(view.hold)
        case _ if view.next_retry_at is not None:
            at = moments.moment(view.next_retry_at, view.timezone, now=view.now)
            return f"{so_far} · next try {at}"
        case _:
            return f"{so_far} · about to be tried again"


def _ended(view: views.CardView) -> tuple[str, str]:
    """The light and the words of an incident that is over."""
    by = f" by {blocks.mention(view.fixed_by)}" if view.fixed_by else ""
    if view.incident.status is incident.IncidentStatus.CLOSED:
        end = f"skipped{by}" if view.status is run.Status.SKIPPED else f"closed{by}"
        return words.GREY, f"{end} · {_stands(view, view.stands)}" if view.stands else end
    if view.stands:
        return words.GREEN, f"rerun done{by} · {_stands(view, view.stands)}"
    told = [words.sent(view.posted_at, view.deliver_by, zone=view.timezone, now=view.now)]
    if by:
        told.append(f"fixed{by}")
    seen = blocks.escape(view.client_saw)
    told.append("the client saw no notice" if seen == "nothing" else f"the client saw {seen}")
    return words.GREEN, " · ".join(told)


def _stands(view: views.CardView, since: datetime) -> str:
    at = moments.moment(since, view.timezone, now=view.now)
    return f"the post of {at} {'is corrected' if view.corrected else 'stands'}"


def _link(view: views.CardView) -> Sequence[Block]:
    if not view.report_link:
        return ()
    return (
        blocks.actions(blocks.link_button("Open report", names.OPEN_REPORT, url=view.report_link)),
    )


def _is_choice(view: views.CardView) -> bool:
    """Whether nothing has failed any more, and somebody is to choose what becomes of a rerun."""
    return view.status is run.Status.HELD and view.hold == _CHANGED


def _failure(view: views.CardView) -> str:
    return errors.describe(view.incident.failure, source_label=view.source_label)


def _reason(view: views.CardView) -> str:
    if _is_choice(view):
        return (
            "Its preview has Replace, Post as new and Discard; "
            "asking for the rerun again shows it again."
        )
    remedy = errors.remedy(
        view.incident.failure, source_label=view.source_label, used_up=words.used_up(view)
    )
    return blocks.escape(f"{_failure(view)} {remedy}".strip())


def _summary(view: views.CardView, told: str) -> str:
    if _is_choice(view):
        return f"{_title(view)}: {told}."
    short = blocks.escape(errors.short(view.incident.failure, source_label=view.source_label))
    promise = ""
    if view.deliver_by is not None:
        promise = f" Promise {moments.clock(view.deliver_by, view.timezone)}."
    return f"{_title(view)} {told}: {short}.{promise}"


def _facts(view: views.CardView) -> Sequence[str]:
    also = ", ".join(blocks.escape(title) for title in view.also_affected) or "none"
    last = moments.day(moments.local(view.last_good, view.timezone)) if view.last_good else "never"
    told = (
        words.promise(view.deliver_by, zone=view.timezone, now=view.now),
        words.owner(view.owner),
        f"Also affected: {also}",
        _seen(view),
        f"Last good: {last}",
    )
    if view.shared_in is None:
        return (" · ".join(told),)
    where = blocks.channel(view.shared_in)
    return (" · ".join(told), f"Other clients have the same cause: one card for all is in {where}")


def _seen(view: views.CardView) -> str:
    if view.stands:
        told = _stands(view, view.stands)
        return told[0].upper() + told[1:]
    return f"The client has seen: {blocks.escape(view.client_saw)}"
