"""What a reference names: a figure of the report, a name from its data, or a period."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from bot.domain import metric, report
from bot.domain.metric import Unit
from bot.domain.period import Period
from bot.rendering import formats

Render = Callable[[formats.Formats], str]

GRAMMAR = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+")


class Part(StrEnum):
    """The last part of a reference: what of the thing is meant."""

    LABEL = "label"
    NAME = "name"
    VALUE = "value"
    PREVIOUS = "previous"
    LAST_YEAR = "last_year"
    CHANGE = "change"
    CHANGE_LAST_YEAR = "change_last_year"
    MOVE = "move"
    CONTRIBUTION = "contribution"
    SHARE = "share"


VERBS = frozenset({Part.CHANGE, Part.CHANGE_LAST_YEAR, Part.MOVE, Part.CONTRIBUTION})
"""They bring their own direction word, so they say something of whatever stands before them."""
_OF_A_WHOLE = frozenset({Part.CONTRIBUTION, Part.SHARE})
"""They say what a row is to the whole, so they need one that its rows add up to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A reference that exists."""

    reference: str
    part: Part
    subject: str
    """What it is about: a metric's name, or ``:`` and a label from the data; may be empty."""
    untrusted: bool = False
    """It renders text from the data."""
    absent: str = ""
    """Why a sentence may not use it, in plain words for the model; empty where it may."""
    render: Render


def index(made: report.Report) -> Mapping[str, Figure]:
    """Return every reference that exists in a report, in the order of its figures."""
    found: dict[str, Figure] = {}
    for source in (_periods(made), _breakdowns(made), _metrics(made)):
        for figure in source:
            found.setdefault(figure.reference, figure)
    return found


def _periods(made: report.Report) -> Iterator[Figure]:
    named = (("period", made.period), ("previous", made.previous), ("last_year", made.last_year))
    for name, period in named:
        if period is not None:
            yield Figure(
                reference=f"{name}.label", part=Part.LABEL, subject="", render=_period(period)
            )


def _period(period: Period) -> Render:
    return lambda to: to.period(period)


def _amount(amount: Decimal | None, unit: Unit) -> Render:
    return lambda to: to.said(amount, unit)


def _metrics(made: report.Report) -> Iterator[Figure]:
    for one in made.metrics:
        for part, render, absent in _parts(one):
            yield Figure(
                reference=f"{one.name}.{part.value}",
                part=part,
                subject=one.name,
                absent=absent,
                render=render,
            )


def _parts(one: metric.Metric) -> Iterator[tuple[Part, Render, str]]:
    gone = "" if one.value is not None else f"{one.name} has no value this time"
    new = "" if one.previous is not None else f"{one.name} has no previous value"
    young = "" if one.last_year is not None else f"{one.name} has no value of last year"
    yield Part.LABEL, lambda to: to.label(one.label), ""
    yield Part.VALUE, _amount(one.value, one.unit), ""
    yield Part.CHANGE, lambda to: to.said_change(to.change_of(one)), gone
    yield Part.MOVE, lambda to: to.moved(one), gone or new
    yield Part.PREVIOUS, _amount(one.previous, one.unit), new
    yield Part.LAST_YEAR, _amount(one.last_year, one.unit), young
    yield (
        Part.CHANGE_LAST_YEAR,
        lambda to: to.said_change(to.change_last_year(one)),
        gone or young,
    )


def _breakdowns(made: report.Report) -> Iterator[Figure]:
    wholes = {one.name: one for one in made.metrics}
    for split in made.breakdowns:
        whole = wholes.get(split.metric)
        if whole is None or split.covers(whole):
            yield from _split(split)
            continue
        said = f"the rows of {split.name} do not add up to {split.metric}"
        # The total of a rate is the metric's own.
        sums = {split.metric} if metric.is_additive(split.unit) else set[str]()
        for figure in _split(split):
            claims = figure.part in _OF_A_WHOLE or figure.subject in sums
            yield replace(figure, absent=figure.absent or said) if claims else figure


def _split(split: metric.Breakdown) -> Iterator[Figure]:
    for place, row in enumerate(split.top, start=1):
        yield from _named_row(split, row, prefix=f"{split.name}.{place}")
    for place, row in enumerate(split.movers, start=1):
        yield from _named_row(split, row, prefix=f"{split.name}.mover.{place}")
    yield from _row(split, split.total, prefix=f"{split.name}.total", about=split.metric)
    others = _others(split)
    if others is not None:
        yield Figure(
            reference=f"{split.name}.rest.contribution",
            part=Part.CONTRIBUTION,
            subject="",
            render=_contribution(others, split.unit),
        )


def _others(split: metric.Breakdown) -> Decimal | None:
    """Everything but the first mover, so that the two add up to the whole change."""
    whole = split.total.contribution
    first = split.movers[0].contribution if split.movers else None
    return None if whole is None or first is None else whole - first


def _contribution(amount: Decimal | None, unit: Unit) -> Render:
    return lambda to: to.contributed(amount, unit)


def _named_row(
    split: metric.Breakdown, row: metric.BreakdownRow, *, prefix: str
) -> Iterator[Figure]:
    about = f":{row.label}"
    yield Figure(
        reference=f"{prefix}.name",
        part=Part.NAME,
        subject=about,
        untrusted=True,
        render=lambda to: to.label(row.label),
    )
    yield from _row(split, row, prefix=prefix, about=about)


def _row(
    split: metric.Breakdown, row: metric.BreakdownRow, *, prefix: str, about: str
) -> Iterator[Figure]:
    unit, total = split.unit, split.total.value
    share = None if row.value is None or not total or total < 0 else row.value / total
    parts: tuple[tuple[Part, Render, Decimal | None], ...] = (
        (Part.VALUE, _amount(row.value, unit), row.value),
        (Part.PREVIOUS, _amount(row.previous, unit), row.previous),
        (Part.CHANGE, lambda to: to.said_change(to.change_of_row(row, split)), row.value),
        (Part.CONTRIBUTION, _contribution(row.contribution, unit), row.contribution),
        (Part.SHARE, _amount(share, Unit.PERCENT), share),
    )
    for part, render, needs in parts:
        yield Figure(
            reference=f"{prefix}.{part.value}",
            part=part,
            subject=about,
            absent="" if needs is not None else f"{prefix} has no {part.value}",
            render=render,
        )
