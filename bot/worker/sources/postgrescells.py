"""PostgreSQL's rows as tables: what a report can use, and a clear word about the rest; pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.worker.sources import base

_REFUSED: Mapping[str, str] = {"json": "JSON", "jsonb": "JSON", "bytea": "bytes"}
_PLAIN = (bool, int, float, Decimal, str, date, timedelta)


def table(
    columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[object]], *, zone: ZoneInfo
) -> base.Table:
    """Return the table of columns (name, type) and rows; instants become local times.

    Raises ValueError in words for a column that holds lists, JSON or the like.
    """
    for name, kind in columns:
        if kind in _REFUSED:
            raise ValueError(_unfit(name, _REFUSED[kind]))
    names = tuple(name for name, _ in columns)
    cells = (
        tuple(_cell(value, name, zone=zone) for name, value in zip(names, row, strict=True))
        for row in rows
    )
    return base.Table(columns=names, rows=tuple(cells))


def _cell(value: object, name: str, *, zone: ZoneInfo) -> base.Cell:
    match value:
        case datetime() if value.tzinfo is not None:
            return value.astimezone(zone).replace(tzinfo=None)
        case UUID():
            return str(value)
        case None:
            return None
        case list():
            raise ValueError(_unfit(name, "a list"))
        case _ if isinstance(value, _PLAIN):
            return value
        case _:
            raise ValueError(_unfit(name, f"a {type(value).__name__}"))


def _unfit(name: str, what: str) -> str:
    return f"the column “{name}” holds {what}; cast it to a number or to text"
