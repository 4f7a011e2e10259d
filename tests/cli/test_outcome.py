"""A finished run as the shell prints it."""

from dataclasses import replace
from datetime import date

from bot.cli import outcome
from bot.domain import report
from tests import samples


def test_findings_are_told_in_the_readers_words_and_days() -> None:
    found = replace(
        samples.REPORT,
        provenance=tuple(
            replace(one, provisional_from=date(2026, 11, 21)) for one in samples.REPORT.provenance
        ),
        findings=(
            report.Finding(
                code="provisional",
                severity=report.Severity.SHOWN,
                subject=samples.REPORT.provenance[0].query,
                text="The figures from 2026-11-21 on may still change.",
            ),
        ),
        without=("sheet",),
    )
    told = "\n".join(outcome.as_text(found, of=samples.CLIENT))
    assert "from 21 Nov on may still change" in told
    assert "2026-11-21" not in told
    assert told.endswith("Left out: sheet.")
