"""Rich text: what people write with marks, as an app gets it from a rich_text_input."""

from collections.abc import Collection, Mapping

from bot.demo.slack import shapes
from bot.demo.slack.check import Check
from bot.demo.slack.shapes import Json

_PARTS: Mapping[str, tuple[str, ...]] = {
    "text": ("text",),
    "link": ("url",),
    "emoji": ("name",),
    "user": ("user_id",),
    "team": ("team_id",),
    "usergroup": ("usergroup_id",),
    "channel": ("channel_id",),
    "broadcast": ("range",),
    "date": ("timestamp", "format"),
    "color": ("value",),
}
"""What stands in a line, and what each must have."""
_STYLES = frozenset(
    {"bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"}
)
_LINES = ("rich_text_section", "rich_text_preformatted", "rich_text_quote")


def of(words: str) -> Json:
    """Plain words as a rich_text block."""
    line = {"type": "rich_text_section", "elements": [{"type": "text", "text": words}]}
    return {"type": "rich_text", "elements": [line]}


def value(check: Check, found: object, *, at: str) -> None:
    """A rich_text object as the value of an input."""
    told = shapes.obj(found)
    if told.get("type") != "rich_text":
        check.say(f"{at}/type", "must be rich_text")
    parts(check, told, at=at)


def parts(check: Check, found: Json, *, at: str) -> None:
    """The sections, lists, quotes and preformatted pieces of a rich_text block."""
    check.keys(found, at, needed=("elements",), allowed=("block_id",))
    lines = check.count(found.get("elements"), f"{at}/elements", low=1, high=1000)
    for index, one in enumerate(lines):
        _line(
            check, shapes.obj(one), at=f"{at}/elements/{index}", among=(*_LINES, "rich_text_list")
        )


def _line(check: Check, line: Json, *, at: str, among: Collection[str]) -> None:
    kind = shapes.text(line, "type")
    if kind not in among:
        check.say(f"{at}/type", f"unsupported type: {kind}")
        return
    if kind == "rich_text_list" and line.get("style") not in {"bullet", "ordered"}:
        check.say(f"{at}/style", "must be one of: bullet, ordered")
    for index, one in enumerate(
        check.count(line.get("elements"), f"{at}/elements", low=0, high=1000)
    ):
        place, told = f"{at}/elements/{index}", shapes.obj(one)
        if kind == "rich_text_list":
            _line(check, told, at=place, among=("rich_text_section",))
        else:
            _part(check, told, at=place)


def _part(check: Check, part: Json, *, at: str) -> None:
    kind = shapes.text(part, "type")
    if kind not in _PARTS:
        check.say(f"{at}/type", f"unsupported type: {kind}")
        return
    for key in _PARTS[kind]:
        if key not in part:
            check.say(at, f"missing required field: {key}")
    for key, on in shapes.obj(part.get("style")).items():
        if key not in _STYLES or not isinstance(on, bool):
            check.say(f"{at}/style/{key}", "invalid style")
