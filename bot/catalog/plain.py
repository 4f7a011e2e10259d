"""What pydantic found wrong, in plain words with a place and a remedy."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar, cast, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.catalog import faults, fields, secret, yaml

M = TypeVar("M", bound=BaseModel)

_ROUNDS = 50
"""More than any file nests: each round takes at least one wrong value away."""


def check(
    shape: type[M],
    data: dict[str, yaml.Value],
    *,
    found: faults.Faults,
    spare: Mapping[faults.Place, str],
) -> M | None:
    """Return the shape of what is right in ``data``; what is wrong goes to ``found``.

    Wrong values are taken away, with the smallest thing that cannot be without them, so that the
    rest can still be checked. ``spare`` holds what stands in for required values, by place, where
    ``*`` is any name. None: nothing is left to check.
    """
    left = _copy(data)
    for number in range(_ROUNDS):
        try:
            return shape.model_validate(left)
        except ValidationError as error:
            details = error.errors(include_url=False, include_input=False)
            if number == 0:
                report(shape, data, details=details, found=found)
            for detail in reversed(details):
                _take_away(left, place_of(detail), spare=spare)
    return None


def report(
    shape: type[BaseModel],
    data: dict[str, yaml.Value],
    *,
    details: Iterable[ErrorDetails],
    found: faults.Faults,
    within: faults.Place = (),
) -> None:
    """Add each of pydantic's errors to ``found``, in plain words."""
    for detail in details:
        place = place_of(detail)
        problem, remedy = _words(shape, data, detail=detail, place=place)
        found.add(within + place, problem, remedy=remedy)


def place_of(detail: ErrorDetails) -> faults.Place:
    """Return where an error stands in the file."""
    return tuple(part for part in detail["loc"] if part != "[key]")


def at(data: yaml.Value, place: faults.Place) -> yaml.Value:
    """Return the value at a place, None where there is none."""
    for part in place:
        if isinstance(data, dict) and isinstance(part, str):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data


def _copy(value: dict[str, yaml.Value]) -> dict[str, yaml.Value]:
    return cast("dict[str, yaml.Value]", _deep(value))


