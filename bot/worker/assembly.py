"""Everything that was read → the report without its sentences; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from bot import errors, wire
from bot.domain import metric, report, spec
from bot.kinds import KINDS
from bot.worker import breakdowns, gate, metrics, reading, tables
from bot.worker.plan import Plan, key


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was asked for and what came of it."""

    order: wire.RunOrder
    plan: Plan
    readings: reading.Readings

    def _report(self) -> report.Report:
        order, wanted = self.order, self._spec
        known = metrics.Facts(
            plan=self.plan,
            answers={answers.asked.name: answers for answers in self._answers()},
            left_out=self._left_out(),
            flat=order.client.flat,
            currency=order.client.currency,
            currencies=self._currencies(),
        )
        rows = {f"query:{name}": one.data_to for name, one in known.answers.items()}
        gate.close(order, {**self._days(), **rows})
        figures = metrics.compute(wanted, known)
        metrics.require(figures, known)
        splits = tuple(self._splits(figures, known))
        made = [(split, breakdowns.compute(split)) for split in splits]
        return report.Report(
            client=order.client.id,
            client_name=order.client.name,
            name=wanted.name,
            title=wanted.title,
            period=order.period,
            previous=self.plan.previous,
            last_year=self.plan.last_year,
            timezone=order.client.timezone,
            locale=order.client.locale,
            currency=order.client.currency,
            language=wanted.narrative.language,
            as_of=order.as_of,
            metrics=figures,
            breakdowns=tuple(found for _, found in made if found is not None),
            trend=wanted.trend or next((one.name for one in wanted.metrics), None),
            terms=order.client.terms,
            findings=(
                *metrics.findings(figures, known),
                *(one for split, found in made for one in breakdowns.findings(split, found)),
                *self.readings.findings(self.plan),
            ),
            provenance=(
                *metrics.provenance(known.answers.values()),
                *(breakdowns.provenance(split) for split in splits),
            ),
            without=order.without,
            identities=tuple(self.readings.identities),
        )

    def report(self) -> report.Report:
        """Return the report; raises RunError where results lack what it needs, or days."""
        try:
            return self._report()
        except errors.RunError as error:
            failure = gate.awaited(self.order, error.failure, days=self._days())
            raise errors.RunError(failure) from None

    @property
    def _spec(self) -> spec.ReportSpec:
        return self.order.client.reports[self.order.report]

    def _answers(self) -> Iterator[tables.Answers]:
        for query in self._spec.queries:
            if reading.is_left_out(self.order, query):
                continue
            answers, day = self._answered(query), self.readings.gates.get(query.slot)
            yield answers if day is None else answers.to(day)

    def _days(self) -> Mapping[str, date | None]:
        """Slot → how far its data goes, as its gate and its source say."""
        return {one.slot: self._day(one) for one in (*self._spec.queries, *self._spec.breakdowns)}

    def _day(self, one: gate.Asking) -> date | None:
        found = self.readings.answers.get(one.slot, {})
        answer = found.get(key(self.plan.current)) or found.get(key(self.plan.whole))
        said = (self.readings.gates.get(one.slot), answer.complete_to if answer else None)
        return min((day for day in said if day is not None), default=None)

    def _answered(self, query: spec.QuerySpec) -> tables.Answers:
        asked = self._asked(query)
        found = self.readings.answers[query.slot]
        if query.span is spec.Span.ALL:
            whole = key(self.plan.whole)
            answers = tables.by_start(asked, found[whole].table, plan=self.plan)
            return answers.told(found.get(whole))
        given = {span: answer.table for span, answer in found.items()}
        answers = tables.by_period(asked, given, plan=self.plan)
        return answers.told(found.get(key(self.plan.current)))

    def _splits(
        self, figures: tuple[metric.Metric, ...], known: metrics.Facts
    ) -> Iterator[breakdowns.Split]:
        by_name = {one.name: one for one in figures}
        for one in self._spec.breakdowns:
            if reading.is_left_out(self.order, one):
                continue
            asked = self._asked(one)
            metrics.refuse_other_money(asked, by_name[one.metric].unit, facts=known)
            yield breakdowns.Split(
                spec=one,
                asked=asked,
                of=by_name[one.metric],
                tables=self.readings.tables(one.slot),
                plan=self.plan,
                data_to=self._day(one),
            )

    def _currencies(self) -> Mapping[str, str]:
        """Query or breakdown → the currency of its source's money, where that is known."""
        known = {one.source: one.currency for one in self.readings.identities if one.currency}
        asked = (*self._spec.queries, *self._spec.breakdowns)
        return {one.name: known[one.source] for one in asked if one.source in known}

    def _asked(self, one: spec.QuerySpec | spec.BreakdownSpec) -> tables.Asked:
        return tables.Asked(
            name=one.name,
            source=one.source,
            kind=self.order.client.sources[one.source].kind,
            optional=one.optional,
        )

    def _left_out(self) -> Mapping[str, str]:
        sources = self.order.client.sources
        return {
            query.name: f"its source, {KINDS[sources[query.source].kind].label}, was left out"
            for query in self._spec.queries
            if reading.is_left_out(self.order, query)
        }
