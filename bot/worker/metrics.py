"""Rows → metrics with everything they are compared with; pure and exact.

A figure whose source was left out, or that has no value, is None and says so: never zero.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from bot import errors
from bot.domain import formula, metric, report, run, spec
from bot.worker import tables
from bot.worker.plan import Key, Plan, key

Values = Mapping[Key, Decimal | None]
"""A metric's value in each period of the plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that metrics are computed from."""

    plan: Plan
    answers: Mapping[str, tables.Answers]
    """Query → its rows."""
    left_out: Mapping[str, str]
    """Query → why it has no answer, in plain words."""
    flat: metric.Flat
    currency: str
    """That of the report."""
    currencies: Mapping[str, str] = field(default_factory=dict[str, str])
    """Query → that of its source's money, where the source says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Series:
    """One metric over the periods, and what it hangs on."""

    values: Values
    queries: tuple[str, ...]
    missing: str | None = None


def compute(wanted: spec.ReportSpec, facts: Facts) -> tuple[metric.Metric, ...]:
    """Return the report's metrics in its order.

    Raises RunError: RESULT_INVALID for a column that is absent, comes from two queries, or is no
    number; FORMULA_INVALID for a formula that cannot be read, is circular or names no metric.
    """
    specs = {one.name: one for one in wanted.metrics}
    series: dict[str, _Series] = {}
    for one in _in_order(specs):
        series[one.name] = _derived(one, series, facts=facts) if one.formula else _read(one, facts)
    return tuple(_metric(one, series[one.name], facts=facts) for one in wanted.metrics)


def require(figures: Iterable[metric.Metric], facts: Facts) -> None:
    """Raise RESULT_EMPTY, naming the first query, where no figure at all has a value.

    A query over a period without data still gives one row, of nothing: such a report tells its
    readers nothing, and mostly means that the data has not arrived.
    """
    if facts.answers and all(one.value is None for one in figures):
        raise next(iter(facts.answers.values())).asked.empty()


def findings(metrics: Iterable[metric.Metric], facts: Facts) -> Iterator[report.Finding]:
    """Yield what a reader should know about the figures."""
    if facts.plan.current.partial:
        yield report.Finding(
            code="partial_period",
            severity=report.Severity.SHOWN,
            subject="period",
            text="The period is not over: its figures are those so far.",
        )
    for answers in facts.answers.values():
        last = facts.plan.current.last_day
        yield from _provisional(answers, last=last)
        if answers.data_to is not None and answers.data_to < last:
            yield report.Finding(
                code="data_incomplete",
                severity=report.Severity.SHOWN,
                subject=answers.asked.name,
                text=(
                    f"The data of “{answers.asked.name}” ends on {answers.data_to}; "
                    f"the period ends on {last}."
                ),
            )
    for one in metrics:
        if one.value is None:
            yield report.Finding(
                code="no_value",
                severity=report.Severity.SHOWN,
                subject=one.name,
                text=f"{one.label} has no value: {one.missing or 'the data gives none'}."[:300],
            )


def _provisional(answers: tables.Answers, *, last: date) -> Iterator[report.Finding]:
    since = answers.provisional_from
    if since is not None and since <= last:
        yield report.Finding(
            code="provisional",
            severity=report.Severity.SHOWN,
            subject=answers.asked.name,
            text=f"The figures of “{answers.asked.name}” from {since} on may still change.",
        )


def provenance(answers: Iterable[tables.Answers]) -> tuple[report.Provenance, ...]:
    """Say where each query's rows came from."""
    return tuple(
        report.Provenance(
            query=one.asked.name,
            source=one.asked.source,
            kind=one.asked.kind,
            rows=one.count,
            data_to=one.data_to,
            provisional_from=one.provisional_from,
        )
        for one in answers
    )


def _in_order(specs: Mapping[str, spec.MetricSpec]) -> Iterator[spec.MetricSpec]:
    """Yield every metric after those that its formula names."""
    done: set[str] = set()
    waiting = {name: _needs(one) for name, one in specs.items()}
    for name, needs in waiting.items():
        if unknown := sorted(needs - specs.keys()):
            raise _formula_error(specs[name], f"there is no metric “{unknown[0]}”")
    while waiting:
        ready = [name for name, needs in waiting.items() if needs <= done]
        if not ready:
            first = next(iter(waiting))
            raise _formula_error(specs[first], "it needs itself, in a circle")
        for name in ready:
            del waiting[name]
            done.add(name)
            yield specs[name]


