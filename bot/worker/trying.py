"""The client's own queries of one source, asked for the sake of whoever asks: their figures alone.

What one query fails with is told of it, and the others are asked all the same: a credential that
may see less of an account than another is known by just that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from bot import errors, wire
from bot.domain import ids, metric, period, rotation, run, spec
from bot.worker import plan, tables
from bot.worker.sources import base

_ADDITIVE = frozenset({metric.Unit.COUNT, metric.Unit.CURRENCY, metric.Unit.DURATION})


@dataclass(slots=True, kw_only=True)
class Tried:
    """What came of it so far."""

    figures: list[rotation.Figure] = field(default_factory=list[rotation.Figure])
    refused: list[run.Failure] = field(default_factory=list[run.Failure])


def ask(order: wire.CheckOrder, source: spec.SourceSpec, *, opened: base.Source) -> Tried:
    """Ask everything that the order's reports ask of the source, of their periods; blocks."""
    tried = Tried()
    for name, of in order.periods.items():
        asking = _Asking(order=order, report=order.client.reports[name], source=source, period=of)
        for query in asking.queries:
            try:
                tried.figures += asking.figures(query, opened)
            except errors.RunError as error:
                tried.refused.append(replace(error.failure, query=query.name))
    return tried


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking:
    """One report's questions to one source."""

    order: wire.CheckOrder
    report: spec.ReportSpec
    source: spec.SourceSpec
    period: period.Period

    @property
    def queries(self) -> Iterator[spec.QuerySpec | spec.BreakdownSpec]:
        """All of them; a gate tells of days, not of figures."""
        for one in (*self.report.queries, *self.report.breakdowns):
            if one.source == self.source.name:
                yield one

    def figures(
        self, query: spec.QuerySpec | spec.BreakdownSpec, opened: base.Source
    ) -> Sequence[rotation.Figure]:
        """Return its figures; raises RunError."""
        answer = opened.read(
            base.Ask(
                query=query.name,
                sql=query.sql,
                file=query.file,
                request=query.request,
                period=self.period,
                timezone=self.order.client.timezone,
            )
        )
        if isinstance(query, spec.BreakdownSpec):
            return self._sum(query, answer.table)
        return list(self._values(query, answer.table))

    def _values(self, query: spec.QuerySpec, table: base.Table) -> Iterator[rotation.Figure]:
        """Each metric that is a column of it."""
        asked = self._asked(query)
        now = plan.make(replace(self.report, compare=(), history=1), self.period)
        if query.span is spec.Span.ALL:
            answers = tables.by_start(asked, table, plan=now)
        else:
            answers = tables.by_period(asked, {plan.key(now.current): table}, plan=now)
        row = answers.rows.get(plan.key(now.current), {})
        for one in self.report.metrics:
            mine = one.formula is None and one.query in {None, query.name}
            if mine and answers.has(one.column):
                cell = row.get(one.column.casefold())
                yield self._figure(one.name, _number(asked, cell, unit=one.unit))

    def _sum(self, split: spec.BreakdownSpec, table: base.Table) -> Sequence[rotation.Figure]:
        """Its parts together, where they add up to anything."""
        asked = self._asked(split)
        unit = {one.name: one.unit for one in self.report.metrics}[split.metric]
        if unit not in _ADDITIVE:
            return []
        rows = tables.records(asked, table, needed=(split.metric,))
        cells = [_number(asked, row[split.metric.casefold()], unit=unit) for row in rows]
        known = [one for one in cells if one is not None]
        return [self._figure(split.name, sum(known, Decimal(0)) if known else None)]

    def _asked(self, query: spec.QuerySpec | spec.BreakdownSpec) -> tables.Asked:
        # What has no rows has no figures, which is not the credential's fault: so ``optional``.
        return tables.Asked(
            name=query.name, source=self.source.name, kind=self.source.kind, optional=True
        )

    def _figure(self, name: str, value: Decimal | None) -> rotation.Figure:
        return rotation.Figure(report=ids.ReportName(self.report.name), name=name, value=value)


def _number(asked: tables.Asked, cell: base.Cell, *, unit: metric.Unit) -> Decimal | None:
    try:
        return tables.number(cell, unit)
    except ValueError as fault:
        raise asked.invalid(f"a figure of it holds {fault}") from None
