"""Changes in words and signs."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot import errors
from bot.domain.metric import Better, Metric, Move, Unit
from bot.rendering import formats
from tests import samples

GB = formats.of("en_GB", "EUR")


def test_the_table_reads_as_the_screen_shows_it() -> None:
    assert [GB.cell(one) for one in samples.METRICS] == [
        "▼ 4.1% worse",
        "▲ 2.3% better",
        "▼ 6.2% worse",
        "≈ flat (+0.9%)",
        "≈ flat (+0.03 pt)",
        "▲ 8.2% worse",
        "▼ 11.4% worse",
    ]
    assert GB.arrow(GB.change_last_year(samples.REVENUE)) == "▲ 7.4%"


def figure(value: str | None, previous: str | None, unit: Unit = Unit.COUNT) -> Metric:
    return replace(samples.figure("things", value, previous), unit=unit)


@pytest.mark.parametrize(
    ("value", "previous", "unit", "said", "cell"),
    [
        (None, "5", Unit.COUNT, "had nothing to compare with", "– no comparison"),
        ("5", None, Unit.COUNT, "had nothing to compare with", "– no comparison"),
        ("5", "5", Unit.COUNT, "did not change", "≈ flat"),
        ("0", "0", Unit.COUNT, "did not change", "≈ flat"),
        ("120", "0", Unit.CURRENCY, "rose €120.00", "▲ €120.00"),
        ("-50", "-20", Unit.CURRENCY, "fell €30.00", "▼ €30.00"),
        ("20", "-20", Unit.CURRENCY, "rose €40.00", "▲ €40.00"),
        ("-20", "20", Unit.CURRENCY, "fell 200.0%", "▼ 200.0%"),
        ("1350", "100", Unit.COUNT, "rose 1,250%", "▲ 1,250%"),
        ("0.023", "0.0196", Unit.PERCENT, "rose 0.34 pt", "▲ 0.34 pt"),
        ("0", "0.0196", Unit.PERCENT, "fell 1.96 pt", "▼ 1.96 pt"),
        ("61", "60.9", Unit.COUNT, "stayed flat (+0.2%)", "≈ flat (+0.2%)"),
        ("100.001", "100", Unit.COUNT, "stayed flat (+0.001%)", "≈ flat (+0.001%)"),
        ("NaN", "5", Unit.COUNT, "had nothing to compare with", "– no comparison"),
    ],
)
def test_a_change_reads_honestly(
    value: str | None, previous: str | None, unit: Unit, said: str, cell: str
) -> None:
    one = figure(value, previous, unit)
    change = GB.change(one.value, one.previous, unit=unit, flat=one.flat)
    assert GB.said_change(change) == said
    assert GB.arrow(change) == cell


def test_a_move_names_both_values() -> None:
    assert GB.moved(samples.ROAS) == "fell from 5.64 to 5.00"
    assert GB.moved(samples.ORDERS) == "rose from 1,177 to 1,204"
    assert GB.moved(samples.CONVERSION) == "stayed flat, 1.93% before and 1.96% now"
    assert GB.moved(figure("5", None)) == "had nothing to compare with"


@pytest.mark.parametrize(
    ("amount", "unit", "said"),
    [
        ("-2100", Unit.CURRENCY, "lost €2,100"),
        ("40", Unit.CURRENCY, "gained €40.00"),
        ("0", Unit.CURRENCY, "did not change"),
        ("-0.012", Unit.PERCENT, "lost 1.20 pt"),
        ("NaN", Unit.COUNT, "not available"),
    ],
)
def test_a_contribution_says_who_lost_and_who_gained(amount: str, unit: Unit, said: str) -> None:
    assert GB.contributed(Decimal(amount), unit) == said


def test_a_missing_contribution_is_not_available() -> None:
    assert GB.contributed(None, Unit.COUNT) == "not available"


def test_judgement_needs_a_direction_and_a_wish() -> None:
    assert GB.judgement(Move.ROSE, Better.HIGHER) == "better"
    assert GB.judgement(Move.ROSE, Better.LOWER) == "worse"
    assert not GB.judgement(Move.ROSE, Better.NEITHER)
    assert not GB.judgement(Move.FLAT, Better.HIGHER)


def test_signed_changes_carry_their_sign() -> None:
    assert GB.change_of(samples.REVENUE).signed == "-4.1%"
    assert GB.change_of(samples.ORDERS).signed == "+2.3%"
    assert GB.change_of(samples.CONVERSION).signed == "+0.03 pt"


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Ad spend", "ad spend"),
        ("Conv. rate", "conv. rate"),
        ("ROAS", "ROAS"),
        ("GA4 sessions", "GA4 sessions"),
        ("Google cost", "Google cost"),
        ("", ""),
    ],
)
def test_only_plain_nouns_lose_their_capital(label: str, expected: str) -> None:
    assert GB.inline(label) == expected


def test_german_nouns_keep_their_capital() -> None:
    assert formats.of("de_DE", "EUR", language="de").inline("Umsatz") == "Umsatz"


def test_lists_end_with_a_word() -> None:
    assert GB.listed(()) == ""
    assert GB.listed(("a",)) == "a"
    assert GB.listed(("a", "b", "c")) == "a, b and c"


def test_an_unknown_locale_is_a_fault_that_names_others() -> None:
    with pytest.raises(errors.ConfigurationError, match="en_GB"):
        formats.of("xx_YY", "EUR")
    assert formats.check_locale("fr-FR") is None
    assert formats.check_locale("") is not None
    assert formats.check_currency("EUR") is None
    assert "EUR" in (formats.check_currency("EURO") or "")


def test_a_language_without_words_is_written_in_english() -> None:
    to = formats.of("pt_PT", "EUR", language="pt")
    assert to.words.code == "en"
    assert to.value(Decimal(48210), Unit.CURRENCY) == "48\u00a0210\u00a0€"
