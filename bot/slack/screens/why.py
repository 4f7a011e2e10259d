"""Why these numbers: per figure its definition, period, source and comparison.

For anybody who can read the post; never SQL, cost or run internals.
"""

from collections.abc import Iterator

from bot.domain import delivery, metric, report, views
from bot.rendering import formats
from bot.slack import blocks, limits
from bot.slack.screens import figures, phrases


def draw(view: views.WhyView) -> delivery.Body:
    """Return each figure with what stands behind it, in the report's own language."""
    found = view.report
    spoken, said = formats.for_report(found), phrases.find(found.language)
    name = blocks.escape(blocks.one_line(found.title, 80))
    text = f"{said.why} {name} · {spoken.period(found.period)}"
    parts = [blocks.section(f"*{text}*")]
    for one, sources in view.definitions:
        told = " · ".join(_behind(one, sources, found=found))
        label, value, change = figures.row(one, spoken)
        head = f"*{blocks.escape(label)}*  {blocks.escape(value)}  {blocks.escape(change)}"
        parts.append(blocks.section(f"{head}\n{told}"))
    if found.provenance:
        parts.append(blocks.context(_data(found, spoken)))
    return limits.fit(delivery.Body(text=text, blocks=tuple(parts)))


def _behind(one: metric.Metric, sources: str, *, found: report.Report) -> Iterator[str]:
    spoken, said = formats.for_report(found), phrases.find(found.language)
    if one.description:
        yield blocks.escape(blocks.one_line(one.description, 300))
    if one.formula:
        yield said.computed.format(blocks.escape(blocks.one_line(one.formula, 200)))
    if one.missing:
        yield blocks.escape(blocks.one_line(one.missing, 200))
    yield spoken.period_short(found.period)
    yield _compared(one, found)
    if sources:
        yield said.source.format(blocks.escape(blocks.one_line(sources, 200)))


def _compared(one: metric.Metric, found: report.Report) -> str:
    """The values it is held against, with the periods they are of."""
    spoken, said = formats.for_report(found), phrases.find(found.language)
    pairs = ((one.previous, found.previous), (one.last_year, found.last_year))
    told = [
        said.before.format(spoken.value(value, one.unit), spoken.period(period))
        for value, period in pairs
        if value is not None and period is not None
    ]
    return blocks.escape(", ".join(told)) or said.nothing_before


def _data(found: report.Report, spoken: formats.Formats) -> str:
    said = phrases.find(found.language)
    return said.as_of.format(blocks.escape(spoken.moment(found.as_of, found.timezone)))
