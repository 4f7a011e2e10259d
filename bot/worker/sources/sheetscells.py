"""The cells of a range → the rows of a period; pure.

Cells come unformatted: numbers as numbers, days as days since 30 December 1899, texts as they are.
https://developers.google.com/workspace/sheets/api/guides/formats
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeGuard

from bot.domain import period
from bot.kinds.sheets import SheetsRequest
from bot.worker.sources import base

_FIRST_DAY = date(1899, 12, 30)
_LAST_SERIAL = (date.max - _FIRST_DAY).days
_FAULTS = re.compile(r"#(?:N/A|REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|ERROR!|SPILL!|CALC!)")
"""How a cell says that its formula failed."""
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_WEEK = re.compile(r"(\d{4})-W(\d{1,2})")
_QUARTER = re.compile(r"(\d{4})-Q([1-4])")


class Unfit(ValueError):  # noqa: N818 - named for what it is
    """The range is not what the report needs; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One row below the headings."""

    number: int
    """Within the range; the headings are row 1."""
    cells: Mapping[str, object]
    """Folded heading → cell."""


def table(
    values: Sequence[Sequence[object]], wanted: SheetsRequest, *, span: period.Period
) -> base.Table:
    """Return the rows of a range that belong to a period; raises Unfit."""
    headings = _headings(values)
    for name in (*([wanted.by] if wanted.by else []), *wanted.sum):
        if name.casefold() not in headings:
            raise Unfit(f"it has no heading “{name}” (found: {', '.join(headings.values())})")
    rows = [one for one in _rows(values[1:], tuple(headings)) if _counts(one, wanted, span=span)]
    if wanted.sum:
        return _summed(rows, wanted)
    names = [name for name in headings if wanted.by is None or name != wanted.by.casefold()]
    if len(rows) > base.MOST_ROWS:
        raise Unfit(f"it has more than {base.MOST_ROWS} rows")
    return base.Table(
        columns=tuple(headings[name] for name in names),
        rows=tuple(tuple(_cell(row, headings[name]) for name in names) for row in rows),
    )


def _headings(values: Sequence[Sequence[object]]) -> dict[str, str]:
    """Folded heading → heading, up to the first that is empty; in their order."""
    found: dict[str, str] = {}
    for cell in values[0] if values else ():
        text = " ".join(str(cell).split())
        if not text:
            break
        if text.casefold() in found:
            raise Unfit(f"it has two headings “{text}”; name them apart")
        found[text.casefold()] = text
    if not found:
        raise Unfit("its first row holds no headings")
    return found


def _rows(values: Sequence[Sequence[object]], names: Sequence[str]) -> Iterator[_Row]:
    """Rows in which anything stands; Sheets leaves out cells at the end that are empty."""
    for number, cells in enumerate(values, start=2):
        padded = [*cells, *([""] * len(names))]
        if any(cell != "" for cell in cells[: len(names)]):
            yield _Row(number=number, cells=dict(zip(names, padded, strict=False)))


def _counts(row: _Row, wanted: SheetsRequest, *, span: period.Period) -> bool:
    if wanted.by is None:
        return True
    cell = row.cells[wanted.by.casefold()]
    day = _day(cell)
    if day is None and cell != "":
        shown = str(cell)[:40]
        raise Unfit(f"row {row.number}: “{shown}” in “{wanted.by}” is neither a day nor a period")
    return day is not None and span.start <= day < span.end


def _day(cell: object) -> date | None:
    """The day of a cell, the first one of the month, week or quarter that it names; or None."""
    match cell:
        case bool():
            return None
        case int() | Decimal():
            return _FIRST_DAY + timedelta(days=int(cell)) if 0 < cell <= _LAST_SERIAL else None
        case str():
            return _written(cell.strip())
        case _:
            return None


def _written(text: str) -> date | None:
    try:
        if found := _DAY.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _MONTH.fullmatch(text):
            return date(int(found[1]), int(found[2]), 1)
        if found := _WEEK.fullmatch(text):
            return date.fromisocalendar(int(found[1]), int(found[2]), 1)
        if found := _QUARTER.fullmatch(text):
            return date(int(found[1]), 3 * int(found[2]) - 2, 1)
    except ValueError:
        return None
    return None


def _cell(row: _Row, heading: str) -> base.Cell:
    cell = row.cells[heading.casefold()]
    if isinstance(cell, str) and _FAULTS.fullmatch(cell.strip()):
        raise Unfit(f"row {row.number}: “{heading}” holds {cell.strip()}")
    return None if cell == "" else cell


def _summed(rows: Sequence[_Row], wanted: SheetsRequest) -> base.Table:
    """One row of sums, or none where there is no row; empty cells add nothing."""
    sums: list[base.Cell] = []
    for heading in wanted.sum:
        cells = [_cell(row, heading) for row in rows]
        sums.append(_sum([cell for cell in cells if cell is not None], heading))
    return base.Table(columns=wanted.sum, rows=(tuple(sums),) if rows else ())


def _sum(cells: Sequence[base.Cell], heading: str) -> Decimal | None:
    numbers = [Decimal(cell) for cell in cells if _is_number(cell)]
    if len(numbers) < len(cells):
        raise Unfit(f"“{heading}” holds text where a number is added up")
    return sum(numbers, Decimal(0)) if numbers else None


def _is_number(cell: base.Cell) -> TypeGuard[int | Decimal]:
    return isinstance(cell, (int, Decimal)) and not isinstance(cell, bool)
