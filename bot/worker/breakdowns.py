"""Rows by a dimension → top, movers, rest and total; pure and exact."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bot.domain import metric, report, spec
from bot.worker import tables
from bot.worker.plan import Key, Plan, key
from bot.worker.sources.base import Table

_LABEL = 200
_NAMELESS = "(none)"
"""The label of rows whose dimension is NULL."""

_Sides = Mapping[str, Decimal | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """One breakdown's tables and what they belong to."""

    spec: spec.BreakdownSpec
    asked: tables.Asked
    of: metric.Metric
    """The metric that is split: its unit, and its own value for the total of a rate."""
    tables: Mapping[Key, Table]
    plan: Plan
    data_to: date | None = None
    """The last complete day of its rows, where anybody says."""


def compute(split: Split) -> metric.Breakdown | None:
    """Return the breakdown; None where an optional one has no rows.

    For a rate or ratio nothing adds up: the total is the metric's own value and the rest has none.
    Where the metric itself has no value nothing moved: rows that are not there yet lost nothing.
    Raises RunError for a result that does not hold the columns, and for an empty required one.
    """
    now = _side(split, key(split.plan.current))
    before = _side(split, key(split.plan.previous)) if split.plan.previous else None
    if not now and not before:
        if split.asked.optional:
            return None
        raise split.asked.empty()
    rows = [_row(label, now=now, before=before) for label in {**now, **(before or {})}]
    top = sorted((one for one in rows if one.label in now), key=_by_value)[: split.spec.top]
    total = _total(split, now=now, before=before)
    compared = before is not None and split.of.value is not None
    return metric.Breakdown(
        name=split.spec.name,
        by=split.spec.by,
        metric=split.spec.metric,
        unit=split.of.unit,
        top=tuple(top),
        movers=_movers(rows, most=split.spec.top) if compared else (),
        rest=_rest(split, total=total, top=top),
        total=total,
        flat=split.of.flat,
    )


def findings(split: Split, breakdown: metric.Breakdown | None) -> Iterator[report.Finding]:
    """Yield what is worth saying: days that lack, no rows, or parts that do not add up."""
    last = split.plan.current.last_day
    if split.data_to is not None and split.data_to < last:
        yield report.Finding(
            code="data_incomplete",
            severity=report.Severity.SHOWN,
            subject=split.spec.name,
            text=(
                f"The data of “{split.spec.name}” ends on {split.data_to}; "
                f"the period ends on {last}."
            ),
        )
    if breakdown is None:
        text = f"“{split.spec.name}” has no rows for this period."
        yield _note("breakdown_empty", split, text=text)
        return
    if metric.is_additive(split.of.unit) and not breakdown.covers(split.of):
        yield report.Finding(
            code="breakdown_differs",
            severity=report.Severity.SHOWN,
            subject=split.spec.name,
            text=(
                f"The rows of “{split.spec.name}” do not add up to {split.of.label}: "
                "they do not explain how it moved."
            )[:300],
        )


def provenance(split: Split) -> report.Provenance:
    """Say where the rows came from."""
    table = split.tables[key(split.plan.current)]
    return report.Provenance(
        query=split.asked.name,
        source=split.asked.source,
        kind=split.asked.kind,
        rows=len(table.rows),
        breakdown=True,
        data_to=split.data_to,
    )


def _note(code: str, split: Split, *, text: str) -> report.Finding:
    return report.Finding(
        code=code, severity=report.Severity.NOTE, subject=split.spec.name, text=text[:300]
    )


def _side(split: Split, span: Key) -> _Sides:
    """Label → value in one period. Rows of one label are added where parts add up."""
    by, column = split.spec.by.casefold(), split.spec.metric.casefold()
    found: dict[str, Decimal | None] = {}
    for row in tables.records(split.asked, split.tables[span], needed=(by, column)):
        cell = row[by]
        label = _NAMELESS if cell is None or not str(cell).strip() else str(cell)[:_LABEL]
        try:
            value = tables.number(row[column], split.of.unit)
        except ValueError as fault:
            raise split.asked.invalid(f"the column “{split.spec.metric}” holds {fault}") from None
        if label in found:
            if not metric.is_additive(split.of.unit):
                raise split.asked.invalid(f"“{split.spec.by}” has the value “{label[:60]}” twice")
            value = _sum((found[label], value))
        found[label] = value
    return found


def _row(label: str, *, now: _Sides, before: _Sides | None) -> metric.BreakdownRow:
    previous = before.get(label) if before is not None else None
    return metric.BreakdownRow(label=label, value=now.get(label), previous=previous)


def _by_value(row: metric.BreakdownRow) -> tuple[bool, Decimal, str]:
    return (row.value is None, -(row.value or Decimal(0)), row.label)


def _movers(rows: list[metric.BreakdownRow], *, most: int) -> tuple[metric.BreakdownRow, ...]:
    moved = [row for row in rows if row.contribution]
    ranked = sorted(moved, key=lambda row: (-abs(row.contribution or Decimal(0)), row.label))
    return tuple(ranked[:most])


def _total(split: Split, *, now: _Sides, before: _Sides | None) -> metric.BreakdownRow:
    if not metric.is_additive(split.of.unit):
        return metric.BreakdownRow(label="", value=split.of.value, previous=split.of.previous)
    return metric.BreakdownRow(
        label="",
        value=_sum(now.values()),
        previous=_sum(before.values()) if before is not None else None,
    )


def _rest(
    split: Split, *, total: metric.BreakdownRow, top: list[metric.BreakdownRow]
) -> metric.BreakdownRow:
    if not metric.is_additive(split.of.unit):
        return metric.BreakdownRow(label="", value=None)
    return metric.BreakdownRow(
        label="",
        value=_less(total.value, [row.value for row in top]),
        previous=_less(total.previous, [row.previous for row in top]),
    )


def _less(whole: Decimal | None, parts: list[Decimal | None]) -> Decimal | None:
    if whole is None:
        return None
    return whole - (_sum(parts) or Decimal(0))


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    """Add what is there; None when nothing is."""
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None
