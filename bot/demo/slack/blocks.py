"""Blocks: which a surface takes, what each may hold, and what is too much of them together."""

from collections.abc import Mapping
from typing import cast

from bot.demo.slack import elements, richtext, shapes, tables
from bot.demo.slack.check import Check, Part
from bot.demo.slack.refusal import Refusal, schema
from bot.demo.slack.shapes import Json

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
MARKDOWN_CHARS = 12_000
MARKDOWN_TOTAL = 13_000
"""Undocumented: a message with markdown blocks is refused at about so many characters."""


def _header(check: Check, block: Json, *, at: str) -> None:
    check.keys(block, at, needed=("text",), allowed=("block_id", "level"))
    check.text(block.get("text"), f"{at}/text", high=150)
    if block.get("level", 1) not in {1, 2, 3, 4}:
        check.say(f"{at}/level", "must be between 1 and 4")


def _section(check: Check, block: Json, *, at: str) -> None:
    allowed = ("block_id", "text", "fields", "accessory", "expand")
    check.keys(block, at, needed=(), allowed=allowed)
    if "text" not in block and "fields" not in block:
        check.say(at, "one of text and fields is required")
    if "text" in block:
        check.text(block["text"], f"{at}/text", high=3000, kinds=elements.BOTH)
    if "fields" in block:
        fields = check.count(block["fields"], f"{at}/fields", low=1, high=10)
        for index, value in enumerate(fields):
            check.text(value, f"{at}/fields/{index}", high=2000, kinds=elements.BOTH)
    if "accessory" in block:
        elements.element(check, block["accessory"], at=f"{at}/accessory", among=elements.IN_SECTION)


def _context(check: Check, block: Json, *, at: str) -> None:
    check.keys(block, at, needed=("elements",), allowed=("block_id",))
    found = check.count(block.get("elements"), f"{at}/elements", low=1, high=10)
    for index, value in enumerate(found):
        place = f"{at}/elements/{index}"
        if shapes.obj(value).get("type") == "image":
            elements.element(check, value, at=place, among=frozenset({"image"}))
        else:
            check.text(value, place, high=3000, kinds=elements.BOTH)


def _actions(check: Check, block: Json, *, at: str) -> None:
    check.keys(block, at, needed=("elements",), allowed=("block_id",))
    found = check.count(block.get("elements"), f"{at}/elements", low=1, high=25)
    for index, value in enumerate(found):
        elements.element(check, value, at=f"{at}/elements/{index}", among=elements.IN_ACTIONS)


def _divider(check: Check, block: Json, *, at: str) -> None:
    check.keys(block, at, needed=(), allowed=("block_id",))


def _image(check: Check, block: Json, *, at: str) -> None:
    allowed = ("block_id", "image_url", "slack_file", "title")
    check.keys(block, at, needed=("alt_text",), allowed=allowed)
    if "title" in block:
        check.text(block["title"], f"{at}/title", high=2000)
    elements.image(check, block, at=at)


def _input(check: Check, block: Json, *, at: str) -> None:
    allowed = ("block_id", "dispatch_action", "hint", "optional")
    check.keys(block, at, needed=("label", "element"), allowed=allowed)
    check.text(block.get("label"), f"{at}/label", high=2000)
    if "hint" in block:
        check.text(block["hint"], f"{at}/hint", high=2000)
    check.flag(block, "optional", at=at)
    elements.element(check, block.get("element"), at=f"{at}/element", among=elements.IN_INPUT)


def _markdown(check: Check, block: Json, *, at: str) -> None:
    check.keys(block, at, needed=("text",), allowed=("block_id",))
    check.string(block, "text", at=at, high=MARKDOWN_CHARS)
    check.markdown_chars += len(shapes.text(block, "text"))


def _rich_text(check: Check, block: Json, *, at: str) -> None:
    richtext.parts(check, block, at=at)


def _alert(check: Check, block: Json, *, at: str) -> None:
    check.keys(block, at, needed=("text",), allowed=("block_id", "level"))
    check.text(block.get("text"), f"{at}/text", high=200, kinds=elements.BOTH)


def _container(check: Check, block: Json, *, at: str) -> None:
    children = check.count(block.get("child_blocks"), f"{at}/child_blocks", low=1, high=10)
    for index, child in enumerate(children):
        place = f"{at}/child_blocks/{index}"
        if shapes.obj(child).get("type") in {"data_visualization", "container"}:
            check.say(f"{place}/type", "this block is not allowed in a container")
        else:
            _block(check, child, at=place)


