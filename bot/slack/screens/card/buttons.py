"""The buttons of a card."""

from collections.abc import Sequence
from typing import assert_never

from bot import errors
from bot.domain import incident, run, views
from bot.domain.delivery import Block
from bot.slack import blocks, limits
from bot.slack import ids as names

_MENU = {views.Button.SKIP: "Skip this time", views.Button.PAUSE: "Pause…"}


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


def again(failure: run.Failure) -> str:
    """Return what a button says that tries again all that one cause stopped: whether it takes a
    remedy first.
    """
    return "Retry all now" if errors.is_retryable(failure.code) else "Fix and rerun all"


def _button(view: views.CardView, kind: views.Button) -> Block | None:
    value = stamp(view.incident)
    match kind:
        case views.Button.RETRY:
            first = "primary" if view.buttons[0] is kind else ""
            label = "Retry" if view.stopped == 1 else again(view.incident.failure)
            return blocks.button(label, names.RETRY, value=value, style=first)
        case views.Button.SEND_WITHOUT:
            return _send_without(view, value)
        case views.Button.DETAILS:
            return blocks.button("Details", names.DETAILS, value=value)
        case views.Button.RESUME | views.Button.CONFIRM | views.Button.ROTATE:
            return _primary(view, kind)
        case views.Button.SKIP | views.Button.PAUSE:
            return None
        case _:
            assert_never(kind)


def _primary(view: views.CardView, kind: views.Button) -> Block:
    """What is to be done before anything else."""
    told = {
        views.Button.RESUME: ("Resume", names.MENU_RESUME, view.incident.client),
        views.Button.ROTATE: ("Rotate credential", names.ROTATE, stamp(view.incident)),
    }
    other = ("Post all the same", names.CONFIRM_AUDIENCE, view.incident.runs[-1])
    text, action_id, value = told.get(kind, other)
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
