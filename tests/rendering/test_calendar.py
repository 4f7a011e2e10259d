"""Periods, days and times as a locale writes them."""

from datetime import UTC, date, datetime

import pytest

from bot.domain.period import Period, PeriodKind
from bot.rendering import formats
from tests import samples

SEPTEMBER = samples.week(date(2026, 9, 28))
NEW_YEAR = samples.week(date(2026, 12, 28))


def span(kind: PeriodKind, start: date, end: date) -> Period:
    return Period(kind=kind, start=start, end=end)


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("en_GB", ("16–22 Nov 2026", "28 Sept – 4 Oct", "28 Dec 2026 – 3 Jan 2027")),
        ("en_US", ("Nov 16 – 22, 2026", "Sep 28 – Oct 4", "Dec 28, 2026 – Jan 3, 2027")),
        ("fr_FR", ("16–22 nov. 2026", "28 sept. – 4 oct.", "28 déc. 2026 – 3 janv. 2027")),
        ("de_DE", ("16.–22. Nov. 2026", "28. Sept. – 4. Okt.", "28. Dez. 2026 – 3. Jan. 2027")),
    ],
)
def test_weeks_read_in_their_locale(locale: str, expected: tuple[str, str, str]) -> None:
    to = formats.of(locale, "EUR")
    assert expected == (
        to.period(samples.THIS_WEEK),
        to.period_short(SEPTEMBER),
        to.period(NEW_YEAR),
    )


@pytest.mark.parametrize(
    ("kind", "start", "end", "expected"),
    [
        (PeriodKind.MONTH, date(2026, 11, 1), date(2026, 12, 1), ("November 2026", "Nov 2026")),
        (PeriodKind.QUARTER, date(2026, 10, 1), date(2027, 1, 1), ("Q4 2026", "Q4 2026")),
        (
            PeriodKind.DAY,
            date(2026, 11, 22),
            date(2026, 11, 23),
            ("Sun, 22 Nov 2026", "Sun 22 Nov"),
        ),
        (PeriodKind.LAST_DAYS, date(2026, 10, 24), date(2026, 11, 23), None),
    ],
)
def test_other_kinds_have_names_of_their_own(
    kind: PeriodKind, start: date, end: date, expected: tuple[str, str] | None
) -> None:
    to = formats.of("en_GB", "EUR")
    period = span(kind, start, end)
    wanted = expected or ("24 Oct – 22 Nov 2026", "24 Oct – 22 Nov")
    assert (to.period(period), to.period_short(period)) == wanted


def test_a_running_period_says_so() -> None:
    to = formats.of("en_GB", "EUR")
    assert to.period(samples.week(partial=True)) == "16–22 Nov 2026 so far"


def test_headings_and_moments_are_local() -> None:
    to = formats.of("en_GB", "EUR")
    instant = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
    assert to.versus(samples.LAST_WEEK) == "vs 9–15 Nov"
    assert to.last_year(samples.THIS_WEEK) == "Same week last year"
    assert to.moment(instant, "Europe/Paris") == "Mon 23 Nov, 08:30"
    assert to.time(instant, "America/New_York") == "02:30"
    assert to.day(date(2026, 11, 22)) == "22 Nov"


def test_a_day_and_a_time_take_the_words_of_the_language() -> None:
    instant = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
    german, french = (
        formats.of("de_DE", "EUR", language="de"),
        formats.of("fr_FR", "EUR", language="fr"),
    )
    assert german.moment(instant, "Europe/Berlin") == "Mo., 23. Nov., 08:30 Uhr"
    assert french.moment(instant, "Europe/Paris") == "lun. 23 nov. à 08:30"
