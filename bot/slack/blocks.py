"""The vocabulary of Block Kit that the screens speak: each function returns one plain block.

Whatever goes into ``section``, ``context`` or ``fields`` is mrkdwn: pass other people's words
through ``escape`` first. Header and button texts are plain text, which needs cleaning only.
``verbatim`` is set everywhere, so that Slack links no address and no name by itself.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from bot.domain.delivery import Block

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_KEPT = "\n\u200d"
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_MARKS = str.maketrans({"*": "\u2217", "~": "\u223c", "`": "\u02cb"})
"""Slack has no escape for its style marks, so look-alikes stand in for them."""
_LOOSE_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
"""An underscore inside a word styles nothing and is kept: names can still be copied."""
_EMOJI = re.compile(r"(?<!\w):(?=[^:]*[a-z])([a-z0-9_+'-]+):")
_QUOTE = re.compile(r"^>", re.MULTILINE)


def clean(text: str) -> str:
    """Return the text without control, bidirectional and other invisible characters."""
    return "".join(
        letter
        for letter in text
        if letter in _KEPT or unicodedata.category(letter) not in _INVISIBLE
    )


def escape(text: str) -> str:
    """Return somebody else's words, safe inside mrkdwn: no mention, style, emoji or control."""
    still = _LOOSE_UNDERSCORE.sub("\u02cd", clean(text).translate(_MARKS))
    still = _QUOTE.sub("\u203a", _EMOJI.sub("\ua789\\1\ua789", still))
    return still.translate(_ENTITIES)


def cut(text: str, limit: int) -> str:
    """Return the text within ``limit`` characters, ended by an ellipsis where it was cut.

    Entities, links and mentions are never cut in their middle.
    """
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    for opening, closing, longest in (("&", ";", 5), ("<", ">", limit)):
        start = head.rfind(opening)
        if start >= 0 and len(head) - start <= longest and closing not in head[start:]:
            head = head[:start]
    return f"{head.rstrip()}…"


def one_line(text: str, limit: int) -> str:
    """Return plain words on one line within ``limit`` characters."""
    return cut(" ".join(clean(text).split()), limit)


def mention(user: str) -> str:
    """Return a person's mention."""
    return f"<@{user}>"


def channel(channel_id: str) -> str:
    """Return a channel's mention."""
    return f"<#{channel_id}>"


def link(address: str, label: str) -> str:
    """Return a link; the label is escaped."""
    return f"<{address.translate(_ENTITIES)}|{escape(label).replace('|', '¦')}>"


def plain(text: str) -> dict[str, object]:
    """Return a plain_text object."""
    return {"type": "plain_text", "text": clean(text), "emoji": False}


def mrkdwn(text: str) -> dict[str, object]:
    """Return a mrkdwn object in which Slack links nothing by itself."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def header(text: str) -> Block:
    """Return a header."""
    return {"type": "header", "text": plain(text)}


def section(text: str, *, accessory: Block | None = None) -> Block:
    """Return a section of mrkdwn."""
    block: dict[str, object] = {"type": "section", "text": mrkdwn(text)}
    if accessory is not None:
        block["accessory"] = accessory
    return block


def fields(texts: Sequence[str]) -> Block:
    """Return a section of up to ten fields, two columns wide on a desk, one on a phone."""
    return {"type": "section", "fields": [mrkdwn(text) for text in texts]}


def context(*texts: str) -> Block:
    """Return small print; empty texts are left out."""
    return {"type": "context", "elements": [mrkdwn(text) for text in texts if text]}


def divider() -> Block:
    """Return a line."""
    return {"type": "divider"}


def table(rows: Sequence[Sequence[str]]) -> Block:
    """Return a native table: first row the head, first column wraps, the others to the right."""
    width = max((len(row) for row in rows), default=1)
    right: list[dict[str, object]] = [{"align": "right"} for _ in range(width - 1)]
    return {
        "type": "table",
        "column_settings": [{"is_wrapped": True}, *right],
        "rows": [
            [{"type": "raw_text", "text": clean(text) or "\u2013"} for text in row] for row in rows
        ],
    }


def line_chart(*, title: str, series: str, labels: Sequence[str], values: Sequence[float]) -> Block:
    """Return a native line chart of one series; one label per value."""
    points = [{"label": label, "value": value} for label, value in zip(labels, values, strict=True)]
    return {
        "type": "data_visualization",
        "title": title,
        "chart": {
            "type": "line",
            "series": [{"name": series, "data": points}],
            "axis_config": {"categories": list(labels)},
        },
    }


def chart_here() -> Block:
    """Return the place where the poster puts the uploaded chart."""
    return {"type": "chart_here"}


def actions(*elements: Block) -> Block:
    """Return a row of buttons and menus."""
    return {"type": "actions", "elements": list(elements)}


def confirm(*, title: str, text: str, yes: str, no: str = "Cancel") -> Block:
    """Return the question asked before a button acts."""
    return {"title": plain(title), "text": mrkdwn(text), "confirm": plain(yes), "deny": plain(no)}


def button(
    text: str, action_id: str, *, value: str = "", style: str = "", ask: Block | None = None
) -> Block:
    """Return a button; ``style`` is primary, danger or empty."""
    block: dict[str, object] = {"type": "button", "text": plain(text), "action_id": action_id}
    extra: Mapping[str, object] = {"value": value, "style": style, "confirm": ask}
    block.update({key: content for key, content in extra.items() if content})
    return block


def link_button(text: str, action_id: str, *, url: str) -> Block:
    """Return a button that opens an address."""
    return {"type": "button", "text": plain(text), "action_id": action_id, "url": url}


def option(text: str, value: str) -> Block:
    """Return one choice of a menu."""
    return {"text": plain(text), "value": value}


def overflow(action_id: str, options: Sequence[Block]) -> Block:
    """Return the ⋯ menu."""
    return {"type": "overflow", "action_id": action_id, "options": list(options)}


def external_select(action_id: str, placeholder: str) -> Block:
    """Return a drop-down whose choices are asked of us, from the first look at it on."""
    return {
        "type": "external_select",
        "action_id": action_id,
        "placeholder": plain(placeholder),
        "min_query_length": 0,
    }


def select(action_id: str, placeholder: str, *, options: Sequence[Block]) -> Block:
    """Return a drop-down of fixed choices."""
    return {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": plain(placeholder),
        "options": list(options),
    }
