"""Every query of a report, read: sources side by side, each no wider than its kind allows.

All are opened before any is asked, so that whoever mends one that was refused knows of the others.
From then on a terminal failure ends everything at once and is reported as itself. A retryable one
ends its own source only: another source may still fail for good, and what it reads now costs
nothing next time.
"""

import asyncio
import contextlib
import math
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from bot import errors, wire
from bot.domain import money, period, report, run, spec
from bot.kinds import KINDS, called
from bot.worker import gate, sources, tables
from bot.worker.plan import Key, Plan, key
from bot.worker.sources import base

_STOP_SECONDS = 5.0
_WORDS = 200
_BILL_SECONDS = 5.0
_SHARE = 0.75
"""Of the run's deadline: what reading may use; the rest is for the sentences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be read, and what it needs."""

    order: wire.RunOrder
    plan: Plan
    credentials: Mapping[str, object | None]
    """Source → its credential."""
    mask: Callable[[str], str]


@dataclass(slots=True, kw_only=True)
class Readings:
    """What came of it so far; kept also where reading failed."""

    answers: dict[str, dict[Key, base.Answer]] = field(
        default_factory=dict[str, dict[Key, base.Answer]]
    )
    """Slot → span → what came for it."""
    gates: dict[str, date] = field(default_factory=dict[str, date])
    """Slot → the last day that is complete, where a gate says so."""
    identities: list[report.Identity] = field(default_factory=list[report.Identity])
    usage: list[money.Usage] = field(default_factory=list[money.Usage])
    failures: list[errors.RunError] = field(default_factory=list[errors.RunError])

    def findings(self, plan: Plan) -> Iterator[report.Finding]:
        """Yield what the sources said of their rows, each once: of the current period's first."""
        spans = (plan.current, plan.previous, plan.last_year, plan.whole)
        told: dict[tuple[str, str], report.Finding] = {}
        for span in [key(one) for one in spans if one is not None]:
            for answers in self.answers.values():
                found = answers[span].findings if span in answers else ()
                for one in found:
                    told.setdefault((one.code, one.subject), one)
        yield from told.values()

    def tables(self, slot: str) -> Mapping[Key, base.Table]:
        """Return a slot's tables by span."""
        return {span: answer.table for span, answer in self.answers[slot].items()}


async def read(wanted: Wanted, readings: Readings) -> None:
    """Fill ``readings``; raises the RunError that decides, or what is no RunError at all."""
    opened: list[base.Source] = []
    reader = _Reader(wanted, readings, opened)
    try:
        await reader.open(gated(wanted.order))
        await _side_by_side(reader.gate, gated(wanted.order))
        gate.close(wanted.order, readings.gates)
        await reader.open(needed(wanted.order))
        await _side_by_side(reader.drain, needed(wanted.order))
        if not readings.failures:
            await reader.bill()
    except* errors.RunError as several:
        readings.failures += [one for one in _leaves(several) if one not in readings.failures]
    finally:
        await _each(opened, failed=bool(readings.failures))
    if readings.failures:
        raise decisive(wanted.order, readings.failures)


def decisive(order: wire.RunOrder, failures: Sequence[errors.RunError]) -> errors.RunError:
    """Return what stands for several failures: one that no other attempt helps before others, and
    of a source that the report needs before one that it can do without. It names the others.
    """
    report, sources_ = order.client.reports[order.report], order.client.sources
    found = [one.failure for one in failures if base.is_terminal(one)]
    found = found or [one.failure for one in failures]
    first, *rest = sorted(found, key=lambda one: report.does_without(one.source or ""))
    others = {one.source: one for one in rest if one.source not in {None, first.source}}
    if not others:
        return errors.RunError(first)
    labels = [(called.label(sources_, name or ""), one) for name, one in others.items()]
    also = ", ".join(errors.short(one, source_label=label) for label, one in labels)
    beside = {"also": also[:_WORDS], run.BESIDE: " ".join(filter(None, others))[:_WORDS]}
    return errors.RunError(replace(first, params={**first.params, **beside}))


