"""Slack's limits, in one place, and the rules that cut whatever goes beyond them.

``fit`` makes any body one that Slack takes: texts end in an ellipsis, long sections are split,
tables lose their last rows, a chart its oldest points, and where a message as a whole is too long
the least important blocks go: lines first, then small print, then sections from the end. Headers,
tables and buttons stay. ``modal`` does the same for a view; ``check_modal`` names what is wrong.
Slack: docs.slack.dev/reference/block-kit/blocks and …/views.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast

from bot.domain import delivery
from bot.domain.delivery import Block
from bot.slack import blocks

TEXT = 3_900
"""Of a message; Slack advises 4,000."""
BLOCKS = 50
MODAL_BLOCKS = 100
MESSAGE = 12_000
"""All letters of all blocks; near 13,000 Slack answers msg_blocks_too_long (undocumented)."""
HEADER = 150
SECTION = 3_000
SPLITS = 3
"""The sections that one long text may become; what is beyond is cut."""
FIELD = 2_000
FIELDS = 10
CONTEXT = 10
ACTIONS = 25
BUTTON = 75
VALUE = 2_000
URL = 3_000
OVERFLOW = 5
OPTIONS = 100
OPTION = 75
ALT = 2_000
TABLE_ROWS = 100
TABLE_CELLS = 20
TABLE_LETTERS = 10_000
CELL = 300
CHARTS = 2
CHART_TITLE = 50
CHART_LABEL = 20
CHART_POINTS = 20
DIALOG_TITLE = 100
DIALOG_TEXT = 300
DIALOG_BUTTON = 30
MODAL_TITLE = 24
METADATA = 3_000

_MORE = "… cut here, the rest is too long for one message"
_DROPPED_FIRST = ("divider", "context", "section")
"""From the least important on; what is not named here is never dropped for length."""

_Fields = Mapping[str, object]


def fit(body: delivery.Body) -> delivery.Body:
    """Return the body cut by rule, so that Slack takes it."""
    text = blocks.cut(_utf8(body.text).strip() or "\u2013", TEXT)
    fitted = [piece for block in body.blocks for piece in _fit(block)]
    return replace(body, text=text, blocks=tuple(_within(fitted, BLOCKS)))


def fit_blocks(found: Sequence[Block], *, most: int = BLOCKS) -> tuple[Block, ...]:
    """Return blocks cut by the same rules, for modals and the shell."""
    return tuple(_within([piece for block in found for piece in _fit(block)], most))


def button(text: str) -> str:
    """Return a button's text within its limit."""
    return blocks.cut(text, BUTTON)


def dialog(*, title: str, text: str, yes: str) -> Block:
    """Return a confirmation within its limits."""
    return blocks.confirm(
        title=blocks.cut(title, DIALOG_TITLE),
        text=blocks.cut(text, DIALOG_TEXT),
        yes=blocks.cut(yes, DIALOG_BUTTON),
    )


def modal(view: _Fields) -> dict[str, object]:
    """Return a modal cut by rule; private_metadata that is too long is a fault of ours."""
    fitted = dict(view)
    for key in ("title", "submit", "close"):
        if key in fitted:
            fitted[key] = _with_text(_mapping(fitted[key]), MODAL_TITLE)
    inputs = cast("Sequence[Block]", view.get("blocks", ()))
    fitted["blocks"] = list(fit_blocks(inputs, most=MODAL_BLOCKS))
    return fitted


def home(found: Sequence[Block], *, metadata: str = "") -> dict[str, object]:
    """Return a home tab of these blocks, cut by rule; the first hundred stand."""
    fitted = [piece for block in found for piece in _fit(block)]
    return {"type": "home", "private_metadata": metadata, "blocks": fitted[:MODAL_BLOCKS]}


def check_modal(view: _Fields) -> tuple[str, ...]:
    """Return what Slack would refuse about a modal, in plain words; empty when nothing."""
    return tuple(_modal_faults(view))


