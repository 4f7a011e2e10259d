"""Numbers by reference: a sentence names figures, code checks it and fills them in."""

from bot.domain import report
from bot.rendering import checks, figures, formats, parsing, text
from bot.rendering.figures import Part

Problem = checks.Problem
Fault = checks.Fault


def check(sentence: str, made: report.Report) -> tuple[checks.Problem, ...]:
    """Return what is wrong with a sentence of references; empty when it may be shown."""
    return checks.check(sentence, made)


def render(sentence: str, made: report.Report, *, to: formats.Formats) -> str:
    """Return the sentence with its figures filled in, as plain text.

    Never fails: a reference to nothing reads ``not available``, though ``check`` refuses it.
    """
    known = figures.index(made)
    shown = ""
    for piece in parsing.parse(sentence):
        if isinstance(piece, parsing.Literal):
            shown += piece.text
            continue
        figure = known.get(piece.name)
        shown += _filled(figure, to, within=not _starts(shown)) if figure else _nothing(to)
    return text.visible(text.calm(shown))


def render_mrkdwn(sentence: str, made: report.Report, *, to: formats.Formats) -> str:
    """Return the sentence for a mrkdwn text object: nothing in it is parsed by Slack."""
    return text.mrkdwn(render(sentence, made, to=to))


def catalogue(made: report.Report, to: formats.Formats) -> tuple[tuple[str, str], ...]:
    """Return every reference a sentence may use, each with what it renders, in report order."""
    return tuple(
        (figure.reference, figure.render(to))
        for figure in figures.index(made).values()
        if not figure.absent
    )


def _filled(figure: figures.Figure, to: formats.Formats, *, within: bool) -> str:
    filled = figure.render(to)
    return to.inline(filled) if within and figure.part is Part.LABEL and figure.subject else filled


def _nothing(to: formats.Formats) -> str:
    return to.words.not_available


def _starts(shown: str) -> bool:
    """Whether what comes next begins a sentence."""
    return not shown.strip() or shown.rstrip()[-1] in ".!?…"
