"""The failure card, the lines of its thread, and the one neutral line that clients may see.

One card per incident, edited in place: red while nobody can help but a person, amber while it is
on its way, green once recovered, grey when skipped or paused. The words say what the colour says.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from bot import errors
from bot.domain import delivery, ids, incident, run, views
from bot.domain.delivery import Block
from bot.domain.period import PeriodKind
from bot.slack import blocks, limits, moments
from bot.slack import ids as names
from bot.slack.screens import lights, phrases

_RED, _AMBER, _GREEN, _GREY = "🔴", "🟠", "🟢", "⚪"
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
        delivery.Body(text=head, blocks=(blocks.section(_bold_head(head)), *_link(view)))
    )


def attempt(view: views.CardView, tried: run.Attempt) -> delivery.Body:
    """Return the thread's line about one attempt that has ended."""
    by = "scheduled" if tried.number == 1 else "by itself"
    if tried.by:
        by = f"by {blocks.mention(tried.by)}"
    ended = tried.ended_at or view.now
    start = f"{moments.clock(ended, view.timezone)} Attempt {tried.number}, {by}: "
    return _line(start + _how(view, tried, took=moments.span(ended - tried.started_at)))


def act(view: views.CardView, *, who: ids.UserId | None, what: str) -> delivery.Body:
    """Return the thread's line about what a person did: ``what`` completes their name."""
    name = blocks.mention(who) if who else "The bot"
    return _line(f"{moments.clock(view.now, view.timezone)} {name} {blocks.escape(what)}")


def notice(kind: PeriodKind, *, language: str, sent: bool) -> delivery.Body:
    """Return the neutral line in a client's channel, before the report is there and after, in
    the report's own language.
    """
    words = phrases.find(language)
    return _line(words.sent if sent else words.delay(kind))


def elsewhere(what: delivery.Body, channel: ids.ChannelId, *, code: str) -> delivery.Body:
    """Return what could not be said in its own place, said to the operators (Settled 15)."""
    told = f"Could not be said in {blocks.channel(channel)} ({blocks.escape(code)})"
    shown = what.blocks or (blocks.section(what.text),)
    parts = (blocks.context(f"{told}, so it is said here."), *shown)
    return limits.fit(delivery.Body(text=f"{told}: {what.text}", blocks=parts))


def late(view: views.LateView) -> delivery.Body:
    """Return the operators' line about a report that is late although nothing failed; edited once
    the report is there.
    """
    title = f"{blocks.escape(view.client_name)} · {blocks.escape(view.report_title)}"
    if view.status is run.Status.SUCCEEDED:
        sent = _sent(view.posted_at, view.deliver_by, zone=view.timezone, now=view.now)
        head = f"{_GREEN} {title} · {sent}"
        return limits.fit(delivery.Body(text=head, blocks=(blocks.section(_bold_head(head)),)))
    head = f"{_AMBER} {title} · late: {_under_way(view)}"
    facts = (
        _promise(view.deliver_by, zone=view.timezone, now=view.now),
        _owner(view.owner),
        f"The client has seen: {blocks.escape(view.client_saw)}",
    )
    parts = (blocks.section(_bold_head(head)), blocks.context(" · ".join(facts)))
    return limits.fit(delivery.Body(text=head, blocks=parts))


def fix(view: views.CardView) -> delivery.Body:
    """Return the card as an ephemeral answer, for the Fix button of the menu."""
    return card(view)


def row(view: views.CardView) -> Sequence[Block]:
    """Return the card's buttons: one row, or nothing."""
    found = [element for kind in view.buttons if (element := _button(view, kind)) is not None]
    menu = [
        blocks.option(label, f"{kind.value}:{stamp(view.incident)}")
        for kind, label in _MENU.items()
        if kind in view.buttons
    ]
    if menu:
        found.append(blocks.overflow(names.CARD_MENU, menu))
    return (blocks.actions(*found),) if found else ()


def stamp(shown: incident.Incident) -> str:
    """Return what a card's buttons carry: the incident and the version they were drawn from."""
    return f"{shown.id}:{shown.version}"


_MENU = {views.Button.SKIP: "Skip this time", views.Button.PAUSE: "Pause…"}


def _title(view: views.CardView) -> str:
    period = f" · {moments.period(view.period)}" if view.period else ""
    return f"{blocks.escape(view.client_name)} · {blocks.escape(view.report_title)}{period}"


def _bold_head(head: str) -> str:
    light, rest = head.split(" ", 1)
    return f"{light} *{rest}*"


def _line(text: str) -> delivery.Body:
    return limits.fit(delivery.Body(text=text, blocks=(blocks.section(text),)))


def _open(view: views.CardView) -> delivery.Body:
    light, told = _standing(view)
    head = f"{light} {_title(view)} · {told}"
    parts = [
        blocks.section(_bold_head(head)),
        blocks.section(_reason(view)),
        blocks.context(*_facts(view)),
        *row(view),
    ]
    return limits.fit(delivery.Body(text=_summary(view, told), blocks=tuple(parts)))


def _standing(view: views.CardView) -> tuple[str, str]:
    """The light and the words of an open incident."""
    if views.Button.RESUME in view.buttons:
        return _GREY, "paused"
    if view.status in _ON_ITS_WAY:
        return _AMBER, _on_its_way(view)
    return _RED, "rerun failed" if view.stands else "not sent"


