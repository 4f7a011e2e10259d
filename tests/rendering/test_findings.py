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
        *("sampled", "thresholded", "other_row", "truncated"),
    ],
)
def test_no_reader_meets_english(code: str, language: str) -> None:
    subject = {"no_value": samples.REPORT.metrics[0].name}.get(
        code, samples.REPORT.provenance[0].query
    )
    told = _tell(code, subject, language)
    assert told != "In English."
    assert "has no" not in told
    assert told.endswith(".")


def test_a_figure_without_a_value_is_named_by_its_label() -> None:
    assert _tell("no_value", samples.REPORT.metrics[0].name, "en") == (
        f"{LABEL} has no value this time."
    )


@pytest.mark.parametrize("code", ["no_value", "data_incomplete", "provisional", "new_one"])
def test_what_is_not_known_is_told_as_it_was_written(code: str) -> None:
    assert _tell(code, "nobody", "fr") == "In English."
