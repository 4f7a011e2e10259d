"""The figures of a report as rows: label, value, change. Shared by the post, its text and Why."""

from collections.abc import Sequence

from bot.domain import metric, report
from bot.rendering import formats
from bot.slack import blocks

MOST = 12
"""Rows that a post has room for; the others stand under Why these numbers."""
_LABEL = 40
SUMMARY = 150
"""Letters of the line that notifications and screen readers get."""
_HEADLINES = 3

Row = tuple[str, str, str]


def rows(found: report.Report, spoken: formats.Formats) -> list[Row]:
    """Return label, value and change of the first figures, in plain text."""
    return [row(one, spoken) for one in found.metrics[:MOST]]


def row(one: metric.Metric, spoken: formats.Formats) -> Row:
    """Return one figure's label, value and change, in plain text."""
    label = blocks.one_line(one.label, _LABEL) or one.name
    if one.value is None:
        return (label, spoken.words.not_available, "–")
    return (label, spoken.value(one.value, one.unit), spoken.cell(one))


def headlines(found: report.Report, spoken: formats.Formats) -> Sequence[metric.Metric]:
    """Return the first two figures and, of the others, the one that changed most."""
    known = [one for one in found.metrics if one.value is not None]
    first, others = known[: _HEADLINES - 1], known[_HEADLINES - 1 :]
    moved = [one for one in others if spoken.change_of(one).is_share]
    if not moved:
        return [*first, *others[:1]]
    return [*first, max(moved, key=lambda one: abs(one.change or 0))]


def summary(found: report.Report, spoken: formats.Formats, *, mark: str = "") -> str:
    """Return one line of at most 150 letters: who, when, and the headline figures; escaped."""
    start = f"{mark}{blocks.one_line(found.client_name, 60)}, {spoken.period_short(found.period)}"
    told = [_brief(one, spoken) for one in headlines(found, spoken)]
    if not told:
        told = [spoken.words.not_available]
    while len(told) > 1 and len(_joined(start, told)) > SUMMARY:
        told.pop()
    return blocks.cut(_joined(start, told), SUMMARY)


def _joined(start: str, told: Sequence[str]) -> str:
    return blocks.escape(f"{start}: {', '.join(told)}")


def _brief(one: metric.Metric, spoken: formats.Formats) -> str:
    label = spoken.inline(blocks.one_line(one.label, _LABEL) or one.name)
    change = spoken.change_of(one).signed
    aside = f" ({change})" if change else ""
    return f"{label} {spoken.value(one.value, one.unit)}{aside}"
