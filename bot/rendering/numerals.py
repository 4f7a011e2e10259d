"""Numbers in a locale. Everything is rounded half up, the way a reader would by hand."""

import copy
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import assert_never

from babel import Locale, numbers

from bot.domain.metric import Unit

WHOLE_FROM = Decimal(1000)
"""Money of this much and more is shown in whole units (Settled 6)."""
_SCIENTIFIC_FROM = Decimal(10) ** 15
_ROUNDING = Context(prec=400, rounding=ROUND_HALF_UP)
"""Holds the largest double to two decimals."""
_MINUTE, _HOUR = 60, 3600
_LETTER_THEN_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)")
"""CHF 40.00, not CHF40.00: the space that CLDR asks for and Babel leaves out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numerals:
    """Numbers as one locale writes them. Not finite or absent numbers are the caller's to catch."""

    locale: Locale
    currency: str

    def of(self, amount: Decimal, unit: Unit) -> str:
        """Return the amount as its unit is written: ``€48,210``, ``1.96%``, ``2 h 58 min``."""
        match unit:
            case Unit.CURRENCY:
                return self.money(amount)
            case Unit.PERCENT:
                return self.percent(amount, 2)
            case Unit.RATIO:
                return self.plain(amount, 2)
            case Unit.DURATION:
                return self.duration(amount)
            case Unit.COUNT:
                return self.plain(amount, 0)
            case _:
                assert_never(unit)

    def plain(self, amount: Decimal, decimals: int) -> str:
        """Return a grouped number; one too small for the decimals keeps two digits."""
        if abs(amount) >= _SCIENTIFIC_FROM:
            return numbers.format_scientific(amount, "0.##E0", locale=self.locale)
        shown = _fitting(amount, decimals)
        pattern = _with_decimals(self.locale.decimal_formats[None], least=decimals, most=shown)
        return pattern.apply(rounded(amount, shown), self.locale)

    def percent(self, fraction: Decimal, decimals: int) -> str:
        """Return a fraction as a percentage: 0.0196 reads ``1.96%``."""
        if abs(fraction) >= _SCIENTIFIC_FROM / 100:
            return f"{self.plain(fraction * 100, 0)}%"
        shown = _fitting(fraction * 100, decimals)
        pattern = _with_decimals(self.locale.percent_formats[None], least=decimals, most=shown)
        return pattern.apply(rounded(fraction, shown + 2), self.locale)

    def money(self, amount: Decimal) -> str:
        """Return money: whole units from 1,000 on, the currency's own minor digits below."""
        if abs(amount) >= _SCIENTIFIC_FROM:
            return f"{self.currency} {self.plain(amount, 0)}"
        minor = numbers.get_currency_precision(self.currency)
        decimals = minor if abs(rounded(amount, minor)) < WHOLE_FROM else 0
        shown = _fitting(amount, decimals)
        pattern = _with_decimals(
            self.locale.currency_formats["standard"], least=decimals, most=shown
        )
        exact = rounded(amount, shown)
        text = pattern.apply(exact, self.locale, currency=self.currency, currency_digits=False)
        return _LETTER_THEN_DIGIT.sub("\u00a0", text)

    def duration(self, seconds: Decimal) -> str:
        """Return seconds as ``2 h 58 min``, ``3 min 12 s`` or ``41.5 s``."""
        size = abs(seconds)
        sign = numbers.get_minus_sign_symbol(self.locale) if seconds < 0 else ""
        if rounded(size, 1) < _MINUTE:
            exact = 0 if size == rounded(size, 0) else 1
            return f"{sign}{self.plain(size, exact)} s"
        whole = int(rounded(size, 0))
        if whole < _HOUR:
            return f"{sign}{whole // _MINUTE} min" + (f" {whole % 60} s" if whole % 60 else "")
        minutes = int(rounded(size / _MINUTE, 0))
        hours = self.plain(Decimal(minutes // 60), 0)
        return f"{sign}{hours} h" + (f" {minutes % 60} min" if minutes % 60 else "")

    def signed(self, text: str, difference: Decimal) -> str:
        """Return the text of a size with the sign of a difference before it."""
        if difference > 0:
            return numbers.get_plus_sign_symbol(self.locale) + text
        return numbers.get_minus_sign_symbol(self.locale) + text if difference < 0 else text


def rounded(amount: Decimal, decimals: int) -> Decimal:
    """Return the amount rounded half up; never a negative zero."""
    exact = amount.quantize(Decimal(1).scaleb(-decimals), context=_ROUNDING)
    return exact or abs(exact)


def _with_decimals(
    pattern: numbers.NumberPattern, *, least: int, most: int
) -> numbers.NumberPattern:
    """Return a locale's pattern with other decimals; the locale's own stays as it is."""
    changed = copy.copy(pattern)
    changed.frac_prec = (least, most)
    return changed


def _fitting(amount: Decimal, decimals: int) -> int:
    """Return how many decimals show the amount: more than asked where it would read zero."""
    if not amount or rounded(amount, decimals):
        return decimals
    return min(1 - amount.adjusted(), 12)
