"""Looker's answers: rows with types, and the ways in which it says that there are none; pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import cast

from bot.kinds import looker
from bot.worker.sources import base, web

_NUMBERS = frozenset(
    {"number", "int", "count", "count_distinct", "sum", "sum_distinct", "average"}
    | {"average_distinct", "median", "median_distinct", "percentile", "percentile_distinct"}
    | {"running_total", "percent_of_total", "percent_of_previous", "max", "min"}
)
_DAYS = frozenset({"date_date", "date_week", "date"})
_INSTANTS = frozenset({"date_time", "date_second"})


def wrong(body: object) -> str:
    """Return what went wrong with a query that was answered with 200; "" where nothing did."""
    several = web.as_objects(body)
    told = several[0] if len(several) == 1 else web.as_object(body)
    listed = web.as_objects(told.get("errors"))
    words = [one.get("message_details") or one.get("message") for one in listed]
    return " ".join(str(one) for one in (told.get("looker_error"), *words) if one)


def said(reply: web.Reply) -> str:
    """Return the words of an answer that is none."""
    try:
        told = web.as_object(reply.json())
    except ValueError:
        told = web.as_object(None)
    words = [one.get("message") for one in (told, *web.as_objects(told.get("errors"))[:1])]
    return ", ".join([f"HTTP {reply.status}", *(str(one) for one in words if one)])


def table(body: object, fields: Sequence[str]) -> base.Table:
    """Return the rows of json_bi in the order of the fields that were asked for.

    Raises ValueError for an answer that lacks one, or a cell that is not of its type.
    """
    found = web.as_object(body)
    if not isinstance(found.get("rows"), list):
        raise ValueError("the answer has no rows")  # noqa: TRY004 - data, not a type
    types = dict(_types(web.as_object(web.as_object(found.get("metadata")).get("fields"))))
    if missing := [name for name in fields if name not in types]:
        raise ValueError(f"the answer lacks the field {missing[0]}")
    cells = [
        tuple(_cell(name, types[name], cell=row.get(name)) for name in fields)
        for row in web.as_objects(found.get("rows"))
    ]
    return base.Table(columns=tuple(map(looker.column, fields)), rows=tuple(cells))


def _types(fields: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for listed in fields.values():
        for field in web.as_objects(listed):
            yield str(field.get("name")), str(field.get("type") or "")


def _cell(name: str, kind: str, *, cell: object) -> base.Cell:
    value = web.as_object(cast("object", cell)).get("value") if isinstance(cell, dict) else cell
    if value is None or (isinstance(value, int | Decimal) and not isinstance(value, bool)):
        return value
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if not isinstance(value, str):
        raise ValueError(f"the field {name} holds a list")  # noqa: TRY004 - data, not a type
    try:
        return _typed(kind, value)
    except (ValueError, InvalidOperation):
        raise ValueError(f"the field {name}, of type {kind}, holds something else") from None


def _typed(kind: str, value: str) -> base.Cell:
    """A text as its type means it; an instant is of the query's zone already."""
    if kind in _NUMBERS:
        found = Decimal(value)
        if not found.is_finite():
            raise ValueError
        return found
    if kind in _DAYS:
        return date.fromisoformat(value)
    if kind in _INSTANTS:
        return datetime.fromisoformat(value).replace(tzinfo=None)
    return value
