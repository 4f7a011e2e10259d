"""Whether data is complete for a report's period; pure, and judged alike on both sides.

How far data goes is said by a query's own gate, by its rows or by its source: the earliest counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.domain import spec
from bot.domain.period import Period
from bot.domain.report import Report
from bot.domain.run import Failure, FailureCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """A query or breakdown whose data is not complete."""

    query: str
    source: str | None
    data_to: date
    """The last complete day."""
    needs: date
    """The last day of the period."""


def behind(
    days: Mapping[str, date | None], asked: spec.ReportSpec, *, period: Period
) -> tuple[Lag, ...]:
    """Return which queries and breakdowns are not complete for the period, the furthest behind
    first; ``days`` are the last complete ones by slot, None where nobody says.

    A period that is still running is never complete, and so no reason to wait.
    """
    needs = period.last_day
    lags = [
        Lag(query=one.name, source=one.source, data_to=day, needs=needs)
        for one in (*asked.queries, *asked.breakdowns)
        if one.waits and (day := days.get(one.slot)) is not None and day < needs
    ]
    return () if period.partial else tuple(sorted(lags, key=lambda lag: lag.data_to))


def lags(found: Report, asked: spec.ReportSpec) -> tuple[Lag, ...]:
    """Return which queries and breakdowns of a report are not complete for its period."""
    splits = {one.query: one.data_to for one in found.provenance if one.breakdown}
    rows = {one.query: one.data_to for one in found.provenance if not one.breakdown}
    days = {one.slot: rows.get(one.name) for one in asked.queries}
    days |= {one.slot: splits.get(one.name) for one in asked.breakdowns}
    return behind(days, asked, period=found.period)


def failure(lag: Lag) -> Failure:
    """Return what ends an attempt that is to wait."""
    params = {"needs": lag.needs.isoformat(), "data_to": lag.data_to.isoformat()}
    code = FailureCode.NOT_FRESH
    return Failure(code=code, source=lag.source, query=lag.query, params=params)


def lag(told: Failure | None) -> Lag | None:
    """Return what such a failure says; None for any other, and for one that cannot be read: a
    worker is not trusted (Settled 13).
    """
    if told is None or told.code is not FailureCode.NOT_FRESH:
        return None
    try:
        needs, data_to = (date.fromisoformat(told.params[name]) for name in ("needs", "data_to"))
    except (KeyError, ValueError):
        return None
    return Lag(query=told.query or "", source=told.source, needs=needs, data_to=data_to)
