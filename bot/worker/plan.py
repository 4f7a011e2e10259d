"""Which periods a report speaks of, and so which a query is asked for; pure."""

from dataclasses import dataclass
from datetime import date

from bot.domain import period, periods, spec

Key = tuple[date, date]
"""Start and end of a period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The periods of one report."""

    current: period.Period
    previous: period.Period | None
    last_year: period.Period | None
    history: tuple[period.Period, ...]
    """Oldest first; the last one is the current one."""

    @property
    def distinct(self) -> tuple[period.Period, ...]:
        """Every span once, the current one first; what a query of one period is asked for."""
        compared = (self.current, self.previous, self.last_year)
        wanted = [one for one in compared if one is not None]
        found = {key(one): one for one in (*wanted, *self.history)}
        return tuple(found.values())

    @property
    def compared(self) -> tuple[period.Period, ...]:
        """What a breakdown needs: the current period and the previous one."""
        return (self.current,) if self.previous is None else (self.current, self.previous)

    @property
    def whole(self) -> period.Period:
        """From the first start to the last end; what a query over all periods is asked for."""
        spans = self.distinct
        return period.Period(
            kind=self.current.kind,
            start=min(one.start for one in spans),
            end=max(one.end for one in spans),
            partial=self.current.partial,
        )


def key(one: period.Period) -> Key:
    """Return what tells two spans apart."""
    return (one.start, one.end)


def make(report: spec.ReportSpec, current: period.Period) -> Plan:
    """Return the periods that the report's comparisons and history ask for."""
    rule = report.period
    has = report.compare
    return Plan(
        current=current,
        previous=periods.previous(current, rule) if spec.Comparison.PREVIOUS in has else None,
        last_year=periods.last_year(current, rule) if spec.Comparison.LAST_YEAR in has else None,
        history=periods.history(current, rule, count=report.history),
    )
