"""Numbers as a locale writes them, rounded the way a reader would by hand."""

from decimal import Decimal

import pytest
from babel import numbers
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.metric import Unit
from bot.rendering import formats, numerals

GB = formats.of("en_GB", "EUR")


def shown(amount: str, unit: Unit, to: formats.Formats = GB) -> str:
    return to.value(Decimal(amount), unit)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("48210.4", "€48,210"),
        ("40.045", "€40.05"),
        ("999.994", "€999.99"),
        ("999.995", "€1,000"),
        ("1000.4", "€1,000"),
        ("-2100", "-€2,100"),
        ("-40", "-€40.00"),
        ("0", "€0.00"),
        ("0.0034", "€0.0034"),
        ("-0.001", "-€0.001"),
        ("437827438", "€437,827,438"),
        ("1e16", "EUR 1E16"),
    ],
)
def test_money_is_whole_from_a_thousand_and_never_reads_zero_when_it_is_not(
    amount: str, expected: str
) -> None:
    assert shown(amount, Unit.CURRENCY) == expected


@pytest.mark.parametrize(
    ("currency", "amount", "expected"),
    [("JPY", "48.6", "JP¥49"), ("JPY", "0.34", "JP¥0.34"), ("BHD", "1.5", "BHD\u00a01.500")],
)
def test_money_has_the_minor_digits_of_its_currency(
    currency: str, amount: str, expected: str
) -> None:
    assert shown(amount, Unit.CURRENCY, formats.of("en_GB", currency)) == expected


@pytest.mark.parametrize(
    ("unit", "amount", "expected"),
    [
        (Unit.COUNT, "437827438", "437,827,438"),
        (Unit.COUNT, "12.5", "13"),
        (Unit.COUNT, "0.4", "0.4"),
        (Unit.COUNT, "0", "0"),
        (Unit.COUNT, "1e300", "1E300"),
        (Unit.PERCENT, "0.0196", "1.96%"),
        (Unit.PERCENT, "-0.5", "-50.00%"),
        (Unit.PERCENT, "0.000012", "0.0012%"),
        (Unit.RATIO, "5.001", "5.00"),
        (Unit.RATIO, "0.0004", "0.0004"),
        (Unit.DURATION, "41.5", "41.5 s"),
        (Unit.DURATION, "9", "9 s"),
        (Unit.DURATION, "59.97", "1 min"),
        (Unit.DURATION, "192", "3 min 12 s"),
        (Unit.DURATION, "3599.6", "1 h"),
        (Unit.DURATION, "10700", "2 h 58 min"),
        (Unit.DURATION, "-75", "-1 min 15 s"),
    ],
)
def test_each_unit_reads_as_people_write_it(unit: Unit, amount: str, expected: str) -> None:
    assert shown(amount, unit) == expected


@pytest.mark.parametrize(
    ("locale", "currency", "expected"),
    [
        ("fr_FR", "EUR", ("48\u202f210\u00a0€", "-40,00\u00a0€", "1,96\u00a0%")),
        ("de_DE", "EUR", ("48.210\u00a0€", "-40,00\u00a0€", "1,96\u00a0%")),
        ("en_US", "USD", ("$48,210", "-$40.00", "1.96%")),
        ("en-GB", "GBP", ("£48,210", "-£40.00", "1.96%")),
    ],
)
def test_locales_put_signs_and_separators_where_they_belong(
    locale: str, currency: str, expected: tuple[str, str, str]
) -> None:
    to = formats.of(locale, currency)
    assert expected == (
        shown("48210", Unit.CURRENCY, to),
        shown("-40", Unit.CURRENCY, to),
        shown("0.0196", Unit.PERCENT, to),
    )


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_not_available(amount: str) -> None:
    assert shown(amount, Unit.CURRENCY) == "n/a"
    assert GB.said(Decimal(amount), Unit.COUNT) == "not available"


@given(
    amount=st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15) + 1)
    .filter(lambda value: abs(value) < 10**15)
    .map(lambda value: value.quantize(Decimal("0.0001"))),
    unit=st.sampled_from([Unit.COUNT, Unit.RATIO, Unit.CURRENCY]),
)
def test_what_is_shown_is_within_half_a_unit_of_what_it_is(amount: Decimal, unit: Unit) -> None:
    text = GB.value(amount, unit).replace("€", "")
    read = numbers.parse_decimal(text, locale="en_GB")
    assert abs(read - amount) <= Decimal("0.5")
    assert (read == 0) == (amount == 0)


def test_rounding_is_half_up_and_knows_no_negative_zero() -> None:
    assert str(numerals.rounded(Decimal("2.5"), 0)) == "3"
    assert str(numerals.rounded(Decimal("-0.001"), 2)) == "0.00"
