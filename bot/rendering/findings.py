"""What readers are told about the data, in the report's language; pure.

A worker's finding is a code with an English sentence for the record; codes known here have words in
every language, built from the report's own facts. Any other finding is told as it was written.
"""

from bot.domain import report
from bot.rendering import formats


def tell(finding: report.Finding, found: report.Report, *, to: formats.Formats) -> str:
    """Return a finding as one plain sentence; the caller escapes it."""
    match finding.code:
        case "partial_period":
            return to.words.partial
        case "data_incomplete":
            return _ends(finding, found, to=to)
        case "provisional":
            return _provisional(finding, found, to=to)
        case "sampled" | "thresholded" | "other_row" | "truncated":
            words: str = getattr(to.words, finding.code)
            return words.format(finding.subject)
        case "no_value":
            return _no_value(finding, found, to=to)
        case _:
            return finding.text


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