async def _side_by_side(
    each: Callable[[spec.SourceSpec], Coroutine[None, None, None]], of: Sequence[spec.SourceSpec]
) -> None:
    async with asyncio.TaskGroup() as group:
        for source in of:
            group.create_task(each(source), name=source.name)


class _Reader:
    """Reads the queries of one source."""

    def __init__(self, wanted: Wanted, readings: Readings, opened: list[base.Source]) -> None:
        self._wanted = wanted
        self._readings = readings
        self._opened = opened
        self._open_ones: dict[str, base.Source | None] = {}

    async def open(self, of: Sequence[spec.SourceSpec]) -> None:
        """Open these, those that are not yet; raises the RunErrors that nothing helps, once all
        have told theirs.
        """
        await _side_by_side(self._open, of)
        if terminal := [one for one in self._readings.failures if base.is_terminal(one)]:
            raise ExceptionGroup("refused", terminal)

    async def gate(self, source: spec.SourceSpec) -> None:
        """Ask how far its data goes, where there is a question for it."""
        order, plan = self._wanted.order, self._wanted.plan
        asks = deque(gate.asks(order, plan, of=_asked(order, source.name)))
        opened = self._open_ones[source.name]
        while asks and opened is not None:
            ask = asks.popleft()
            try:
                answer = await asyncio.to_thread(opened.read, ask)
            except errors.RunError as error:
                self._failed(error, asks)
                self._open_ones[source.name] = None
                return
            asked = tables.Asked(
                name=ask.query, source=source.name, kind=source.kind, optional=False
            )
            self._readings.usage += answer.usage
            self._readings.gates[ask.slot] = gate.day(asked, answer.table, plan=plan)

    async def drain(self, source: spec.SourceSpec) -> None:
        """Open the source and read until nothing is left to ask or something fails."""
        asked = deque(asks(self._wanted, source.name))
        kind = KINDS[source.kind]
        opened = self._open_ones[source.name]
        if opened is None:
            return
        async with asyncio.TaskGroup() as group:
            for _ in range(min(kind.width, math.ceil(len(asked) / kind.batch))):
                group.create_task(self._take(opened, asked, most=kind.batch))

    async def bill(self) -> None:
        """Ask the sources that know it only now what was used; none keeps a report waiting."""
        for source in [one for one in self._opened if isinstance(one, base.Billing)]:
            with contextlib.suppress(TimeoutError, RuntimeError):
                async with asyncio.timeout(_BILL_SECONDS):
                    self._readings.usage += await asyncio.to_thread(source.bill)

    async def _open(self, source: spec.SourceSpec) -> None:
        """Open the source once; None in its place: it has failed, and nothing is asked of it."""
        if source.name in self._open_ones:
            return
        self._open_ones[source.name] = None
        try:
            opened = await asyncio.to_thread(sources.open_source, access(self._wanted, source))
            self._opened.append(opened)
            if isinstance(opened, base.Telling):
                self._readings.identities.append(await asyncio.to_thread(opened.identity))
        except errors.RunError as error:
            self._readings.failures.append(error)
        else:
            self._open_ones[source.name] = opened

    async def _take(self, source: base.Source, asks: deque[base.Ask], *, most: int) -> None:
        order, plan = self._wanted.order, self._wanted.plan
        while asks:
            some = [asks.popleft() for _ in range(min(most, len(asks)))]
            try:
                answers = await asyncio.to_thread(_answers, source, some)
            except errors.RunError as error:
                self._failed(error, asks)
                return
            for ask, answer in zip(some, answers, strict=True):
                self._readings.answers.setdefault(ask.slot, {})[key(ask.period)] = answer
                self._readings.usage += answer.usage
                if ask.period.end == plan.current.end:
                    gate.close(order, {ask.slot: answer.complete_to})

    def _failed(self, error: errors.RunError, asks: deque[base.Ask]) -> None:
        asks.clear()
        if base.is_terminal(error):
            raise error
        self._readings.failures.append(error)


