"""What readers are told about the data, in the report's language; pure.

A worker's finding is a code with an English sentence for the record; codes known here have words in
every language, built from the report's own facts. Any other finding is told as it was written.
"""

from collections.abc import Iterator, Mapping, Sequence
from string import Template
from typing import Protocol

from bot.domain import report
from bot.rendering import formats

_NO_VALUE = "no_value"


def tell(finding: report.Finding, found: report.Report, *, to: formats.Formats) -> str:
    """Return a finding as one plain sentence; the caller escapes it."""
    match finding.code:
        case "partial_period":
            return to.words.partial
        case "sampled" | "thresholded" | "other_row" | "truncated":
            words: str = getattr(to.words, finding.code)
            return words.format(finding.subject)
        case code if code in _TOLD:
            return _TOLD[code](finding, found, to=to)
        case _:
            return finding.text


def tell_all(
    given: Sequence[report.Finding], found: report.Report, *, to: formats.Formats
) -> Iterator[str]:
    """Yield a sentence each, and one for all figures without a value that no sentence names."""
    others = [one for one in given if one.code != _NO_VALUE]
    yield from (tell(one, found, to=to) for one in others)
    named = " ".join(one.text for one in found.narrative)
    gone = [
        one for one in given if one.code == _NO_VALUE and f"{{{one.subject}.label}}" not in named
    ]
    labels = {one.name: one.label for one in found.metrics}
    if len(gone) > 1 and all(one.subject in labels for one in gone):
        listed = to.listed(tuple(to.inline(labels[one.subject]) for one in gone))
        yield Template(to.words.prose.missing).substitute(labels=listed)
    else:
        yield from (tell(one, found, to=to) for one in gone)


def _ends(finding: report.Finding, found: report.Report, *, to: formats.Formats) -> str:
    last = [one.data_to for one in found.provenance if one.query == finding.subject]
    if not last or last[0] is None:
        return finding.text
    days = to.day(last[0]), to.day(found.period.last_day)
    return to.words.data_ends.format(finding.subject, *days)


def _provisional(finding: report.Finding, found: report.Report, *, to: formats.Formats) -> str:
    since = [one.provisional_from for one in found.provenance if one.query == finding.subject]
    if not since or since[0] is None:
        return finding.text
    return to.words.provisional.format(finding.subject, to.day(since[0]))


def _no_value(finding: report.Finding, found: report.Report, *, to: formats.Formats) -> str:
    labels = [one.label for one in found.metrics if one.name == finding.subject]
    return to.words.no_value.format(labels[0]) if labels else finding.text


def _differs(finding: report.Finding, found: report.Report, *, to: formats.Formats) -> str:
    split = [one.metric for one in found.breakdowns if one.name == finding.subject]
    labels = [one.label for one in found.metrics if one.name in split]
    return to.words.breakdown_differs.format(finding.subject, labels[0]) if labels else finding.text


class _Teller(Protocol):
    def __call__(
        self, finding: report.Finding, found: report.Report, *, to: formats.Formats
    ) -> str: ...


_TOLD: Mapping[str, _Teller] = {
    "data_incomplete": _ends,
    "provisional": _provisional,
    _NO_VALUE: _no_value,
    "breakdown_differs": _differs,
}
