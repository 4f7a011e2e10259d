"""What a person sees and can touch: buttons and inputs by id or by label, and their values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.demo.slack import check, elements, richtext, shapes, workspace
from bot.demo.slack.refusal import Impossible
from bot.demo.slack.shapes import Json

_PRESSED = frozenset({"button", "workflow_button"})
MAX_FILES = 10
_STATELESS = _PRESSED | {"overflow", "image"}
State = dict[str, dict[str, Json]]
"""block_id → action_id → what a view's or message's ``state.values`` says of an input."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element with the block it stands in."""

    block: Json
    element: Json

    @property
    def block_id(self) -> str:
        """The block's id."""
        return shapes.text(self.block, "block_id")

    @property
    def action_id(self) -> str:
        """The element's id."""
        return shapes.text(self.element, "action_id")

    @property
    def kind(self) -> str:
        """The element's type."""
        return shapes.text(self.element, "type")

    @property
    def label(self) -> str:
        """What a person reads on or at it."""
        for source, key in (
            (self.element, "text"),
            (self.block, "label"),
            (self.element, "placeholder"),
        ):
            words = shapes.text(shapes.obj(source.get(key)), "text")
            if words:
                return words
        return ""


def elements_of(blocks: list[Json]) -> Iterator[Element]:
    """Every interactive element of blocks, in reading order; those in containers too."""
    for block in blocks:
        parts = [block.get("element"), block.get("accessory"), *shapes.items(block.get("elements"))]
        for part in shapes.objects(parts):
            if shapes.text(part, "type") in elements.ELEMENTS and part.get("type") != "image":
                yield Element(block=block, element=part)
        yield from elements_of(shapes.objects(block.get("child_blocks")))


def words(blocks: list[Json]) -> str:
    """Everything that can be read in blocks, one text a line."""
    return "\n".join(
        str(part["text"])
        for part in shapes.walk(blocks)
        if isinstance(part.get("text"), str) and part["text"]
    )


def find(blocks: list[Json], action: str, *, value: str | None = None) -> Element:
    """The one element with this action_id, ``block_id/action_id`` or label (and value); raises
    Impossible.
    """
    every = list(elements_of(blocks))
    found = [
        one for one in every if action in {one.action_id, f"{one.block_id}/{one.action_id}"}
    ] or [one for one in every if action in {one.label, one.block_id}]
    if value is not None:
        found = [one for one in found if one.element.get("value") == value]
    if len(found) != 1:
        there = ", ".join(f"{one.action_id} ({one.label!r})" for one in every) or "nothing"
        count = "several" if found else "no"
        raise Impossible(f"{count} element {action!r} to touch here; there is: {there}")
    return found[0]


def initial(blocks: list[Json]) -> State:
    """What the inputs of blocks hold before anybody touches them."""
    state: State = {}
    for one in elements_of(blocks):
        if one.kind not in _STATELESS:
            state.setdefault(one.block_id, {})[one.action_id] = _initial(one.element)
    return state


def _initial(element: Json) -> Json:
    kind = shapes.text(element, "type")
    key = _key(kind)
    none: object = (
        [] if key == "files" or (key.startswith("selected_") and key.endswith("s")) else None
    )
    start = key.replace("selected", "initial") if key.startswith("selected") else "initial_value"
    return {"type": kind, key: element.get(start, none)}


def _key(kind: str) -> str:
    fixed = {
        "file_input": "files",
        "rich_text_input": "rich_text_value",
        "checkboxes": "selected_options",
        "datepicker": "selected_date",
        "timepicker": "selected_time",
        "datetimepicker": "selected_date_time",
        "radio_buttons": "selected_option",
    }
    if kind in fixed:
        return fixed[kind]
    if kind.endswith("_input"):
        return "value"
    many = "s" if kind.startswith("multi_") else ""
    single = kind.removeprefix("multi_").removesuffix("_select").removesuffix("s")
    named = {"user": "user", "channel": "channel", "conversation": "conversation"}
    return f"selected_{named.get(single, 'option')}{many}"


def chosen(one: Element, value: object) -> Json:
    """The state of an input after a person put ``value`` in: text, an option (or its value or
    label), a list of them, an id, a date, a rich_text block or its words, file objects. Raises
    Impossible where it cannot hold that.
    """
    key = _key(one.kind)
    match key:
        case "selected_options":
            held: object = [_option(one, item) for item in shapes.items(value)]
        case "selected_option":
            held = _option(one, value)
        case "rich_text_value":
            held = _rich(one, value)
        case "files":
            held = _files(one, shapes.objects(value))
        case _:
            held = value
    _bounded(one, held)
    return {"type": one.kind, key: held}


