"""An answer as a modal: for what is pressed where no message is, on the home tab or in a modal."""

from collections.abc import Mapping, Sequence
from typing import cast

from bot.domain import delivery
from bot.domain.delivery import Block
from bot.slack import blocks, ids, limits

TITLE = "Reports"


def draw(body: delivery.Body, *, channel: str = "") -> Mapping[str, object]:
    """Return a body as a modal, whose buttons work on. ``private_metadata`` is ``window <channel
    of the direct messages with us>``.
    """
    shown = [_fitting(block) for block in body.blocks] or [blocks.section(body.text)]
    return _view(shown, channel=channel)


def loading(*, channel: str = "") -> Mapping[str, object]:
    """Return what is opened within the trigger's three seconds, to be changed after."""
    return _view([blocks.section("Looking it up …")], channel=channel)


def _view(shown: Sequence[Block], *, channel: str) -> Mapping[str, object]:
    return limits.modal(
        {
            "type": "modal",
            "callback_id": ids.WINDOW,
            "notify_on_close": True,
            "private_metadata": f"{ids.WINDOW} {channel}".strip(),
            "title": blocks.plain(TITLE),
            "close": blocks.plain("Close"),
            "blocks": list(shown),
        }
    )


def _fitting(block: Block) -> Block:
    """A modal takes no table: its rows become lines, the first one bold."""
    if block["type"] != "table":
        return block
    rows = [" · ".join(_cells(row)) for row in cast("Sequence[_Row]", block["rows"])]
    return blocks.section("\n".join([f"*{rows[0]}*", *rows[1:]]))


_Row = Sequence[Mapping[str, object]]


def _cells(row: _Row) -> Sequence[str]:
    return [blocks.escape(str(cell.get("text", ""))) for cell in row]