def access(wanted: Wanted, source: spec.SourceSpec) -> base.Access:
    """Return what a source is opened with."""
    order = wanted.order
    return base.Access(
        spec=source,
        folder=order.client.folder,
        timezone=order.client.timezone,
        client=order.client.id,
        report=order.report,
        run=order.run,
        attempt=order.attempt,
        as_of=order.asked_at or order.as_of,
        counted=order.counted,
        looks=order.looks,
        deadline=time.monotonic() + order.deadline_seconds * _SHARE,
        credential=wanted.credentials.get(source.name),
        environment=order.environment,
        mask=wanted.mask,
    )


def _answers(source: base.Source, asks: Sequence[base.Ask]) -> Sequence[base.Answer]:
    """Read several questions at once, where the source can; blocks."""
    if isinstance(source, base.Batching):
        return source.read_all(asks)
    return [source.read(ask) for ask in asks]


def is_left_out(order: wire.RunOrder, one: gate.Asking) -> bool:
    """Whether an operator said to go without its source, and it may be gone without."""
    return one.optional and one.source in order.without


def needed(order: wire.RunOrder) -> tuple[spec.SourceSpec, ...]:
    """Return the sources that something is asked of, in the order of the client's file."""
    report = order.client.reports[order.report]
    asked = {
        one.source for one in (*report.queries, *report.breakdowns) if not is_left_out(order, one)
    }
    return tuple(source for name, source in order.client.sources.items() if name in asked)


def gated(order: wire.RunOrder) -> tuple[spec.SourceSpec, ...]:
    """Return the sources that are asked, before all others, how far their data goes."""
    return tuple(
        source
        for source in needed(order)
        if any(one.gate is not None for one in _asked(order, source.name))
    )


def _asked(order: wire.RunOrder, source: str) -> tuple[gate.Asking, ...]:
    """What is asked of a source: its queries, then its breakdowns."""
    asked = order.client.reports[order.report]
    every = (*asked.queries, *asked.breakdowns)
    return tuple(one for one in every if one.source == source and not is_left_out(order, one))


def asks(wanted: Wanted, source: str) -> Iterator[base.Ask]:
    """Yield what to ask of a source; the current period first, so that faults show early."""
    order, plan = wanted.order, wanted.plan
    for one in _asked(order, source):
        if isinstance(one, spec.BreakdownSpec):
            spans = plan.compared
        else:
            spans = (plan.whole,) if one.span is spec.Span.ALL else plan.distinct
        yield from (_ask(order, one, span=span) for span in spans)


def _ask(order: wire.RunOrder, one: gate.Asking, *, span: period.Period) -> base.Ask:
    return base.Ask(
        query=one.name,
        sql=one.sql,
        file=one.file,
        request=one.request,
        period=span,
        timezone=order.client.timezone,
        slot=one.slot,
    )


async def _each(opened: Sequence[base.Source], *, failed: bool) -> None:
    """Let go of every source; one that hangs is left to the end of the process."""
    async with asyncio.TaskGroup() as group:
        for source in opened:
            group.create_task(_let_go(source, failed=failed))


async def _let_go(source: base.Source, *, failed: bool) -> None:
    """Where memory ran out no thread can be started either: the failure itself is what counts."""
    with contextlib.suppress(TimeoutError, RuntimeError):
        async with asyncio.timeout(_STOP_SECONDS):
            if failed:
                await asyncio.to_thread(source.stop)
            await asyncio.to_thread(source.close)


def _leaves(several: BaseExceptionGroup[errors.RunError]) -> Iterator[errors.RunError]:
    for one in several.exceptions:
        if isinstance(one, BaseExceptionGroup):
            yield from _leaves(one)
        else:
            yield one