def _deep(value: yaml.Value) -> yaml.Value:
    if isinstance(value, dict):
        return {key: _deep(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_deep(item) for item in value]
    return value


def _take_away(
    data: dict[str, yaml.Value], place: faults.Place, *, spare: Mapping[faults.Place, str]
) -> None:
    """Remove the value at a place, or what holds it where it is missing."""
    while place:
        holder, last = at(data, place[:-1]), place[-1]
        instead = next((text for like, text in spare.items() if _like(place, like)), None)
        if isinstance(holder, dict) and instead is not None:
            holder[str(last)] = instead
            return
        if isinstance(holder, dict) and last in holder:
            del holder[str(last)]
            return
        if isinstance(holder, list) and isinstance(last, int) and last < len(holder):
            del holder[last]
            return
        place = place[:-1]


def _like(place: faults.Place, pattern: faults.Place) -> bool:
    return len(place) == len(pattern) and all(
        wanted in {"*", part} for part, wanted in zip(place, pattern, strict=True)
    )


def _words(
    shape: type[BaseModel],
    data: dict[str, yaml.Value],
    *,
    detail: ErrorDetails,
    place: faults.Place,
) -> tuple[str, str]:
    context = detail.get("ctx", {})
    kind = detail["type"]
    if kind == "missing":
        return "It is required and not there.", _EXAMPLES.get(str(place[-1]), _EXAMPLE)
    if kind == "extra_forbidden":
        return _unknown(shape, place)
    if detail["loc"] and detail["loc"][-1] != "[key]" and at(data, place) is None:
        return "It has no value.", "Write one or remove the line."
    if kind in {"enum", "literal_error"}:
        return _choice(data, place, expected=str(context["expected"]))
    if kind == fields.PLAIN or kind in _SAYINGS:
        said, remedy = _SAYINGS.get(kind, ("{problem}", "{remedy}"))
        return said.format(**context), remedy.format(**context)
    return _sentence(detail["msg"]), _expected(shape, place)


_SAYINGS: Mapping[str, tuple[str, str]] = {
    "int_parsing": ("It is not a whole number.", "Write digits alone, as in 8."),
    "int_from_float": ("It is not a whole number.", "Write digits alone, as in 8."),
    "bool_parsing": ("It is neither true nor false.", "Write true or false."),
    "string_type": ("It is not a single value.", "Write one text, in quotes where unsure."),
    "list_type": ("It is not a list.", "Write [one, two]."),
    "tuple_type": ("It is not a list.", "Write [one, two]."),
    "dict_type": ("It is not a group of `name: value` lines.", "Indent them below the key."),
    "model_type": ("It is not a group of `key: value` lines.", "Indent them below the key."),
    "model_attributes_type": ("It is not a group of `key: value` lines.", "Indent them below it."),
    "greater_than_equal": ("It is less than {ge}.", "Write {ge} or more."),
    "less_than_equal": ("It is more than {le}.", "Write {le} or less."),
    "string_too_long": ("It is longer than {max_length} characters.", "Shorten it."),
    "string_too_short": ("It is empty.", "Write a value or remove the line."),
    "too_short": ("It is empty.", "Write at least one, or remove the line."),
    "too_long": ("There are more than {max_length}.", "Keep at most {max_length}."),
}


def _expected(shape: type[BaseModel], place: faults.Place) -> str:
    """Return what a key is for, as its shape describes it."""
    there = _shape_at(shape, place[:-1]).model_fields
    field = there.get(str(place[-1])) if place else None
    if field is not None and field.description:
        return f"Needed here: {field.description}"
    return "Compare clients/_example."


def _sentence(text: str) -> str:
    text = " ".join(text.removeprefix("Value error, ").split())
    if text.startswith("String should match pattern"):
        return "It is not written as it must be."
    if secret.looks_secret(text) or secret.is_blob(text):
        return "The value is not accepted (not repeated, it looks like a secret)."
    return text[:1].upper() + text[1:].rstrip(".") + "."


def _choice(data: dict[str, yaml.Value], place: faults.Place, *, expected: str) -> tuple[str, str]:
    known = re.findall(r"'([^']*)'", expected)
    value = at(data, place)
    shown = secret.quote(value) if isinstance(value, str) else "This"
    hint = fields.meant(value, known) if isinstance(value, str) else ""
    listed = f"Write {', '.join(known[:-1])} or {known[-1]}." if known[1:] else ""
    return f"{shown} is none of the choices.", f"{hint} {listed}".strip()


_EXAMPLE = "Add it; clients/_example/client.yaml shows how."
_EXAMPLES: Mapping[str, str] = {
    "channel": "Write the Slack id of the client's channel: channel: C0….",
    "timezone": "Write an IANA name: timezone: Europe/Paris.",
    "name": "Write what readers call the client: name: Globex.",
    "reports": "Describe at least one report; clients/_example shows every key.",
    "cron": 'Write it, as in cron: "0 6 * * 1".',
    "unit": "Write count, currency, percent, ratio or duration.",
    "period": "Write day, week, month, quarter or last 28 days.",
    "sql": "Name a .sql file in this folder.",
    "source": "Name one of the client's sources.",
}


def _unknown(shape: type[BaseModel], place: faults.Place) -> tuple[str, str]:
    key = str(place[-1])
    if secret.is_secret_key(key):
        problem = "A secret does not belong in this file; its value is not repeated."
        return problem, "Take it out, and name where it is: credential: local://NAME."
    known = keys(shape, place[:-1])
    remedy = fields.meant(key, known) or f"Known here: {', '.join(sorted(known))}."
    return "This key is not known here.", remedy


def keys(shape: type[BaseModel], place: faults.Place) -> Collection[str]:
    """Return the keys that a shape knows at a place."""
    fields_there = _shape_at(shape, place).model_fields
    return [field.alias or name for name, field in fields_there.items()]


def _shape_at(shape: type[BaseModel], place: faults.Place) -> type[BaseModel]:
    """Return the shape that stands at a place; the names of a mapping stand for any name."""
    parts = iter(place)
    for part in parts:
        known = (f for n, f in shape.model_fields.items() if part in {n, f.alias})
        field = next(known, None)
        if field is None:
            return shape
        shape = _shape_in(field.annotation) or shape
        if get_origin(field.annotation) is dict:
            next(parts, None)
    return shape


def _shape_in(annotation: object) -> type[BaseModel] | None:
    """Return the shape that a field holds, alone or as the values of a mapping."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_shape_in(part) for part in get_args(annotation))
    return next((inner for inner in found if inner is not None), None)
