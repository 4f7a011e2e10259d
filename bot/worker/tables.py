"""Tables → rows by period, and cells → exact numbers; pure. What does not fit is RESULT_INVALID."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from bot import errors
from bot.domain import metric, run
from bot.worker.plan import Key, Plan, key
from bot.worker.sources.base import Answer, Cell, Table

Row = Mapping[str, Cell]
"""Column, case folded → cell."""

DATA_TO = "data_to"
"""A column of this name says up to which day the data speaks; NULL: nothing has arrived."""
START = "period_start"
"""The column that tells the rows of a ``span: all`` query apart."""
_WORDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The query, breakdown or not, that a table answers; for messages."""

    name: str
    source: str
    kind: str
    optional: bool

    def invalid(self, fault: str) -> errors.RunError:
        """Return the error for a result that is not what the report needs."""
        return self._error(run.FailureCode.RESULT_INVALID, {"fault": fault[:_WORDS]})

    def other_money(self, given: str, *, wanted: str) -> errors.RunError:
        """Return the error for money in another currency than the report's."""
        params = {"given": given[:_WORDS], "wanted": wanted}
        return self._error(run.FailureCode.OTHER_CURRENCY, params)

    def empty(self) -> errors.RunError:
        """Return the error for a result without rows where some are needed."""
        return self._error(run.FailureCode.RESULT_EMPTY, {})

    def _error(self, code: run.FailureCode, params: Mapping[str, str]) -> errors.RunError:
        return errors.RunError(
            run.Failure(
                code=code, source=self.source, kind=self.kind, query=self.name, params=params
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """One query's rows: for each period at most one."""

    asked: Asked
    columns: tuple[str, ...]
    """As the source spells them."""
    rows: Mapping[Key, Row]
    count: int
    """Rows that speak of the current period."""
    data_to: date | None
    provisional_from: date | None = None

    def told(self, answer: Answer | None) -> "Answers":
        """Return them with what the source itself said of the current period's rows."""
        if answer is None:
            return self
        found = replace(self, provisional_from=answer.provisional_from)
        return found if answer.complete_to is None else found.to(answer.complete_to)

    def to(self, day: date) -> "Answers":
        """Return them as complete to that day, or to the earlier one that is known."""
        return replace(self, data_to=min(self.data_to or day, day))

    def has(self, column: str) -> bool:
        """Whether the query returns a column of that name, in any case."""
        return column.casefold() in _folded(self.columns)


def by_period(asked: Asked, tables: Mapping[Key, Table], *, plan: Plan) -> Answers:
    """Read the tables of a query that was asked once per period: one row each, or none."""
    found: dict[Key, Row] = {}
    columns: tuple[str, ...] = ()
    for span, table in tables.items():
        columns = columns or _checked(asked, table)
        if len(table.rows) > 1:
            raise asked.invalid(
                f"one row per period was expected, {len(table.rows)} came for "
                f"{span[0]} to {span[1]}"
            )
        if table.rows:
            found[span] = dict(zip(_folded(columns), table.rows[0], strict=True))
    return _answers(asked, columns, rows=found, plan=plan)


def by_start(asked: Asked, table: Table, *, plan: Plan) -> Answers:
    """Read the table of a ``span: all`` query: a row per period, told apart by period_start."""
    columns = _checked(asked, table)
    if START not in _folded(columns):
        raise asked.invalid(f"a query with span: all needs a column {START} ({found(columns)})")
    spans = {one.start: key(one) for one in plan.distinct}
    rows: dict[Key, Row] = {}
    for cells in table.rows:
        row = dict(zip(_folded(columns), cells, strict=True))
        start = as_date(row[START])
        if start is None:
            raise asked.invalid(f"{START} is not a date in every row")
        span = spans.get(start)
        if span in rows:
            raise asked.invalid(f"two rows have the {START} {start}")
        if span is not None:
            rows[span] = row
    return _answers(asked, columns, rows=rows, plan=plan)


def _answers(
    asked: Asked, columns: tuple[str, ...], *, rows: Mapping[Key, Row], plan: Plan
) -> Answers:
    current = rows.get(key(plan.current))
    if current is None and not asked.optional:
        raise asked.empty()
    return Answers(
        asked=asked,
        columns=columns,
        rows=rows,
        count=0 if current is None else 1,
        data_to=_data_to(current or {}, plan),
    )


def _data_to(row: Row, plan: Plan) -> date | None:
    """The last day that a row speaks of; the one before the period where it speaks of none."""
    if DATA_TO in row and row[DATA_TO] is None:
        return plan.current.start - timedelta(days=1)
    return as_date(row.get(DATA_TO))


def records(asked: Asked, table: Table, *, needed: Sequence[str]) -> tuple[Row, ...]:
    """Return a table's rows by column name; RunError when a needed column is not there."""
    columns = _checked(asked, table)
    for name in needed:
        if name.casefold() not in _folded(columns):
            raise asked.invalid(f"it has no column “{name}” ({found(columns)})")
    return tuple(dict(zip(_folded(columns), cells, strict=True)) for cells in table.rows)


def found(columns: Sequence[str]) -> str:
    """Return the columns that are there, for messages."""
    return f"found: {', '.join(columns)}" if columns else "it has no columns"


def number(cell: Cell, unit: metric.Unit) -> Decimal | None:
    """Return a cell as an exact decimal; None for NULL and for what is not finite.

    A float becomes the shortest decimal that reads back as it. A span of time counts in seconds
    for a duration. Raises ValueError, in words, for anything else: units never coerce.
    """
    match cell:
        case None:
            return None
        case bool():
            raise ValueError("true or false")
        case Decimal():
            return cell if cell.is_finite() else None
        case int():
            return Decimal(cell)
        case float():
            value = Decimal(repr(cell))
            return value if value.is_finite() else None
        case timedelta() if unit is metric.Unit.DURATION:
            return Decimal(repr(cell.total_seconds()))
        case _:
            raise ValueError(_KINDS.get(type(cell), "not a number"))


def as_date(cell: Cell) -> date | None:
    """Return a cell's day; None where it holds none."""
    match cell:
        case datetime():
            return cell.date()
        case date():
            return cell
        case str():
            try:
                return date.fromisoformat(cell[:10])
            except ValueError:
                return None
        case _:
            return None


_KINDS: Mapping[type, str] = {
    str: "text",
    date: "a date",
    datetime: "an instant",
    timedelta: "a span of time",
}


def _folded(columns: Sequence[str]) -> tuple[str, ...]:
    return tuple(column.casefold() for column in columns)


def _checked(asked: Asked, table: Table) -> tuple[str, ...]:
    folded = _folded(table.columns)
    twice = [name for index, name in enumerate(folded) if name in folded[:index]]
    if twice:
        raise asked.invalid(f"it has two columns “{twice[0]}”; name them apart")
    return table.columns
