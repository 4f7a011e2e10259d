"""What was measured → a report as GA4's Data API writes it; pure."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import cast

from bot.demo.googleapi import Fault, Refused
from bot.demo.loopback import Json

Row = Mapping[str, str | int | Decimal]

_MOST_RANGES = 4
_GREATER = 4
_METRICS: Mapping[str, int] = {
    "sessions": 1,
    "totalUsers": 1,
    "keyEvents": 2,
    "keyEvents:purchase": 2,
    "totalRevenue": 9,
    "userEngagementDuration": 4,
    "timeOnTask": 6,
}
"""Enums go over the wire by their numbers, as its client asks for."""
_DIMENSIONS = frozenset(
    {"date", "country", "city", "pagePath", "deviceCategory", "sessionDefaultChannelGroup"}
)
_TEXTS: Mapping[int, Callable[[str, str], bool]] = {
    1: lambda text, value: text == value,
    4: lambda text, value: value in text,
    2: lambda text, value: text.startswith(value),
    3: lambda text, value: text.endswith(value),
    5: lambda text, value: re.fullmatch(value, text) is not None,
}


def invalid(message: str) -> Refused:
    """Return the error for a request that makes no sense."""
    return Refused(Fault(code=400, status="INVALID_ARGUMENT", message=message))


def report(rows: Sequence[Row], wanted: Json) -> Json:
    """Return a report's headers and rows; raises Refused."""
    dimensions = _named(wanted, "dimensions", known=_DIMENSIONS)
    metrics = _named(wanted, "metrics", known=frozenset(_METRICS))
    ranges = cast("Sequence[Mapping[str, str]]", wanted.get("dateRanges") or ())
    if not 0 < len(ranges) <= _MOST_RANGES:
        raise invalid("Requests are limited to 4 dateRanges.")
    made = [
        one
        for span in ranges
        for one in _summed(_within(rows, span), wanted, dimensions=dimensions, metrics=metrics)
        for one in [((*one[0], span["name"]) if len(ranges) > 1 else one[0], one[1])]
    ]
    if wanted.get("orderBys") and dimensions:
        made.sort(key=lambda one: (-one[1][0], one[0]))
    first, most = int(str(wanted.get("offset", 0))), int(str(wanted.get("limit", 10_000)))
    headers = [*dimensions, *(["dateRange"] if len(ranges) > 1 else [])]
    return {
        "dimensionHeaders": [{"name": name} for name in headers],
        "metricHeaders": [{"name": name, "type": _METRICS[name]} for name in metrics],
        "rows": [_written(*one) for one in made[first : first + most]],
        "rowCount": len(made),
        "kind": "analyticsData#runReport",
    }


def _named(wanted: Json, key: str, *, known: frozenset[str]) -> tuple[str, ...]:
    names = [one["name"] for one in cast("Sequence[Mapping[str, str]]", wanted.get(key) or ())]
    for name in names:
        if name not in known:
            word = key.removesuffix("s")
            raise invalid(f"Field {name} is not a valid {word}. For a list of valid ones, see …")
    return tuple(names)


def _within(rows: Sequence[Row], span: Mapping[str, str]) -> list[Row]:
    return [row for row in rows if span["startDate"] <= str(row["date"]) <= span["endDate"]]


def _summed(
    rows: Sequence[Row], wanted: Json, *, dimensions: tuple[str, ...], metrics: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], tuple[Decimal, ...]]]:
    """Labels and sums, of rows that fulfil the filters."""
    before = cast("Json | None", wanted.get("dimensionFilter"))
    after = cast("Json | None", wanted.get("metricFilter"))
    fitting = [row for row in rows if _fits(row, before)]

    def labels(row: Row) -> tuple[str, ...]:
        return tuple(str(row.get(name, "(not set)")) for name in dimensions)

    for found, group in groupby(sorted(fitting, key=labels), key=labels):
        several = tuple(group)
        sums = {name: sum(Decimal(row.get(name, 0)) for row in several) for name in metrics}
        if _fits({name: Decimal(value) for name, value in sums.items()}, after):
            yield found, tuple(Decimal(value) for value in sums.values())
    if not fitting and not dimensions and wanted.get("keepEmptyRows") and rows:
        yield (), tuple(Decimal(0) for _ in metrics)


def _fits(row: Row, expression: Json | None) -> bool:
    match expression:
        case None:
            return True
        case {"andGroup": group}:
            parts = cast("Mapping[str, Sequence[Json]]", group)["expressions"]
            return all(_fits(row, part) for part in parts)
        case {"notExpression": inner}:
            return not _fits(row, cast("Json", inner))
        case {"filter": condition}:
            return _holds(row, cast("Json", condition))
        case _:
            raise invalid("The filter is empty.")


def _holds(row: Row, condition: Json) -> bool:
    name = str(condition["fieldName"])
    if name not in row:
        raise invalid(f"Field {name} is not a valid dimension.")
    value = row[name]
    match condition:
        case {"inListFilter": listed}:
            return str(value) in cast("Mapping[str, Sequence[str]]", listed)["values"]
        case {"stringFilter": text}:
            asked = cast("Mapping[str, str]", text)
            return _TEXTS[int(asked["matchType"])](str(value), asked["value"])
        case {"numericFilter": numeric}:
            asked = cast("Mapping[str, Mapping[str, str]]", numeric)
            limit = Decimal(str(asked["value"]["doubleValue"]))
            over = int(str(asked["operation"])) == _GREATER
            return Decimal(value) > limit if over else Decimal(value) < limit
        case _:
            raise invalid("The filter is not known.")


def _written(labels: tuple[str, ...], sums: tuple[Decimal, ...]) -> Json:
    return {
        "dimensionValues": [{"value": label} for label in labels],
        "metricValues": [{"value": str(one)} for one in sums],
    }
