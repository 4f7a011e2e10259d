"""Slack messages as text for a terminal: what the demo prints. Pure."""

import re
import textwrap
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

Block = Mapping[str, object]
WIDTH = 92
_BARS = "▁▂▃▄▅▆▇█"
_LINK = re.compile(r"<(https?://[^|>]+)(?:\|([^>]*))?>")
_NAMED = re.compile(r"<([@#])([UWCG][A-Z0-9]+)(?:\|[^>]*)?>")
_DATE = re.compile(r"<!date\^[^|>]*\|([^>]*)>")
_STRONG = re.compile(r"(?<![\w*])\*([^*\n]+)\*(?![\w*])")
_SOFT = re.compile(r"(?<![\w_])_([^_\n]+)_(?![\w_])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What Slack shows instead of ids, and whether the terminal takes colour."""

    people: Mapping[str, str]
    channels: Mapping[str, str]
    colour: bool = False


def draw(text: str, blocks: Sequence[Block], *, names: Names) -> str:
    """Return a message as lines of at most ``WIDTH`` columns; ``text`` where it has no blocks."""
    parts = [_block(block, names) for block in blocks] if blocks else [plain(text, names)]
    return "\n".join(part for part in parts if part)


def plain(text: str, names: Names) -> str:
    """Return Slack's mrkdwn as people read it, wrapped."""
    text = _LINK.sub(lambda found: found[2] or found[1], text)
    text = _DATE.sub(lambda found: found[1], text)
    text = _NAMED.sub(lambda found: _name(found, names), text)
    bold = _bold if names.colour else str
    text = _STRONG.sub(lambda found: bold(found[1]), text)
    text = _SOFT.sub(lambda found: found[1], text)
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    lines = (textwrap.wrap(line, WIDTH) or [""] for line in text.splitlines())
    return "\n".join(part for line in lines for part in line)


def _name(found: re.Match[str], names: Names) -> str:
    sign, one = found[1], found[2]
    known = names.people if sign == "@" else names.channels
    return sign + known.get(one, one)


def _bold(text: str) -> str:
    return f"\x1b[1m{text}\x1b[22m"


def _dim(text: str, names: Names) -> str:
    return f"\x1b[2m{text}\x1b[22m" if names.colour else text


def _block(block: Block, names: Names) -> str:
    drawn = _DRAWN.get(str(block.get("type")))
    return drawn(block, names) if drawn else f"({block.get('type')})"


def _header(block: Block, names: Names) -> str:
    title = plain(_text(block.get("text")), names)
    return _bold(title) if names.colour else title


def _context(block: Block, names: Names) -> str:
    return _dim(plain(" ".join(_texts(block, "elements")), names), names)


def _actions(block: Block, _names: Names) -> str:
    return "  ".join(f"[{label}]" for label in _buttons(block))


def _section(block: Block, names: Names) -> str:
    parts = [plain(_text(block.get("text")), names)] if block.get("text") else []
    fields = [plain(_text(field), names) for field in _items(block, "fields")]
    parts.extend(fields)
    accessory = block.get("accessory")
    if isinstance(accessory, Mapping):
        parts.append(f"[{_label(cast('Block', accessory))}]")
    return "\n".join(parts)


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return str(cast("Block", value).get("text", ""))
    return str(value or "")


def _items(block: Block, key: str) -> list[Block]:
    found = block.get(key)
    return cast("list[Block]", found) if isinstance(found, list) else []


def _texts(block: Block, key: str) -> list[str]:
    return [str(item.get("text", item.get("alt_text", ""))) for item in _items(block, key)]


def _buttons(block: Block) -> list[str]:
    return [_label(item) for item in _items(block, "elements")]


def buttons(blocks: Sequence[Block]) -> list[str]:
    """Return the labels of a message's buttons, in the order they stand."""
    rows = [element for block in blocks for element in _items(block, "elements")]
    asides = [block["accessory"] for block in blocks if isinstance(block.get("accessory"), Mapping)]
    found = [*rows, *cast("list[Block]", asides)]
    return [_label(element) for element in found if element.get("type") == "button"]


def choices(blocks: Sequence[Block]) -> list[tuple[str, str]]:
    """Return what the ⋯ menus of a message offer: the menu's action_id, the option's label."""
    return [
        (str(element.get("action_id")), _text(option.get("text")))
        for block in blocks
        for element in _items(block, "elements")
        if element.get("type") == "overflow"
        for option in _items(element, "options")
    ]


def _label(element: Block) -> str:
    if element.get("type") == "overflow":
        options = [_text(option.get("text")) for option in _items(element, "options")]
        return "⋯ " + " · ".join(options)
    label = _text(element.get("text") or element.get("placeholder")) or str(element.get("type"))
    return f"{label} ▾" if "select" in str(element.get("type")) else label


def _table(block: Block, names: Names) -> str:
    rows = cast("list[list[Block]]", block.get("rows", []))
    cells = [[_cell(cell, names) for cell in row] for row in rows]
    if not cells:
        return ""
    columns = max(len(row) for row in cells)
    widths = [
        max((_width(row[index]) for row in cells if index < len(row)), default=0)
        for index in range(columns)
    ]
    return "\n".join(_row(row, widths) for row in cells)


def _row(row: Sequence[str], widths: Sequence[int]) -> str:
    parts = [
        cell + " " * (widths[index] - _width(cell))
        if index == 0
        else " " * (widths[index] - _width(cell)) + cell
        for index, cell in enumerate(row)
    ]
    return "  " + "   ".join(parts).rstrip()


def _width(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(letter) in {"W", "F"} for letter in text)
    return len(text) + wide


def _cell(cell: Block, names: Names) -> str:
    if cell.get("type") == "rich_text":
        return "".join(_pieces(cell))
    return plain(str(cell.get("text", cell.get("value", ""))), names)


def _pieces(node: Block) -> Iterable[str]:
    if "text" in node and isinstance(node["text"], str):
        yield node["text"]
    for child in _items(node, "elements"):
        yield from _pieces(child)


def _chart(block: Block, _names: Names) -> str:
    """A line of bars from each series, and its first and last value."""
    chart = block.get("chart")
    held = cast("Block", chart) if isinstance(chart, Mapping) else block
    title = _text(block.get("title"))
    lines = [
        f"  {_bars(values)}  {values[0]:g} → {values[-1]:g}"
        for series in _items(held, "series")
        if (values := [_number(point) for point in _items(series, "data")])
    ]
    return "\n".join([title, *lines])


def _number(point: object) -> float:
    value = cast("Block", point).get("value", 0) if isinstance(point, Mapping) else point
    return float(cast("float", value))


def _bars(values: Sequence[float]) -> str:
    low, high = min(values), max(values)
    span = (high - low) or 1
    return "".join(_BARS[round((value - low) / span * (len(_BARS) - 1))] for value in values)


_DRAWN: Mapping[str, Callable[[Block, Names], str]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "table": _table,
    "data_visualization": _chart,
    "divider": lambda _block, _names: "─" * 40,
    "image": lambda block, _names: f"(image: {block.get('alt_text', '')})",
}