def _card(check: Check, block: Json, *, at: str) -> None:
    for key, high in (("title", 150), ("subtitle", 150), ("body", 200)):
        if key in block:
            check.text(block[key], f"{at}/{key}", high=high, kinds=elements.BOTH)


def _carousel(check: Check, block: Json, *, at: str) -> None:
    cards = check.count(block.get("elements"), f"{at}/elements", low=1, high=10)
    for index, card in enumerate(cards):
        _card(check, shapes.obj(card), at=f"{at}/elements/{index}")


def _loose(check: Check, block: Json, *, at: str) -> None:
    """A block that we know by name alone."""
    check.string(block, "title", at=at, high=3000)


BLOCKS: Mapping[str, Part] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "divider": _divider,
    "image": _image,
    "input": _input,
    "markdown": _markdown,
    "rich_text": _rich_text,
    "table": tables.table,
    "data_table": tables.data_table,
    "data_visualization": tables.chart,
    "alert": _alert,
    "container": _container,
    "card": _card,
    "carousel": _carousel,
    "video": _loose,
    "file": _loose,
    "context_actions": _loose,
}
_MESSAGE_ONLY = frozenset({"markdown", "context_actions", "file", "card", "carousel"})
_MODAL_ONLY = frozenset({"alert"})


def _block(check: Check, value: object, *, at: str) -> None:
    if not shapes.is_object(value):
        check.say(at, "must be an object")
        return
    kind = shapes.text(value, "type")
    elsewhere = (kind in _MESSAGE_ONLY and check.surface != "message") or (
        kind in _MODAL_ONLY and check.surface != "modal"
    )
    if kind not in BLOCKS or elsewhere or (kind == "table" and check.surface == "modal"):
        check.say(f"{at}/type", f"unsupported type: {kind}")
        return
    check.string(value, "block_id", at=at, high=255)
    BLOCKS[kind](check, value, at=at)
    _distinct(check, value, at=at)


def _distinct(check: Check, block: Json, *, at: str) -> None:
    names = [
        shapes.text(one, "action_id")
        for one in shapes.objects(block.get("elements"))
        if "action_id" in one
    ]
    for name in sorted({name for name in names if names.count(name) > 1}):
        check.say(at, f"action_id `{name}` already exists for another element of this block")


def check_blocks(check: Check, blocks: list[object], *, root: str) -> None:
    """Note every problem of the blocks below a pointer such as ``/blocks``."""
    high = MESSAGE_BLOCKS if check.surface == "message" else VIEW_BLOCKS
    check.count(blocks, root, low=0, high=high)
    seen: set[str] = set()
    for index, value in enumerate(blocks):
        _block(check, value, at=f"{root}/{index}")
        name = shapes.text(shapes.obj(value), "block_id")
        if name and name in seen:
            check.say(f"{root}/{index}/block_id", f"block_id `{name}` already exists")
        seen.add(name)


def for_message(check: Check, blocks: list[object]) -> list[Json]:
    """The blocks with a block_id each; raises Slack's refusal where they cannot be posted."""
    check_blocks(check, blocks, root="/blocks")
    if check.problems:
        raise schema("invalid_blocks", check.problems)
    size = len(shapes.dump(blocks).encode())
    chars = sum(len(shapes.text(part, "text")) for part in shapes.walk(blocks))
    crowded = check.markdown_chars and chars > MARKDOWN_TOTAL
    if crowded or check.markdown_chars > MARKDOWN_CHARS or size > check.rules.max_blocks_bytes:
        raise Refusal("msg_blocks_too_long")
    return named(blocks)


def named(blocks: list[object]) -> list[Json]:
    """A copy of the blocks in which each has a block_id and each element an action_id."""
    copied = cast("list[Json]", shapes.parse(shapes.dump(blocks)))
    for number, block in enumerate(copied):
        block.setdefault("block_id", f"b{number:02d}{_token(block, number)}")
        parts = [block.get("element"), block.get("accessory"), *shapes.items(block.get("elements"))]
        for index, part in enumerate(shapes.objects(parts)):
            if shapes.text(part, "type") in elements.IN_SECTION | elements.IN_INPUT - {"image"}:
                part.setdefault("action_id", f"a{number:02d}{index:02d}")
    return copied


def _token(block: Json, number: int) -> str:
    return f"{abs(hash((shapes.dump(block), number))) % 46656:03x}"