def _on_its_way(view: views.CardView) -> str:
    so_far = "rerun failed" if view.stands else "not sent yet"
    match view.status:
        case run.Status.RUNNING:
            return f"{so_far} · attempt {view.attempts} is running"
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
        return _GREY, f"{end} · {_stands(view, view.stands)}" if view.stands else end
    if view.stands:
        return _GREEN, f"rerun done{by} · {_stands(view, view.stands)}"
    told = [_sent(view.posted_at, view.deliver_by, zone=view.timezone, now=view.now)]
    if by:
        told.append(f"fixed{by}")
    seen = blocks.escape(view.client_saw)
    told.append("the client saw no notice" if seen == "nothing" else f"the client saw {seen}")
    return _GREEN, " · ".join(told)


def _stands(view: views.CardView, since: datetime) -> str:
    at = moments.moment(since, view.timezone, now=view.now)
    return f"the post of {at} {'is corrected' if view.corrected else 'stands'}"


def _sent(
    posted_at: datetime | None, deliver_by: datetime | None, *, zone: str, now: datetime
) -> str:
    if posted_at is None:
        return "recovered"
    at = moments.moment(posted_at, zone, now=now)
    if deliver_by is None:
        return f"sent {at}"
    if posted_at <= deliver_by:
        return f"sent {at}, in time"
    return f"sent {at}, {moments.span(posted_at - deliver_by)} late"


def _owner(named: ids.UserId | None) -> str:
    return f"Owner {blocks.mention(named)}" if named else "No owner named"


def _under_way(view: views.LateView) -> str:
    match view.status:
        case run.Status.RUNNING:
            return "its run is still under way"
        case run.Status.READY:
            return "the report is ready and waits to be posted"
        case run.Status.HELD:
            return "it is held until somebody looks"
        case run.Status.QUEUED if view.next_attempt_at and view.next_attempt_at > view.now:
            at = moments.moment(view.next_attempt_at, view.timezone, now=view.now)
            return f"it is tried again at {at}"
        case _:
            return "it waits for its turn"


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
    remedy = errors.remedy(view.incident.failure, source_label=view.source_label)
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
        _promise(view.deliver_by, zone=view.timezone, now=view.now),
        _owner(view.owner),
        f"Also affected: {also}",
        _seen(view),
        f"Last good: {last}",
    )
    return (" · ".join(told),)


def _seen(view: views.CardView) -> str:
    if view.stands:
        told = _stands(view, view.stands)
        return told[0].upper() + told[1:]
    return f"The client has seen: {blocks.escape(view.client_saw)}"


def _promise(due: datetime | None, *, zone: str, now: datetime) -> str:
    if due is None:
        return "No promised time"
    place = f"{moments.moment(due, zone, now=now)} {moments.city(zone)}"
    distance = moments.span(due - now)
    if due < now:
        return f"Promise {place}, missed by {distance}"
    return f"Promise {place}, {distance} left"


def _button(view: views.CardView, kind: views.Button) -> Block | None:
    value = stamp(view.incident)
    match kind:
        case views.Button.RETRY:
            first = "primary" if view.buttons[0] is kind else ""
            return blocks.button("Retry", names.RETRY, value=value, style=first)
        case views.Button.SEND_WITHOUT:
            return _send_without(view, value)
        case views.Button.DETAILS:
            return blocks.button("Details", names.DETAILS, value=value)
        case views.Button.RESUME:
            return _primary("Resume", names.MENU_RESUME, value=view.incident.client)
        case views.Button.CONFIRM:
            return _primary(
                "Post all the same", names.CONFIRM_AUDIENCE, value=view.incident.runs[-1]
            )
        case views.Button.SKIP | views.Button.PAUSE:
            return None
        case _:
            assert_never(kind)


def _primary(text: str, action_id: str, *, value: str) -> Block:
    return blocks.button(text, action_id, value=value, style="primary")


def _send_without(view: views.CardView, value: str) -> Block:
    label = view.source_label if view.without == (view.incident.failure.source,) else None
    left_out = blocks.clean(label or ", ".join(view.without) or "the failed source")
    return blocks.button(
        limits.button(f"Send without {left_out}…"),
        names.SEND_WITHOUT,
        value=value,
        ask=limits.dialog(
            title="Send without it?",
            text=(
                f"The report goes to the client without the figures of {blocks.escape(left_out)}; "
                "they read “not available”. A later retry can correct it."
            ),
            yes="Send",
        ),
    )


def _how(view: views.CardView, tried: run.Attempt, *, took: str) -> str:
    if tried.end is run.AttemptEnd.ABANDONED:
        return "cut short when the bot stopped; it is resumed and uses no retry."
    if tried.end is run.AttemptEnd.REPORT:
        return f"report ready in {took}."
    if tried.failure is None:
        return f"ended after {took}."
    failure = tried.failure
    label = view.source_label if failure.source == view.incident.failure.source else None
    told = blocks.escape(errors.short(failure, source_label=label))
    said = f" “{blocks.escape(failure.said)}”" if failure.said and view.in_ops_channel else ""
    what_next = "Retryable." if errors.is_retryable(failure.code) else "Terminal."
    return f"failed after {took}: {told}.{said} {what_next}"
