"""The post in the client's channel, as a ladder of renderings from native blocks to plain text.

No cost, no run internals and no staff buttons: Slack cannot hide them from anybody in the channel.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain import client as clients
from bot.domain import delivery, ids, report, run
from bot.domain.delivery import Block
from bot.kinds import called
from bot.rendering import findings, formats, references
from bot.slack import blocks, limits, moments
from bot.slack import ids as names
from bot.slack.screens import figures, phrases, trend

_FINDINGS = 5
_INCOMPLETE = "data_incomplete"
"""The finding that figures of a part of the period are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Post:
    """What all rungs of one post share."""

    found: report.Report
    run: run.Run
    client: clients.Client
    corrected: bool
    spoken: formats.Formats
    phrases: phrases.Phrases
    trend: delivery.Trend | None


def compose(
    found: report.Report, *, run: run.Run, client: clients.Client, corrected: bool
) -> tuple[delivery.Body, ...]:
    """Return the ladder, richest first: native blocks, an image, sections, plain text.

    A rung means the same for every report, so that the one a workspace takes can be remembered.
    """
    post = _Post(
        found=found,
        run=run,
        client=client,
        corrected=corrected,
        spoken=formats.for_report(found),
        phrases=phrases.find(found.language),
        trend=trend.of(found),
    )
    text = figures.summary(found, post.spoken, mark=_mark(post))
    bodies = (
        delivery.Body(text=text, blocks=tuple(_native(post))),
        delivery.Body(text=text, blocks=tuple(_image(post)), chart=post.trend),
        delivery.Body(text=text, blocks=tuple(_sections(post))),
        delivery.Body(text=_plain(post)),
    )
    return tuple(limits.fit(body) for body in bodies)


def _native(post: _Post) -> Iterator[Block]:
    yield from _opening(post)
    yield blocks.table(_table(post))
    yield from _small_below_figures(post)
    if post.trend is not None:
        label = (trend.headline(post.found) or post.found.metrics[0]).label
        yield blocks.line_chart(
            title=post.trend.title,
            series=blocks.clean(label),
            labels=post.trend.labels,
            values=post.trend.values,
        )
    yield from _closing(post)


def _image(post: _Post) -> Iterator[Block]:
    yield from _opening(post)
    yield blocks.section(_lines(post, bold=True))
    yield from _small_below_figures(post)
    if post.trend is not None:
        yield blocks.chart_here()
    yield from _closing(post)


def _sections(post: _Post) -> Iterator[Block]:
    yield from _opening(post)
    yield blocks.section(_lines(post, bold=True))
    yield from _small_below_figures(post)
    if post.trend is not None:
        yield blocks.context(blocks.escape(trend.line(post.trend, post.found)))
    yield from _closing(post)


def _plain(post: _Post) -> str:
    """Everything in one text: the last rung, for a workspace that takes no blocks at all."""
    parts = [
        *_notes(post),
        blocks.escape(_title(post)),
        _narrative(post),
        _lines(post, bold=False),
        *_last_year(post),
        *([blocks.escape(trend.line(post.trend, post.found))] if post.trend else []),
        *_findings(post),
        " · ".join(_provenance(post)),
    ]
    return "\n".join(part for part in parts if part)


def _opening(post: _Post) -> Iterator[Block]:
    if notes := _notes(post):
        yield blocks.context(" · ".join(notes))
    yield blocks.header(_title(post))
    if words := _narrative(post):
        yield blocks.section(words)


