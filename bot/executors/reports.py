"""A worker's report, held against its order: what the order settles is as the order says, and what
the worker found is of a size that a report can have. Screens count on both.
"""

from collections.abc import Iterator, Sized
from decimal import Decimal

from bot import wire
from bot.domain import metric, report, spec

_MAGNITUDE = 350
"""Powers of ten; a double has 308 of them."""
_DIGITS = 1200
"""The longest double has 767."""
_MOST = 1000
"""Of anything that a report lists beside its metrics."""
_TEXT = 2000
"""Longer than any text that is not the data's own."""


def answers(made: report.Report, order: wire.RunOrder) -> bool:
    """Whether it is the report that was ordered: this client's, this period's, these figures."""
    client, asked = order.client, order.client.reports[order.report]
    of_client = (made.client, made.client_name, made.timezone, made.locale, made.currency)
    of_report = (made.name, made.title, made.language, made.terms, made.without)
    return (
        of_client == (client.id, client.name, client.timezone, client.locale, client.currency)
        and of_report
        == (asked.name, asked.title, asked.narrative.language, client.terms, order.without)
        and (made.period, made.as_of) == (order.period, order.as_of)
        and made.trend in {asked.trend, *(one.name for one in asked.metrics)}
        and _figures(made.metrics) == _figures(asked.metrics)
        and all(one.flat == client.flat for one in (*made.metrics, *made.breakdowns))
        and all(_is_asked(one, asked) for one in made.breakdowns)
        and {one.source for one in made.identities} <= client.sources.keys()
    )


def is_bounded(made: report.Report, order: wire.RunOrder) -> bool:
    """Whether its numbers can be written, its lists be shown and its texts be read."""
    asked = order.client.reports[order.report]
    lists: tuple[Sized, ...] = (made.narrative, made.findings, made.provenance, made.identities)
    return (
        max(map(len, lists)) <= _MOST
        and len(made.breakdowns) <= len(asked.breakdowns)
        and all(len(one.history) <= asked.history for one in made.metrics)
        and all(len(text) <= _TEXT for text in _texts(made))
        and all(is_writable(one) for one in _numbers(made))
    )


def _figures(
    asked: tuple[metric.Metric, ...] | tuple[spec.MetricSpec, ...],
) -> tuple[tuple[object, ...], ...]:
    return tuple(
        (one.name, one.label, one.unit, one.description, one.better, one.formula) for one in asked
    )


def _is_asked(made: metric.Breakdown, asked: spec.ReportSpec) -> bool:
    units = {one.name: one.unit for one in asked.metrics}
    return max(len(made.top), len(made.movers)) <= _most(made, asked) and (
        made.unit is units.get(made.metric)
    )


def _most(made: metric.Breakdown, asked: spec.ReportSpec) -> int:
    """How many rows its spec lets it show; none where there is no such spec."""
    named = (made.name, made.by, made.metric)
    return next(
        (one.top for one in asked.breakdowns if (one.name, one.by, one.metric) == named), -1
    )


def _numbers(made: report.Report) -> Iterator[Decimal | None]:
    for one in made.metrics:
        yield from (one.value, one.previous, one.last_year)
        yield from (point.value for point in one.history)
    for split in made.breakdowns:
        for row in (*split.top, *split.movers, split.rest, split.total):
            yield from (row.value, row.previous)


def is_writable(number: Decimal | None) -> bool:
    """Whether a number is finite and of a length that can be written."""
    if number is None:
        return True
    return (
        number.is_finite()
        and abs(number.adjusted()) <= _MAGNITUDE
        and len(number.as_tuple().digits) <= _DIGITS
    )


def _texts(made: report.Report) -> Iterator[str]:
    yield made.author_note
    yield from (one.text for one in made.narrative)
    for finding in made.findings:
        yield from (finding.code, finding.subject, finding.text)
    for origin in made.provenance:
        yield from (origin.query, origin.source, origin.kind)
    for told in made.identities:
        yield from (told.source, told.name, told.account, told.domain)
        yield from (told.currency or "", told.timezone or "")
    for one in made.metrics:
        yield from (one.missing or "", *one.queries)
    for split in made.breakdowns:
        yield from (row.label for row in (*split.top, *split.movers))
