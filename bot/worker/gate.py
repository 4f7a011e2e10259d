"""The gate: how far the data of each query goes, asked and judged before anything costly is read.

Only a run that may still wait is ended here; what waits no more is told in the report instead.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from bot import errors, wire
from bot.domain import fresh, spec
from bot.worker import tables
from bot.worker.plan import Plan
from bot.worker.sources import base

_SLOT = "gate:"


def asks(
    order: wire.RunOrder, plan: Plan, *, queries: tuple[spec.QuerySpec, ...]
) -> Iterator[base.Ask]:
    """Yield the questions of the queries that have a gate; the parameters are the query's own."""
    for one in queries:
        if one.gate is not None:
            yield base.Ask(
                query=one.name,
                sql=one.gate.sql,
                file=one.gate.file,
                period=plan.current,
                timezone=order.client.timezone,
                slot=f"{_SLOT}{one.name}",
            )


def day(asked: tables.Asked, table: base.Table, *, plan: Plan) -> date:
    """Return the last complete day that a gate gave: within the period, or the day before it.

    Raises RunError where it gave anything but one day, or nothing.
    """
    first = plan.current.start - timedelta(days=1)
    cells = [cell for row in table.rows for cell in row]
    if not cells or cells == [None]:
        return first
    found = tables.as_date(cells[0]) if len(cells) == 1 else None
    if found is None:
        raise asked.invalid("what fresh: names is to give one date, the last complete day")
    return min(max(found, first), plan.current.last_day)


def close(order: wire.RunOrder, days: Mapping[str, date | None]) -> None:
    """Raise NOT_FRESH where the run may wait, and has to."""
    found = fresh.behind(days, order.client.reports[order.report], period=order.period)
    if order.waits and found:
        raise errors.RunError(fresh.failure(found[0]))