def _title(post: _Post) -> str:
    found = post.found
    period = post.spoken.period(found.period)
    room = limits.HEADER - len(period) - 6
    name = blocks.one_line(found.client_name, room // 2)
    title = blocks.one_line(found.title, room - len(name))
    return f"{name} · {title} · {period}"


def _mark(post: _Post) -> str:
    """What the notification must say first: its figures would mislead without it."""
    told = [post.phrases.corrected.format("").strip()] if post.corrected else []
    if days := [one.data_to for one in post.found.provenance if one.data_to is not None]:
        told += [post.spoken.words.data_to.format(post.spoken.day(min(days)))] * _is_short(post)
    return f"{', '.join(told)}: " if told else ""


def _is_short(post: _Post) -> bool:
    return any(one.code == _INCOMPLETE for one in post.found.findings)


def _notes(post: _Post) -> list[str]:
    """What stands above everything else: where it would go, that it is a correction or late, and
    how far its data goes where that is not far enough.
    """
    told: list[str] = []
    if post.client.stage is clients.Stage.INTERNAL:
        told.append(post.phrases.would_go_to.format(blocks.channel(_channel(post))))
    if post.corrected:
        at = post.spoken.moment(post.run.created_at, post.found.timezone)
        told.append(f"*{post.phrases.corrected.format(at)}*")
    elif post.run.late:
        told.append(post.phrases.late)
    return [*told, *(f"*{blocks.escape(one)}*" for one in _told(post, above=True))]


def _channel(post: _Post) -> ids.ChannelId:
    spec = post.client.reports.get(post.found.name)
    return (spec.channel if spec else None) or post.client.channel


def _narrative(post: _Post) -> str:
    return " ".join(
        references.render_mrkdwn(sentence.text, post.found, to=post.spoken)
        for sentence in _fit_to_show(post.found)
    ).strip()


def _fit_to_show(found: report.Report) -> list[report.Sentence]:
    """The sentences that pass here too: a worker is not trusted (Settled 13)."""
    return [one for one in found.narrative if not references.check(one.text, found)]


def _table(post: _Post) -> list[Sequence[str]]:
    found, spoken = post.found, post.spoken
    versus = spoken.versus(found.previous) if found.previous else ""
    head = (post.phrases.figure, spoken.period_short(found.period), versus or "–")
    return [head, *figures.rows(found, spoken)]


def _lines(post: _Post, *, bold: bool) -> str:
    """The table as lines, for where no table is taken."""
    mark = "*" if bold else ""
    return "\n".join(
        f"{mark}{blocks.escape(label)}{mark}  {blocks.escape(value)}  {blocks.escape(change)}"
        for label, value, change in figures.rows(post.found, post.spoken)
    )


def _small_below_figures(post: _Post) -> Iterator[Block]:
    over = len(post.found.metrics) - figures.MOST
    if over > 0:
        yield blocks.context(post.phrases.more.format(over))
    if told := _last_year(post):
        yield blocks.context(*told)


def _last_year(post: _Post) -> list[str]:
    found, spoken = post.found, post.spoken
    one = trend.headline(found)
    if one is None or one.last_year is None or one.value is None or found.last_year is None:
        return []
    label = blocks.escape(spoken.inline(blocks.one_line(one.label, 40)))
    told = blocks.escape(spoken.arrow(spoken.change_last_year(one)))
    return [f"{spoken.last_year(found.period)}: {label} {told}"]


def _findings(post: _Post) -> list[str]:
    told = (*_restated(post), *_told(post, above=False))
    return [f":information_source: {blocks.escape(one)}" for one in told]


def _told(post: _Post, *, above: bool) -> list[str]:
    """What readers should know about the figures; what they must know first stands above them."""
    shown = [one for one in post.found.findings if one.severity is report.Severity.SHOWN]
    here = [one for one in shown if (one.code == _INCOMPLETE) is above]
    told = [*findings.tell_all(here, post.found, to=post.spoken)]
    return [blocks.one_line(one, 300) for one in told[:_FINDINGS]]


def _restated(post: _Post) -> Iterator[str]:
    """What was published of the period before and is another figure now, all on one line."""
    found, spoken = post.found, post.spoken
    by_name = {one.name: one for one in found.metrics}
    told: list[str] = []
    for moved in found.restated:
        one = by_name.get(moved.metric)
        if one is None:
            continue
        was, now = (spoken.value(amount, one.unit) for amount in (moved.reported, moved.now))
        label = spoken.inline(blocks.one_line(one.label, 40)) or one.name
        if was != now:
            told.append(post.phrases.restated.format(label, was, now))
    if told and found.previous is not None:
        yield f"{spoken.period_short(found.previous)}: {' · '.join(told)}"


def _closing(post: _Post) -> Iterator[Block]:
    if told := _findings(post):
        yield blocks.section("\n".join(told))
    yield blocks.context(" · ".join(_provenance(post)))
    yield blocks.actions(*_buttons(post))


def _provenance(post: _Post) -> Iterator[str]:
    found, spoken = post.found, post.spoken
    known = [one.data_to for one in found.provenance if one.data_to is not None]
    city = blocks.escape(moments.city(found.timezone))
    if known:
        day = spoken.day(min(known), weekday=True)
        yield f"{blocks.escape(spoken.words.data_to.format(day))} ({city})"
    else:
        at = spoken.moment(found.as_of, found.timezone)
        yield f"{blocks.escape(post.phrases.as_of.format(at))} ({city})"
    if found.without:
        labels = (called.label(post.client.sources, name) for name in found.without)
        yield post.phrases.left_out.format(blocks.escape(", ".join(labels)))
    yield _author(post)
    yield f"Ref {ids.short_ref(post.run.id)}"


def _author(post: _Post) -> str:
    if post.found.author is report.Author.AI and _fit_to_show(post.found):
        return post.spoken.words.by_ai
    if not post.found.author_note:
        return post.phrases.from_figures
    if post.client.stage is clients.Stage.LIVE:
        return post.spoken.words.without_ai  # why is about keys and budgets: not for clients
    note = blocks.escape(blocks.one_line(post.found.author_note, 160))
    return f"{post.spoken.words.without_ai}: {note}"


def _buttons(post: _Post) -> Iterator[Block]:
    yield blocks.button(post.phrases.why, names.WHY, value=post.run.id)
    for label, address in list(post.client.links.items())[:1]:
        if address.startswith(("https://", "http://")):
            shown = f"{blocks.cut(blocks.clean(label), 60)} ↗"
            yield blocks.link_button(shown, names.DASHBOARD, url=address)
