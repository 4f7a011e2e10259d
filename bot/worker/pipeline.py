"""One order → one outcome, in the stages of the path of a run."""

import asyncio
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

from bot import errors, wire
from bot.domain import metric, report, spec
from bot.kinds import KINDS, mask
from bot.worker import breakdowns, metrics, narrator, plan, reading, tables
from bot.worker.credentials import env

_THREADS = 32
"""Reads wait far more than they compute; a source that hangs must not starve the others."""

Tell = Callable[[str], None]
"""Takes the name of each stage as it begins."""


async def run(order: wire.RunOrder, tell: Tell) -> wire.RunOutcome:
    """Make the report. Known failures are an outcome; anything else is raised."""
    secrets = [*order.credentials.values(), *([order.model.key] if order.model else [])]
    stages = _Stages(tell)
    readings = reading.Readings()
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS))
    try:
        with stages("credentials"):
            credentials = {
                source.name: env.fetch(source, order.credentials)
                for source in reading.needed(order)
            }
        current = plan.make(_spec(order), order.period)
        with stages("sources"):
            wanted = reading.Wanted(
                order=order, plan=current, credentials=credentials, mask=mask.Mask(secrets)
            )
            await reading.read(wanted, readings)
        with stages("metrics"):
            facts = _facts(order, current, readings)
        with stages("narrative"):
            written = await asyncio.to_thread(
                narrator.write,
                facts,
                spec=_spec(order).narrative,
                access=order.model,
                note=order.model_note,
            )
    except errors.RunError as error:
        return wire.RunFailed(
            failure=error.failure, usage=tuple(readings.usage), timings=stages.timings
        )
    finished = replace(
        facts,
        narrative=written.sentences,
        author=written.author,
        author_note=written.author_note,
        findings=(*facts.findings, *written.findings),
    )
    return wire.ReportMade(
        report=finished, usage=(*readings.usage, *written.usage), timings=stages.timings
    )


class _Stages:
    """Tells of each stage and times it, in whole milliseconds."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self.timings: dict[str, int] = {}

    @contextmanager
    def __call__(self, name: str) -> Generator[None]:
        self._tell(name)
        began = time.perf_counter()
        try:
            yield
        finally:
            self.timings[name] = round((time.perf_counter() - began) * 1000)


def _spec(order: wire.RunOrder) -> spec.ReportSpec:
    return order.client.reports[order.report]


def _facts(order: wire.RunOrder, current: plan.Plan, readings: reading.Readings) -> report.Report:
    """The report without its sentences; raises RunError where results are not what it needs."""
    wanted = _spec(order)
    known = metrics.Facts(
        plan=current,
        answers={answers.asked.name: answers for answers in _answers(order, current, readings)},
        left_out=_left_out(order),
        flat=order.client.flat,
    )
    figures = metrics.compute(wanted, known)
    splits = tuple(_splits(order, known, figures, readings))
    made = [(split, breakdowns.compute(split)) for split in splits]
    noted = [breakdowns.finding(split, found) for split, found in made]
    return report.Report(
        client=order.client.id,
        client_name=order.client.name,
        name=wanted.name,
        title=wanted.title,
        period=order.period,
        previous=current.previous,
        last_year=current.last_year,
        timezone=order.client.timezone,
        locale=order.client.locale,
        currency=order.client.currency,
        language=wanted.narrative.language,
        as_of=order.as_of,
        metrics=figures,
        breakdowns=tuple(found for _, found in made if found is not None),
        trend=wanted.trend or next((one.name for one in wanted.metrics), None),
        terms=order.client.terms,
        findings=(*metrics.findings(figures, known), *(one for one in noted if one is not None)),
        provenance=(
            *metrics.provenance(known.answers.values()),
            *(breakdowns.provenance(split) for split in splits),
        ),
        without=order.without,
    )


def _answers(
    order: wire.RunOrder, current: plan.Plan, readings: reading.Readings
) -> Iterator[tables.Answers]:
    for query in _spec(order).queries:
        if reading.is_left_out(order, query):
            continue
        asked = _asked(order, query)
        found = readings.tables[reading.query_slot(query.name)]
        if query.span is spec.Span.ALL:
            yield tables.by_start(asked, found[plan.key(current.whole)], current)
        else:
            yield tables.by_period(asked, found, current)


def _splits(
    order: wire.RunOrder,
    known: metrics.Facts,
    figures: tuple[metric.Metric, ...],
    readings: reading.Readings,
) -> Iterator[breakdowns.Split]:
    by_name = {one.name: one for one in figures}
    for one in _spec(order).breakdowns:
        if reading.is_left_out(order, one):
            continue
        yield breakdowns.Split(
            spec=one,
            asked=_asked(order, one),
            of=by_name[one.metric],
            tables=readings.tables[reading.breakdown_slot(one.name)],
            plan=known.plan,
        )


def _asked(order: wire.RunOrder, one: spec.QuerySpec | spec.BreakdownSpec) -> tables.Asked:
    return tables.Asked(
        name=one.name,
        source=one.source,
        kind=order.client.sources[one.source].kind,
        optional=one.optional,
    )


def _left_out(order: wire.RunOrder) -> Mapping[str, str]:
    return {
        query.name: f"{KINDS[order.client.sources[query.source].kind].label} was left out"
        for query in _spec(order).queries
        if reading.is_left_out(order, query)
    }
