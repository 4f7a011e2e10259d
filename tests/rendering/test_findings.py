"""Findings in the reader's language, built from the report's own facts."""

from dataclasses import replace
from datetime import date

import pytest

from bot.domain import report
from bot.rendering import findings, formats
from tests import samples

LABEL = samples.REPORT.metrics[0].label


def _tell(code: str, subject: str, language: str) -> str:
    found = replace(
        samples.REPORT,
        language=language,
        locale={"en": "en_GB"}.get(language, language),
        provenance=tuple(
            replace(one, provisional_from=date(2026, 11, 21)) for one in samples.REPORT.provenance
        ),
    )
    one = report.Finding(
        code=code, severity=report.Severity.SHOWN, subject=subject, text="In English."
    )
    return findings.tell(one, found, to=formats.for_report(found))


@pytest.mark.parametrize("language", ["fr", "de", "es"])
@pytest.mark.parametrize(
    "code",
    [
        *("partial_period", "no_value", "data_incomplete", "provisional"),
        *("sampled", "thresholded", "other_row", "truncated", "breakdown_differs"),
    ],
)
def test_no_reader_meets_english(code: str, language: str) -> None:
    subjects = {
        "no_value": samples.REPORT.metrics[0].name,
        "breakdown_differs": samples.CHANNELS.name,
    }
    subject = subjects.get(code, samples.REPORT.provenance[0].query)
    told = _tell(code, subject, language)
    assert told != "In English."
    assert "has no" not in told
    assert told.endswith(".")


def test_a_figure_without_a_value_is_named_by_its_label() -> None:
    assert _tell("no_value", samples.REPORT.metrics[0].name, "en") == (
        f"{LABEL} has no value this time."
    )


def test_a_breakdown_that_differs_is_named_with_its_figure() -> None:
    assert _tell("breakdown_differs", samples.CHANNELS.name, "en") == (
        f"“channels” does not add up to {LABEL}, so it does not explain how that moved."
    )


@pytest.mark.parametrize(
    "code", ["no_value", "data_incomplete", "breakdown_differs", "provisional", "new_one"]
)
def test_what_is_not_known_is_told_as_it_was_written(code: str) -> None:
    assert _tell(code, "nobody", "fr") == "In English."


def _missing(*names: str, narrative: tuple[str, ...] = ()) -> list[str]:
    """What is told besides the narrative of figures without a value."""
    given = tuple(
        report.Finding(code="no_value", severity=report.Severity.SHOWN, subject=one, text=".")
        for one in names
    )
    sentences = tuple(report.Sentence(text=one) for one in narrative)
    found = replace(samples.REPORT, narrative=sentences, findings=given)
    return [*findings.tell_all(given, found, to=formats.for_report(found))]


def test_figures_without_a_value_are_told_in_one_line() -> None:
    assert _missing("ad_spend") == ["Ad spend has no value this time."]
    assert _missing("ad_spend", "roas", "orders") == [
        "Missing this time: ad spend, ROAS and orders."
    ]


def test_figures_that_the_narrative_calls_missing_are_not_told_again() -> None:
    said = "Missing this time: {ad_spend.label}, {roas.label}."
    assert not _missing("ad_spend", "roas", narrative=(said,))
    assert _missing("ad_spend", "orders", narrative=(said,)) == ["Orders has no value this time."]
