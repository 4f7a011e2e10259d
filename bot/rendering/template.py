"""The narrative without a model: two to four sentences of references, the same for same facts."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from string import Template

from bot.domain import metric, report
from bot.domain.metric import Move, Unit
from bot.rendering import formats, references

_FLAT_MAX = 2
_SENTENCES_MAX = 4


def write(made: report.Report, to: formats.Formats) -> tuple[report.Sentence, ...]:
    """Return the sentences for a report, in the language of its formats; each passes ``check``.

    The first metric leads, the next goes with it; then the biggest mover of the first breakdown,
    the two other metrics that moved most, those without a value, and flat ones where there is
    room.
    """
    return tuple(
        report.Sentence(text=sentence) for sentence in list(_sentences(made, to))[:_SENTENCES_MAX]
    )


def rechecked(made: report.Report, to: formats.Formats) -> report.Report:
    """Return the report as the parent may show it (Settled 13): as it is where every sentence of
    its narrative passes ``check``, with the template's sentences where one does not.
    """
    if not any(references.check(sentence.text, made) for sentence in made.narrative):
        return made
    return replace(
        made,
        narrative=write(made, to),
        author=report.Author.TEMPLATE,
        author_note="its sentences did not pass the checks",
    )


def _sentences(made: report.Report, to: formats.Formats) -> Iterator[str]:
    there = [one for one in made.metrics if one.value is not None]
    gone = [one for one in made.metrics if one.value is None]
    leading, others = there[:2], there[2:]
    moving = _most_moved(others)
    quiet = [one for one in others if one.move is Move.FLAT]
    if leading:
        yield _sentence([_told(one, to) for one in leading], leading, to=to)
    yield from _mover(made, to)
    if moving:
        yield _sentence([_went(one, to) for one in moving], moving, to=to)
    if gone:
        labels = to.listed(tuple(f"{{{one.name}.label}}" for one in gone[:6]))
        yield _filled(to.words.prose.missing, labels=labels)
    if quiet:
        shown = quiet[:_FLAT_MAX]
        yield _sentence([_told(one, to) for one in shown], shown, to=to)
    yield from _beyond(made, leading, to=to)


def _sentence(parts: list[str], about: list[metric.Metric], *, to: formats.Formats) -> str:
    prose = to.words.prose
    alike = len({one.move for one in about}) == 1
    return (prose.alike if alike else prose.unlike).join(parts) + "."


def _told(one: metric.Metric, to: formats.Formats) -> str:
    """Change and value: ``Revenue fell 4.1% to €48,210``."""
    prose = to.words.prose
    pattern = {Move.UNKNOWN: prose.came, Move.FLAT: prose.flat}.get(one.move, prose.moved)
    return _about(pattern, one)


def _went(one: metric.Metric, to: formats.Formats) -> str:
    """For figures whose two values say more than a percentage: ``ROAS fell from 5.64 to 5.00``."""
    derived = one.unit in {Unit.RATIO, Unit.PERCENT, Unit.DURATION}
    return _about(to.words.prose.went, one) if derived else _told(one, to)


def _most_moved(others: list[metric.Metric]) -> list[metric.Metric]:
    """Return the two that moved most, in the report's order."""
    moving = [one for one in others if one.move in {Move.ROSE, Move.FELL}]
    most = sorted(moving, key=lambda one: -abs(one.change or Decimal(0)))[:2]
    return [one for one in moving if one in most]


def _mover(made: report.Report, to: formats.Formats) -> Iterator[str]:
    """The biggest mover of the first breakdown that has one, and explains its whole metric."""
    wholes = {one.name: one for one in made.metrics}
    for split in made.breakdowns:
        first = split.movers[0].contribution if split.movers else None
        whole = wholes.get(split.metric)
        if not first or split.total.contribution is None or (whole and not split.covers(whole)):
            continue
        leads = split.metric not in [*wholes][1:]
        prose = to.words.prose
        yield _filled(
            prose.mover if leads else prose.mover_of,
            label=f"{{{split.metric}.label}}",
            name=f"{{{split.name}.mover.1.name}}",
            contribution=f"{{{split.name}.mover.1.contribution}}",
            rest=f"{{{split.name}.rest.contribution}}",
        )
        return


def _beyond(
    made: report.Report, leading: list[metric.Metric], *, to: formats.Formats
) -> Iterator[str]:
    """What fills a short report up: last year, or that there is nothing to compare with."""
    for one in leading[:1]:
        if one.last_year is not None:
            yield _about(to.words.prose.last_year, one, change="change_last_year")
    if not any(one.previous is not None for one in made.metrics):
        yield _filled(to.words.prose.first, period="{period.label}")


def _about(pattern: str, one: metric.Metric, *, change: str = "change") -> str:
    return _filled(
        pattern,
        label=f"{{{one.name}.label}}",
        change=f"{{{one.name}.{change}}}",
        value=f"{{{one.name}.value}}",
        move=f"{{{one.name}.move}}",
    )


def _filled(pattern: str, **fields: str) -> str:
    return Template(pattern).substitute(fields)
