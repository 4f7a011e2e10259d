"""What a worker said, held against its order; a worker is not trusted (Settled 13)."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice

from bot import wire
from bot.domain import client, credential, money, run
from bot.executors import reports
from bot.kinds import stores

_WORDS = 200
_PARAMS = 8
_MOST_USAGE = 1000
_MOST_COUNTED = 2**53
"""Of tokens, bytes and milliseconds; the store holds whole numbers of 64 bits."""
_MOST_COST = 10**9
_MOST_STAGES = 20
_PRINT = re.compile(rf"[0-9a-f]{{{credential.PRINT}}}")
_WORD = re.compile(r"[^A-Za-z0-9 ._-]")
_WORD_LENGTH = 64
_YEARS = (1990, 2200)


def references(order: wire.RunOrder | wire.CheckOrder) -> frozenset[str]:
    """The credential references that the order's worker may speak of."""
    named = {one.credential for one in order.client.sources.values()}
    return frozenset({*order.references, *(one for one in named if one is not None)})


def fits(outcome: wire.RunOutcome, order: wire.RunOrder) -> bool:
    """Whether the outcome may be an answer to the order at all."""
    if not (_is_sane(outcome.usage) and _is_timed(outcome.timings)):
        return False
    match outcome:
        case wire.ReportMade(report=made):
            return reports.answers(made, order) and reports.is_bounded(made, order)
        case wire.RunFailed():
            return True


def sums(outcome: wire.Estimated, order: wire.RunOrder) -> bool:
    """Whether the estimates may be of the order's own queries."""
    report = order.client.reports[order.report]
    known = {one.name for one in (*report.queries, *report.breakdowns)}
    return len(outcome.estimates) <= _MOST_USAGE and all(
        one.query in known
        and one.source in order.client.sources
        and 0 <= one.largest <= one.bytes <= _MOST_COUNTED
        and one.cost.is_finite()
        and 0 <= one.cost <= _MOST_COST
        for one in outcome.estimates
    )


def bounded(outcome: wire.RunFailed, order: wire.RunOrder) -> wire.RunFailed:
    """Return the failure cut to its bounds, naming nothing that is not this client's."""
    report = order.client.reports.get(order.report)
    known = {one.name for one in (*report.queries, *report.breakdowns)} if report else set[str]()
    return replace(outcome, failure=_failure(outcome.failure, order.client, known=known))


def seen(
    told: tuple[credential.Seen, ...], references: Collection[str]
) -> tuple[credential.Seen, ...]:
    """Return what was told of the order's own credentials, once of each, cut to its bounds."""
    first = {one.reference: one for one in reversed(told) if one.reference in references}
    return tuple(_seen(first[name]) for name in sorted(first))


def _seen(told: credential.Seen) -> credential.Seen:
    whole = tuple(one for one in told.prints if _PRINT.fullmatch(one))[: credential.MOST]
    own = tuple(one for one in told.own if _PRINT.fullmatch(one))[: credential.MOST]
    return replace(
        told,
        prints=whole,
        own=own,
        expires_at=_instant(told.expires_at),
        expires_what=_WORD.sub("", told.expires_what)[:_WORD_LENGTH],
        made_at=_instant(told.made_at),
        version=_WORD.sub("", told.version)[:_WORD_LENGTH],
    )


def _instant(told: datetime | None) -> datetime | None:
    """In UTC; None for one that is of no zone, or of no time that anybody lives in."""
    if told is None or told.tzinfo is None or not _YEARS[0] <= told.year <= _YEARS[1]:
        return None
    return told.astimezone(UTC)


def checked(outcome: wire.Checked, order: wire.CheckOrder) -> wire.Checked:
    """Return one line for each source of the client, and nothing else; identities are completed
    and bounded by whoever shows them (runs.serving).
    """
    told = {one.name: one for one in outcome.sources}
    lines: list[wire.Source] = []
    for name in order.client.sources:
        one = told.get(name) or wire.Source(name=name, failure=_UNTOLD)
        failure = one.failure and _failure(one.failure, order.client, known=set())
        lines.append(replace(_tried(one, order), failure=failure))
    return replace(outcome, sources=tuple(lines), seen=seen(outcome.seen, references(order)))


def _tried(one: wire.Source, order: wire.CheckOrder) -> wire.Source:
    """Return what it tells of the order's periods and nothing beside, of a size that can be."""
    asked = {name: order.client.reports[name] for name in order.periods}
    known = {
        (name, figure.name)
        for name, of in asked.items()
        for figure in (*of.metrics, *of.breakdowns)
    }
    queries = {query.name for of in asked.values() for query in (*of.queries, *of.breakdowns)}
    figures = {
        (figure.report, figure.name): figure
        for figure in one.figures
        if (figure.report, figure.name) in known and reports.is_writable(figure.value)
    }
    refused = [_failure(told, order.client, known=queries) for told in one.refused]
    version = _WORD.sub("", one.version)[:_WORD_LENGTH] if order.keep else ""
    told = tuple(refused[: len(queries)])
    return replace(one, version=version, figures=tuple(figures.values()), refused=told)


_UNTOLD = run.Failure(code=run.FailureCode.CRASHED)


def _failure(told: run.Failure, of: client.Client, *, known: Collection[str]) -> run.Failure:
    sources = of.sources
    source = sources.get(told.source or "")
    return run.Failure(
        code=told.code,
        source=source.name if source else None,
        kind=source.kind if source else None,
        query=told.query if told.query in {*known, "setup"} else None,
        reference=told.reference if told.reference in _references(of) else None,
        said=_cut(told.said),
        params=_params(told.params),
    )


def _references(of: client.Client) -> Collection[str]:
    """All that a run of the client may have asked for, what signs in to its stores included."""
    named = {one.credential for one in of.sources.values()}
    named |= {one.narrative.credential for one in of.reports.values()}
    return stores.needed(of.stores, [one for one in named if one])


def _is_sane(usage: tuple[money.Usage, ...]) -> bool:
    return len(usage) <= _MOST_USAGE and all(
        one.cost.is_finite()
        and 0 <= one.cost <= _MOST_COST
        and one.credits.is_finite()
        and 0 <= one.credits <= _MOST_COST
        and 0 <= min(_counts(one)) <= max(_counts(one)) <= _MOST_COUNTED
        and len(one.item) <= _WORDS
        for one in usage
    )


def _is_timed(timings: Mapping[str, int]) -> bool:
    return len(timings) <= _MOST_STAGES and all(
        len(stage) <= _WORDS and 0 <= took <= _MOST_COUNTED for stage, took in timings.items()
    )


def _counts(one: money.Usage) -> Iterable[int]:
    return (
        one.input_tokens,
        one.output_tokens,
        one.cache_read_tokens,
        one.cache_write_tokens,
        one.bytes_billed,
    )


def _params(params: Mapping[str, str]) -> Mapping[str, str]:
    return {key[:_WORDS]: _cut(value) for key, value in islice(params.items(), _PARAMS)}


def _cut(text: str) -> str:
    flat = "".join(letter if letter.isprintable() else " " for letter in text)
    return flat if len(flat) <= _WORDS else f"{flat[: _WORDS - 1]}…"
