"""What the ad platforms answer alike: rows of five figures, told in the same columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from bot.domain import report
from bot.domain.run import FailureCode
from bot.kinds import ads, versions
from bot.worker.sources import base, notes

Figures = Mapping[str, base.Cell]
"""By ads.Column; a column that is not there holds nothing."""
NOTHING: Figures = dict.fromkeys(ads.COLUMNS, 0)
"""Of an account that showed no ads: it spent nothing, and that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One account, campaign or the like."""

    id: str = ""
    name: str | None = None
    figures: Figures = field(default_factory=dict[str, base.Cell])


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How a table is to look."""

    level: str
    columns: tuple[str, ...]
    """The five, as they are to be called."""
    nothing: Figures = field(default_factory=lambda: NOTHING)
    """What an account has where the platform gives no row."""


def table(access: base.Access, ask: base.Ask, *, shape: Shape, rows: Sequence[Row]) -> base.Table:
    """Return the rows as a table; RunError for too many of them."""
    if len(rows) > base.MOST_ROWS:
        raise too_many(access, ask)
    if shape.level == ads.ACCOUNT:
        figures = rows[0].figures if rows else shape.nothing
        return base.Table(columns=shape.columns, rows=(_cells(figures),))
    return base.Table(
        columns=(shape.level, f"{shape.level}_id", *shape.columns),
        rows=tuple((row.name, row.id, *_cells(row.figures)) for row in rows),
    )


def too_many(access: base.Access, ask: base.Ask) -> Exception:
    """Return the error of a table beyond its bound."""
    fault = f"it has more than {base.MOST_ROWS} rows"
    return access.failed(FailureCode.RESULT_INVALID, about=ask, fault=fault)


def findings(
    access: base.Access, ask: base.Ask, *, version: str, zone: str | None
) -> tuple[report.Finding, ...]:
    """Say what the rows cannot: that the version ends soon, that their days are another zone's.

    A run has no clock of its own; the day after its period is today, or long ago.
    """
    end = versions.ends(access.spec.kind, version)
    found: list[report.Finding] = []
    if end is not None and versions.nears(end, ask.period.end):
        found.append(notes.sunset(ask, version=version, on=end))
    if zone and zone != ask.timezone:
        found.append(notes.other_zone(ask, theirs=zone))
    return tuple(found)


def number(value: object) -> int | Decimal | None:
    """Return a number that may come as text; None for none. Raises ValueError, in words."""
    match value:
        case None:
            return None
        case bool():
            raise ValueError("true or false where a number should be")
        case int() | Decimal():
            return value
        case str():
            return _read(value)
        case _:
            raise ValueError("no number where one should be")


def _read(text: str) -> int | Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError("text where a number should be") from None
    if not value.is_finite():
        raise ValueError("a number without end")
    return int(value) if value == value.to_integral_value() and "." not in text else value


def _cells(figures: Figures) -> tuple[base.Cell, ...]:
    return tuple(figures.get(column) for column in ads.COLUMNS)
