"""The gate: how far the data of each query or breakdown goes, asked and judged before anything
costly is read.

Only a run that may still wait is ended here; what waits no more is told in the report instead.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from bot import errors, wire
from bot.domain import fresh, run, spec
from bot.worker import tables
from bot.worker.plan import Plan
from bot.worker.sources import base

Asking = spec.QuerySpec | spec.BreakdownSpec


def asks(order: wire.RunOrder, plan: Plan, *, of: Iterable[Asking]) -> Iterator[base.Ask]:
    """Yield the questions of those that have a gate; the parameters are their own."""
    for one in of:
        if one.gate is not None:
            yield base.Ask(
                query=one.name,
                sql=one.gate.sql,
                file=one.gate.file,
                period=plan.current,
                timezone=order.client.timezone,
                slot=one.slot,
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
    """Raise NOT_FRESH where the run may wait, and has to; ``days`` by slot."""
    found = fresh.behind(days, order.client.reports[order.report], period=order.period)
    if order.waits and found:
        raise errors.RunError(fresh.failure(found[0]))


def awaited(
    order: wire.RunOrder, failure: run.Failure, *, days: Mapping[str, date | None]
) -> run.Failure:
    """Return what an attempt ends with: an empty result is one that has not arrived yet, as long as
    nobody says how far its data goes, the run may wait, and there is a promise to wait for.
    """
    asked = order.client.reports[order.report]
    empty = failure.code is run.FailureCode.RESULT_EMPTY
    every = (*asked.queries, *asked.breakdowns)
    query = next((one for one in every if one.name == failure.query), None)
    promised = asked.schedule is not None and asked.schedule.deliver_by is not None
    if not (empty and query and query.waits and order.waits and promised):
        return failure
    if days.get(query.slot) is not None:
        return failure
    nothing = {query.slot: order.period.start - timedelta(days=1)}
    found = fresh.behind(nothing, asked, period=order.period)
    return fresh.failure(found[0]) if found else failure