def _option(one: Element, value: object) -> Json:
    """The option that is meant; of an external select, one that was offered."""
    wanted = shapes.obj(value).get("value", str(value))
    known = elements.known_options(one.element)
    for option in known:
        if wanted in {option.get("value"), shapes.text(shapes.obj(option.get("text")), "text")}:
            return option
    there = ", ".join(shapes.text(option, "value") for option in known) or "none yet"
    raise Impossible(f"{one.action_id} has no option {wanted!r}; there is: {there}")


def _rich(one: Element, value: object) -> object:
    """What was written, its marks checked; plain words become one line."""
    if not shapes.is_object(value):
        return richtext.of(str(value)) if value else None
    pen = check.Check(surface="modal", rules=workspace.Rules(), image_ready=lambda _: False)
    richtext.value(pen, value, at=one.block_id)
    if pen.problems:
        raise Impossible("; ".join(pen.problems))
    return value


def _files(one: Element, found: list[Json]) -> list[Json]:
    most = one.element.get("max_files", MAX_FILES)
    if isinstance(most, int) and len(found) > most:
        raise Impossible(f"{one.label!r} takes at most {most} {'file' if most == 1 else 'files'}")
    kinds = {str(kind).lower() for kind in shapes.items(one.element.get("filetypes"))}
    if kinds and {shapes.text(file, "filetype") for file in found} - kinds:
        raise Impossible(f"{one.label!r} takes {', '.join(sorted(kinds))} only")
    return found


def _bounded(one: Element, value: object) -> None:
    """Letters of a text, size of a number, entries of a list, as the element bounds them."""
    if shapes.is_list(value):
        _within(one, len(value), keys=("", "max_selected_items"), of="entries")
    if not isinstance(value, str) or not value:
        return
    _within(one, len(value), keys=("min_length", "max_length"), of="characters")
    if one.kind == "number_input":
        _within(one, _number(one, value), keys=("min_value", "max_value"), of="")
    mark = {"email_text_input": "@", "url_text_input": "://"}.get(one.kind, "")
    if mark not in value:
        raise Impossible(f"{one.label!r} does not take {value!r}")


def _number(one: Element, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        raise Impossible(f"{one.label!r} takes a number, not {value!r}") from None
    if not one.element.get("is_decimal_allowed") and not number.is_integer():
        raise Impossible(f"{one.label!r} takes a whole number, not {value!r}")
    return number


def _within(one: Element, size: float, *, keys: tuple[str, str], of: str) -> None:
    least, most = (one.element.get(key) for key in keys)
    if most is not None and size > float(str(most)):
        raise Impossible(f"{one.label!r} takes at most {most} {of}".rstrip())
    if least is not None and size < float(str(least)):
        raise Impossible(f"{one.label!r} takes at least {least} {of}".rstrip())


def filled(blocks: list[Json], state: State, *, values: Mapping[str, object]) -> State:
    """The state of a form after its inputs were filled by block_id, action_id or label."""
    state = {block: dict(inner) for block, inner in state.items()}
    for name, value in values.items():
        one = named(blocks, name)
        state.setdefault(one.block_id, {})[one.action_id] = chosen(one, value)
    for one in elements_of(blocks):
        required = one.block.get("type") == "input" and not one.block.get("optional", False)
        held = state.get(one.block_id, {}).get(one.action_id, {})
        if required and not held.get(_key(one.kind)):
            raise Impossible(f"{one.label!r} ({one.block_id}) must be filled before submitting")
    return state


def named(blocks: list[Json], name: str) -> Element:
    """The input meant by its block_id, action_id or label; raises Impossible."""
    for one in elements_of(blocks):
        if name == one.block_id and one.block.get("type") == "input":
            return one
    return find(blocks, name)


def action(one: Element, value: object, *, ts: str) -> Json:
    """The entry of ``actions`` for touching an element."""
    told: Json = {
        "action_id": one.action_id,
        "block_id": one.block_id,
        "type": one.kind,
        "action_ts": ts,
    }
    if one.kind == "overflow":
        return told | {"selected_option": _option(one, value)}
    if one.kind in _PRESSED:
        told |= {"text": one.element.get("text")}
        if "value" in one.element:
            told["value"] = one.element["value"]
        if "style" in one.element:
            told["style"] = one.element["style"]
        return told
    return told | chosen(one, value)
