"""Between domain values and columns.

Instants are kept as UTC text of one width, ``2026-11-23T06:00:00.000000Z``: it sorts like time,
and whoever opens the file with the sqlite3 shell can read it, which integers would not allow.
"""

import sqlite3
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TypeVar

from pydantic import TypeAdapter

from bot.domain import delivery, ids, run
from bot.domain.period import Period, PeriodKind
from bot.domain.walls import Walls

T = TypeVar("T")

FAILURE: TypeAdapter[run.Failure] = TypeAdapter(run.Failure)
BODIES: TypeAdapter[tuple[delivery.Body, ...]] = TypeAdapter(tuple[delivery.Body, ...])
NAMES: TypeAdapter[tuple[str, ...]] = TypeAdapter(tuple[str, ...])
TIMINGS: TypeAdapter[Mapping[str, int]] = TypeAdapter(Mapping[str, int])
WALLS: TypeAdapter[Walls] = TypeAdapter(Walls)


def instant(value: datetime) -> str:
    """Return an aware instant as text; a naive one is a ValueError, never a guess."""
    if value.tzinfo is None:
        raise ValueError("an instant needs a zone")
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def maybe_instant(value: datetime | None) -> str | None:
    """Return an instant as text, or None."""
    return None if value is None else instant(value)


def dump(adapter: TypeAdapter[T], value: T) -> str:
    """Return a structure as JSON."""
    return adapter.dump_json(value).decode()


def text(row: sqlite3.Row, name: str) -> str:
    """Read a text column that is never null."""
    return str(row[name])


def maybe(row: sqlite3.Row, name: str) -> str | None:
    """Read a text column that may be null."""
    value: str | None = row[name]
    return value


def count(row: sqlite3.Row, name: str) -> int:
    """Read a whole number."""
    return int(row[name])


def flag(row: sqlite3.Row, name: str) -> bool:
    """Read a 0 or 1."""
    return bool(row[name])


def moment(row: sqlite3.Row, name: str) -> datetime:
    """Read an instant, in UTC."""
    return datetime.fromisoformat(text(row, name))


def maybe_moment(row: sqlite3.Row, name: str) -> datetime | None:
    """Read an instant that may be null."""
    value = maybe(row, name)
    return None if value is None else datetime.fromisoformat(value)


def maybe_day(row: sqlite3.Row, name: str) -> date | None:
    """Read a date that may be null."""
    value = maybe(row, name)
    return None if value is None else date.fromisoformat(value)


def money(row: sqlite3.Row, name: str) -> Decimal:
    """Read an exact decimal."""
    return Decimal(text(row, name))


def client(row: sqlite3.Row, name: str = "client") -> ids.ClientId:
    """Read a client's id."""
    return ids.ClientId(text(row, name))


def report(row: sqlite3.Row, name: str = "report") -> ids.ReportName:
    """Read a report's name."""
    return ids.ReportName(text(row, name))


def user(row: sqlite3.Row, name: str) -> ids.UserId | None:
    """Read a person's Slack id, where there is one."""
    value = maybe(row, name)
    return None if value is None else ids.UserId(value)


def period(row: sqlite3.Row) -> Period:
    """Read a run's period."""
    return Period(
        kind=PeriodKind(text(row, "period_kind")),
        start=date.fromisoformat(text(row, "period_start")),
        end=date.fromisoformat(text(row, "period_end")),
        partial=flag(row, "partial"),
    )


def failure(row: sqlite3.Row, name: str = "failure") -> run.Failure | None:
    """Read a failure that may be null."""
    value = maybe(row, name)
    return None if value is None else FAILURE.validate_json(value)


def walls(row: sqlite3.Row) -> Walls | None:
    """Read what stood around an attempt, where that was told."""
    value = maybe(row, "walls")
    return None if value is None else WALLS.validate_json(value)