def _needs(one: spec.MetricSpec) -> frozenset[str]:
    if one.formula is None:
        return frozenset()
    try:
        return formula.parse(one.formula).names
    except ValueError as fault:
        raise _formula_error(one, str(fault)) from None


def _derived(one: spec.MetricSpec, series: Mapping[str, _Series], *, facts: Facts) -> _Series:
    parsed = formula.parse(one.formula or "")
    parts = {name: series[name] for name in sorted(parsed.names)}
    queries = dict.fromkeys(query for part in parts.values() for query in part.queries)
    values = {
        span: parsed.evaluate({name: part.values[span] for name, part in parts.items()})
        for span in _spans(facts)
    }
    missing = next((part.missing for part in parts.values() if part.missing), None)
    return _Series(values=values, queries=tuple(queries), missing=missing)


def _read(one: spec.MetricSpec, facts: Facts) -> _Series:
    query = _home(one, facts)
    if query in facts.left_out:
        nothing = dict.fromkeys(_spans(facts))
        return _Series(values=nothing, queries=(query,), missing=facts.left_out[query])
    answers = facts.answers[query]
    refuse_other_money(answers.asked, one.unit, facts=facts)
    column = one.column.casefold()
    try:
        values = {
            span: tables.number(answers.rows.get(span, {}).get(column), one.unit)
            for span in _spans(facts)
        }
    except ValueError as fault:
        raise answers.asked.invalid(f"the column “{one.column}” holds {fault}") from None
    gone = None if key(facts.plan.current) in answers.rows else f"“{query}” gave no rows"
    return _Series(values=values, queries=(query,), missing=gone)


def refuse_other_money(asked: tables.Asked, unit: metric.Unit, *, facts: Facts) -> None:
    """Raise OTHER_CURRENCY for money in another than the report's: units never convert."""
    given = facts.currencies.get(asked.name, facts.currency)
    if unit is metric.Unit.CURRENCY and given != facts.currency:
        raise asked.other_money(given, wanted=facts.currency)


def _home(one: spec.MetricSpec, facts: Facts) -> str:
    """The query that a metric's column comes from."""
    if one.query is not None:
        answers = facts.answers.get(one.query)
        if answers is not None and answers.columns and not answers.has(one.column):
            there = tables.found(answers.columns)
            raise answers.asked.invalid(f"it has no column “{one.column}” ({there})")
        return one.query
    homes = [name for name, answers in facts.answers.items() if answers.has(one.column)]
    if len(homes) == 1:
        return homes[0]
    if homes:
        raise facts.answers[homes[1]].asked.invalid(
            f"“{one.column}” is a column of {' and of '.join(homes)}; "
            f"say from: {homes[0]}.{one.column} or another"
        )
    # What has no answer, or no row to tell its columns by, may be the home of it.
    absent = [*facts.left_out, *(n for n, some in facts.answers.items() if not some.columns)]
    if absent:
        return absent[0]
    first = next(iter(facts.answers.values()))
    there = "; ".join(f"{name}: {', '.join(some.columns)}" for name, some in facts.answers.items())
    raise first.asked.invalid(f"no query has a column “{one.column}” (found: {there})")


def _metric(one: spec.MetricSpec, series: _Series, *, facts: Facts) -> metric.Metric:
    plan = facts.plan
    values = series.values
    current = values[key(plan.current)]
    return metric.Metric(
        name=one.name,
        label=one.label,
        unit=one.unit,
        description=one.description,
        better=one.better,
        value=current,
        previous=values[key(plan.previous)] if plan.previous else None,
        last_year=values[key(plan.last_year)] if plan.last_year else None,
        history=tuple(
            metric.Point(start=span.start, value=values[key(span)]) for span in plan.history
        ),
        flat=facts.flat,
        formula=one.formula,
        queries=series.queries,
        missing=series.missing if current is None else None,
    )


def _spans(facts: Facts) -> tuple[Key, ...]:
    return tuple(key(span) for span in facts.plan.distinct)


def _formula_error(one: spec.MetricSpec, fault: str) -> errors.RunError:
    params = {"metric": one.label[:200], "fault": fault[:200]}
    return errors.RunError(run.Failure(code=run.FailureCode.FORMULA_INVALID, params=params))
