"""JSON as data of unknown shape: reading it without trusting it."""

import json
from collections.abc import Iterator
from typing import TypeGuard

Json = dict[str, object]


def is_object(value: object) -> TypeGuard[Json]:
    """Whether it is a JSON object; keys of JSON are text."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[object]]:
    """Whether it is a JSON array."""
    return isinstance(value, list)


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether it is a JSON number; true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def obj(value: object) -> Json:
    """The object, or an empty one."""
    return value if is_object(value) else {}


def items(value: object) -> list[object]:
    """The array, or an empty one."""
    return value if is_list(value) else []


def objects(value: object) -> list[Json]:
    """The objects of an array; whatever else stands in it is left out."""
    return [item for item in items(value) if is_object(item)]


def text(source: Json, key: str, *, default: str = "") -> str:
    """The text under a key, or the default."""
    value = source.get(key)
    return value if isinstance(value, str) else default


def parse(source: str | bytes) -> object:
    """Parse JSON; None where it is none."""
    try:
        return json.loads(source)
    except ValueError:
        return None


def dump(value: object) -> str:
    """Write JSON the way Slack does: short, characters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def walk(value: object) -> Iterator[Json]:
    """Yield every object in a value, outermost first."""
    if is_object(value):
        yield value
        for part in value.values():
            yield from walk(part)
    elif is_list(value):
        for part in value:
            yield from walk(part)
