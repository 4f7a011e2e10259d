"""A rerun's preview: what was sent beside what it would be now, before anybody else sees it."""

from collections.abc import Iterator

from bot.domain import delivery, metric, views
from bot.rendering import formats
from bot.slack import blocks, ids, limits
from bot.slack.screens import figures

_MOST = 20


def draw(view: views.ChangeView) -> delivery.Body:
    """Return the figures that differ, with Replace, Post as new and Discard."""
    spoken = formats.for_report(view.after)
    rows = list(_rows(view, spoken))
    name = blocks.escape(blocks.one_line(view.client_name, 60))
    title = blocks.escape(blocks.one_line(view.after.title, 60))
    head = f"{name} · {title} · {spoken.period(view.after.period)}"
    text = f"{head}: {_count(len(rows))} since it was sent"
    parts = [blocks.section(f"*{text}*")]
    if rows:
        parts.append(blocks.table([("Figure", "As sent", "Now"), *rows[:_MOST]]))
    if len(rows) > _MOST:
        parts.append(blocks.context(f"… and {len(rows) - _MOST} more"))
    parts.append(
        blocks.context("Only you see this. Replace edits the post and marks it corrected.")
    )
    parts.append(
        blocks.actions(
            blocks.button("Replace", ids.REPLACE, value=view.run, style="primary"),
            blocks.button("Post as new", ids.POST_AS_NEW, value=view.run),
            blocks.button("Discard", ids.DISCARD, value=view.run),
        )
    )
    return limits.fit(delivery.Body(text=text, blocks=tuple(parts)))


def _count(number: int) -> str:
    if number == 0:
        return "its parts changed"
    return "1 figure changed" if number == 1 else f"{number} figures changed"


def _rows(view: views.ChangeView, spoken: formats.Formats) -> Iterator[figures.Row]:
    before = {one.name: one for one in view.before.metrics}
    for one in view.after.metrics:
        old = before.pop(one.name, None)
        if old is None or (old.value, old.previous) != (one.value, one.previous):
            yield _pair(old, one, spoken=spoken)
    for gone in before.values():
        yield _pair(gone, None, spoken=spoken)


def _pair(
    old: metric.Metric | None, new: metric.Metric | None, *, spoken: formats.Formats
) -> figures.Row:
    told = [_told(one, spoken) for one in (old, new)]
    label = (new or old or _NOTHING).label
    return (blocks.one_line(label, 40), told[0], told[1])


_NOTHING = metric.Metric(name="", label="", unit=metric.Unit.COUNT, value=None)


def _told(one: metric.Metric | None, spoken: formats.Formats) -> str:
    if one is None:
        return "–"
    change = spoken.change_of(one).signed
    return spoken.value(one.value, one.unit) + (f" ({change})" if change else "")
