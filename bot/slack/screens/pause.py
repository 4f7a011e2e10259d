"""The modal that pauses a client: until when, and why."""

from collections.abc import Mapping
from datetime import date

from bot.domain import ids as identifiers
from bot.slack import blocks, ids, limits

REASON = 200
"""Letters of a reason."""


def modal(
    client: identifiers.ClientId, *, name: str, reply_channel: str = "", until: date | None = None
) -> Mapping[str, object]:
    """Return the modal. ``private_metadata`` is ``<client> <channel the answer goes to>``."""
    picker: dict[str, object] = {"type": "datepicker", "action_id": ids.PAUSE_UNTIL}
    if until is not None:
        picker["initial_date"] = until.isoformat()
    reason = {
        "type": "plain_text_input",
        "action_id": ids.PAUSE_REASON,
        "max_length": REASON,
        "placeholder": blocks.plain("Such as: shop closed for stocktaking"),
    }
    told = (
        f"*{blocks.escape(name)}*\nNothing fires while it is paused, retries and posts are held. "
        "Fires that were skipped are not caught up."
    )
    view: dict[str, object] = {
        "type": "modal",
        "callback_id": ids.PAUSE_VIEW,
        "private_metadata": f"{client} {reply_channel}".strip(),
        "title": blocks.plain("Pause reports"),
        "submit": blocks.plain("Pause"),
        "close": blocks.plain("Cancel"),
        "blocks": [
            blocks.section(told),
            _input(ids.PAUSE_UNTIL, "Until the end of … (empty: until resumed)", element=picker),
            _input(ids.PAUSE_REASON, "Reason", element=reason),
        ],
    }
    return limits.modal(view)


def loading(title: str = "One moment") -> Mapping[str, object]:
    """Return the view that is opened within the trigger's three seconds, to be updated after."""
    return limits.modal(
        {
            "type": "modal",
            "title": blocks.plain(title),
            "close": blocks.plain("Cancel"),
            "blocks": [blocks.section("Looking it up …")],
        }
    )


def _input(name: str, label: str, *, element: Mapping[str, object]) -> Mapping[str, object]:
    return {
        "type": "input",
        "block_id": name,
        "optional": True,
        "label": blocks.plain(label),
        "element": element,
    }