def _modal_faults(view: _Fields) -> Iterator[str]:
    if view.get("type") != "modal" or "title" not in view:
        yield "type is not modal, or the title is missing"
    for key in ("title", "submit", "close"):
        if key in view and not 1 <= len(_text(_mapping(view[key]))) <= MODAL_TITLE:
            yield f"{key} is not of 1 to {MODAL_TITLE} letters"
    found = cast("Sequence[Block]", view.get("blocks", ()))
    if not 1 <= len(found) <= MODAL_BLOCKS:
        yield f"blocks are not 1 to {MODAL_BLOCKS}"
    if "submit" not in view and any(block["type"] == "input" for block in found):
        yield "submit is missing although there are inputs"
    if len(str(view.get("private_metadata", ""))) > METADATA:
        yield f"private_metadata is over {METADATA} letters"
    named = [block["block_id"] for block in found if "block_id" in block]
    if len(named) != len(set(named)):
        yield "a block_id is used twice"


def _fit(block: Block) -> Sequence[Block]:
    rule = _RULES.get(str(block.get("type")))
    return rule(block) if rule else (block,)


def _fit_header(block: Block) -> Sequence[Block]:
    shown = _with_text(_mapping(block["text"]), HEADER)
    return ({**block, "text": shown},) if _text(shown) else ()


def _fit_section(block: Block) -> Sequence[Block]:
    if "fields" in block:
        return _fit_fields(block)
    words = _mapping(block["text"])
    pieces = tuple(_split(_text(words)))
    first, rest = pieces[:1], pieces[1:]
    if "accessory" in block:
        fitted = _fit_element(_mapping(block["accessory"]))
        kept = {key: value for key, value in block.items() if key != "accessory"}
        block = kept if fitted is None else {**kept, "accessory": fitted}
    return (
        *({**block, "text": {**words, "text": piece}} for piece in first),
        *({"type": "section", "text": {**words, "text": piece}} for piece in rest),
    )


def _fit_fields(block: Block) -> Sequence[Block]:
    kept = [
        shown
        for field in cast("Sequence[_Fields]", block["fields"])
        if _text(shown := _with_text(field, FIELD))
    ]
    return tuple(
        {**block, "fields": kept[start : start + FIELDS]} for start in range(0, len(kept), FIELDS)
    )


