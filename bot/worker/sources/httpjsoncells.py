"""Rows of JSON → a table with typed, exact cells; pure. What does not fit is a ValueError."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from bot.kinds import httpjson
from bot.worker.sources import base, httpjsonpages

_MOST = Decimal(10) ** 30
"""No figure of a report is near it, and nothing can be computed with what is far beyond."""
_THOUSAND = 1000
_LONGEST = 40
"""A number in words of JSON."""


def table(
    request: httpjson.HttpJsonRequest, rows: Sequence[object], *, timezone: str
) -> base.Table:
    """Return the rows' columns, or their one row of sums and the count."""
    zone = ZoneInfo(timezone)
    read = {name: _reader(column, zone) for name, column in request.columns.items()}
    if not request.sum and request.count is None:
        cells = tuple(tuple(_cell(name, read[name], row=row) for name in read) for row in rows)
        return base.Table(columns=tuple(read), rows=cells)
    sums = {name: _summed(name, read[name], rows=rows) for name in request.sum}
    counted = {} if request.count is None else {request.count: len(rows)}
    made: Mapping[str, base.Cell] = {**sums, **counted}
    return base.Table(columns=tuple(made), rows=(tuple(made.values()),))


_Read = Callable[[object], base.Cell]


def _reader(column: httpjson.Column, zone: ZoneInfo) -> _Read:
    cast_to: Mapping[str, Callable[[object], base.Cell]] = {
        "number": number,
        "text": _text,
        "date": lambda value: _date(value, column.format),
        "instant": lambda value: _instant(value, column.format, zone=zone),
    }
    typed = cast_to[column.type]

    def read(row: object) -> base.Cell:
        found = httpjsonpages.at(column.path, row)
        if len(found) > 1:
            raise ValueError(f"{column.path} finds {len(found)} values in one row")
        return None if not found or found[0] is None else typed(found[0])

    return read


def _cell(name: str, read: _Read, *, row: object) -> base.Cell:
    try:
        return read(row)
    except ValueError as error:
        raise ValueError(f"the column “{name}”: {error}") from None


def _summed(name: str, read: _Read, *, rows: Sequence[object]) -> base.Cell:
    """A sum over nothing is nothing."""
    cells = (_cell(name, read, row=row) for row in rows)
    known = [Decimal(cell) for cell in cells if isinstance(cell, int | Decimal)]
    return sum(known, Decimal(0)) if known else None


def number(value: object) -> int | Decimal:
    """Return what is a number, also in quotes; raises ValueError that does not repeat it."""
    found: int | Decimal
    if isinstance(value, str) and len(value) <= _LONGEST:
        try:
            found = Decimal(value)
        except InvalidOperation:
            raise ValueError("it holds a text that is no number") from None
    elif isinstance(value, int | Decimal) and not isinstance(value, bool):
        found = value
    else:
        raise ValueError(f"it holds {_named(value)} and no number")
    if not Decimal(found).is_finite() or not -_MOST < found < _MOST:
        raise ValueError("it holds a number that is too large")
    return found


def _text(value: object) -> str:
    if isinstance(value, str | int | Decimal) and not isinstance(value, bool):
        return str(value)
    raise ValueError(f"it holds {_named(value)} and no text")


def _date(value: object, form: str | None) -> date:
    if not isinstance(value, str):
        raise ValueError(f"it holds {_named(value)} and no date")  # noqa: TRY004 - data, not a type
    try:
        if form is None:
            return date.fromisoformat(value)
        return datetime.strptime(value, form).replace(tzinfo=UTC).date()
    except ValueError:
        shape = form or "2026-11-16"
        raise ValueError(f"it holds a text that is no date like {shape}") from None


def _instant(value: object, form: str | None, *, zone: ZoneInfo) -> datetime:
    """As the naive local time of the client's zone."""
    try:
        if form is not None:
            seconds = number(value) / (_THOUSAND if form == "ms" else 1)
            found = datetime.fromtimestamp(float(seconds), UTC)
        else:
            found = datetime.fromisoformat(value if isinstance(value, str) else "")
    except (ValueError, OverflowError, OSError):
        raise ValueError("it holds no instant like 2026-11-16T09:30:00Z, or unix or ms") from None
    if found.tzinfo is None:
        raise ValueError("it holds an instant without its offset from UTC")
    return found.astimezone(zone).replace(tzinfo=None)


def _named(value: object) -> str:
    match value:
        case bool():
            return "true or false"
        case dict() | list():
            return "a group or a list"
        case str():
            return "a long text"
        case _:
            return "a number"
