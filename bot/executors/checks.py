"""What a worker said, held against its order; a worker is not trusted (Settled 13)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import islice

from bot import wire
from bot.domain import money, run

_WORDS = 200
_PARAMS = 8
_MOST_USAGE = 1000


def fits(outcome: wire.RunOutcome, order: wire.RunOrder) -> bool:
    """Whether the outcome may be an answer to the order at all."""
    if not _is_sane(outcome.usage):
        return False
    match outcome:
        case wire.ReportMade(report=made):
            asked = (order.client.id, order.report, order.period)
            return (made.client, made.name, made.period) == asked
        case wire.RunFailed():
            return True


def bounded(outcome: wire.RunFailed, order: wire.RunOrder) -> wire.RunFailed:
    """Return the failure cut to its bounds, naming nothing that is not this client's."""
    told = outcome.failure
    sources = order.client.sources
    report = order.client.reports.get(order.report)
    known = {one.name for one in (*report.queries, *report.breakdowns)} if report else set[str]()
    source = sources.get(told.source or "")
    references = {one.credential for one in sources.values()}
    failure = run.Failure(
        code=told.code,
        source=source.name if source else None,
        kind=source.kind if source else None,
        query=told.query if told.query in known | {"setup"} else None,
        reference=told.reference if told.reference in references else None,
        said=_cut(told.said),
        params=_params(told.params),
    )
    return replace(outcome, failure=failure)


def _is_sane(usage: tuple[money.Usage, ...]) -> bool:
    return len(usage) <= _MOST_USAGE and all(
        one.cost.is_finite() and one.cost >= 0 and min(_counts(one)) >= 0 for one in usage
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