def _split(text: str) -> Iterator[str]:
    rest = _utf8(text).strip()
    for _ in range(SPLITS - 1):
        if len(rest) <= SECTION:
            break
        at = max(rest.rfind(mark, SECTION // 2, SECTION) for mark in ("\n", ". "))
        head = rest[: at + 1] if at > 0 else blocks.cut(rest, SECTION)
        yield head.strip()
        rest = rest[len(head) if at > 0 else len(head) - 1 :].strip()
    if rest:
        yield blocks.cut(rest, SECTION)


def _fit_context(block: Block) -> Sequence[Block]:
    elements = [
        shown
        for element in cast("Sequence[_Fields]", block["elements"])
        if _text(shown := _with_text(element, FIELD))
    ]
    return tuple(
        {**block, "elements": elements[start : start + CONTEXT]}
        for start in range(0, len(elements), CONTEXT)
    )


def _fit_actions(block: Block) -> Sequence[Block]:
    found = [
        fitted
        for element in cast("Sequence[_Fields]", block["elements"])
        if (fitted := _fit_element(element)) is not None
    ]
    return ({**block, "elements": found[:ACTIONS]},) if found else ()


def _fit_element(element: _Fields) -> _Fields | None:
    """An element within its limits; None where it cannot work when cut."""
    if len(str(element.get("value", ""))) > VALUE or len(str(element.get("url", ""))) > URL:
        return None
    if element["type"] == "button":
        return {**element, "text": _named(_mapping(element["text"]), BUTTON)}
    if "options" in element:
        most = OVERFLOW if element["type"] == "overflow" else OPTIONS
        offered = cast("Sequence[_Fields]", element["options"])[:most]
        named = [{**one, "text": _named(_mapping(one["text"]), OPTION)} for one in offered]
        return {**element, "options": named} if named else None
    return element


def _fit_table(block: Block) -> Sequence[Block]:
    rows: list[list[_Fields]] = []
    left = TABLE_LETTERS
    for row in cast("Sequence[Sequence[_Fields]]", block["rows"])[:TABLE_ROWS]:
        cells = [_with_text(cell, CELL) for cell in row[:TABLE_CELLS]]
        left -= sum(len(_text(cell)) for cell in cells)
        if left < 0:
            break
        rows.append(cells)
    return ({**block, "rows": rows},) if rows else ()


def _fit_chart(block: Block) -> Sequence[Block]:
    chart = _mapping(block["chart"])
    series = cast("Sequence[_Fields]", chart["series"])
    points = cast("Sequence[_Fields]", series[0]["data"])
    kept = [point for point in points if math.isfinite(cast("float", point["value"]))]
    kept = kept[-CHART_POINTS:]
    if not kept:
        return ()
    labels = _unique([blocks.cut(str(point["label"]), CHART_LABEL) for point in kept])
    data = [
        {"label": label, "value": point["value"]} for label, point in zip(labels, kept, strict=True)
    ]
    name = blocks.cut(str(series[0]["name"]) or "\u2013", CHART_LABEL)
    axis = {**_mapping(chart["axis_config"]), "categories": labels}
    drawn = {**chart, "series": [{"name": name, "data": data}], "axis_config": axis}
    title = blocks.cut(_utf8(str(block["title"])).strip() or name, CHART_TITLE)
    return ({**block, "title": title, "chart": drawn},)


def _fit_image(block: Block) -> Sequence[Block]:
    return ({**block, "alt_text": blocks.cut(_utf8(str(block["alt_text"])) or "\u2013", ALT)},)


def _unique(labels: Sequence[str]) -> list[str]:
    """Labels made distinct by a number where two are alike; each stays within its limit."""
    out: list[str] = []
    for label in labels:
        told, count = label.strip() or "\u2013", 1
        while told in out:
            count += 1
            told = f"{label.strip()[: CHART_LABEL - 4]} {count}"
        out.append(told)
    return out


_RULES: Mapping[str, Callable[[Block], Sequence[Block]]] = {
    "header": _fit_header,
    "section": _fit_section,
    "context": _fit_context,
    "actions": _fit_actions,
    "table": _fit_table,
    "data_visualization": _fit_chart,
    "image": _fit_image,
}


def _within(found: list[Block], most: int) -> list[Block]:
    """Drop the least important blocks until the message as a whole is short enough."""
    if _short_enough(found, most):
        return found
    kept = list(found)
    room = most - 1
    for kind in _DROPPED_FIRST:
        for index in range(len(kept) - 1, -1, -1):
            if _short_enough(kept, room):
                break
            if kept[index]["type"] == kind:
                del kept[index]
    while not _short_enough(kept, room):
        del kept[-1]
    return [*kept, blocks.context(_MORE)]


def _short_enough(found: Sequence[Block], most: int) -> bool:
    return len(found) <= most and _letters(found) <= MESSAGE


def _letters(part: object) -> int:
    """The letters of every string in a structure."""
    if isinstance(part, str):
        return len(part)
    if isinstance(part, Mapping):
        return sum(_letters(inner) for inner in cast("Mapping[str, object]", part).values())
    if isinstance(part, list | tuple):
        return sum(_letters(inner) for inner in cast("Sequence[object]", part))
    return 0


def _mapping(part: object) -> _Fields:
    return cast("_Fields", part)


def _text(words: _Fields) -> str:
    return str(words.get("text", ""))


def _with_text(words: _Fields, limit: int) -> _Fields:
    return {**words, "text": blocks.cut(_utf8(_text(words)).strip(), limit)}


def _named(words: _Fields, limit: int) -> _Fields:
    """A text that must be there: a dash where nothing is left of it."""
    shown = _with_text(words, limit)
    return shown if _text(shown) else {**words, "text": "\u2013"}


def _utf8(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
