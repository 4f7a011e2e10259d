"""How figures read in a client's locale, currency and language: the words on top of Babel."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import assert_never

from babel import Locale, UnknownLocaleError, numbers

from bot import errors
from bot.domain import metric, report
from bot.domain.metric import Better, Move, Unit
from bot.domain.period import Period
from bot.rendering import calendar, languages, numerals, text, words

_ARROWS = {Move.ROSE: "▲", Move.FELL: "▼", Move.FLAT: "≈", Move.UNKNOWN: "–"}
_MANY_PERCENT = Decimal(10)
"""From 1,000 % on a decimal is noise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change in words."""

    move: Move
    size: str
    """Without its sign: ``4.1%``, ``0.03 pt``, ``€120``; empty where nothing compares."""
    signed: str
    """With it: ``-4.1%``."""
    is_share: bool = False
    """The size is a percentage."""
    is_zero: bool = False


_NOTHING = Change(move=Move.UNKNOWN, size="", signed="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Formats:
    """Everything that turns figures into text for one client. Made by ``of`` or ``for_report``."""

    numerals: numerals.Numerals
    calendar: calendar.Calendar
    words: words.Words

    def value(self, amount: Decimal | None, unit: Unit) -> str:
        """Return a value for a table: ``€48,210``, ``1.96%``, ``n/a``."""
        if amount is None or not amount.is_finite():
            return self.words.none
        return self.numerals.of(amount, unit)

    def said(self, amount: Decimal | None, unit: Unit) -> str:
        """Return a value for a sentence: as ``value``, or ``not available``."""
        if amount is None or not amount.is_finite():
            return self.words.not_available
        return self.numerals.of(amount, unit)

    def change(
        self, current: Decimal | None, base: Decimal | None, *, unit: Unit, flat: metric.Flat
    ) -> Change:
        """Return the change from base to current: relative, in points for percent metrics, in the
        metric's own unit where the base is zero or negative (Settled 6).
        """
        if current is None or base is None or not (current.is_finite() and base.is_finite()):
            return _NOTHING
        difference = current - base
        relative = unit is not Unit.PERCENT and base > 0
        if relative:
            share = abs(difference / base)
            size = self.numerals.percent(share, 0 if share >= _MANY_PERCENT else 1)
        else:
            size = self._size(abs(difference), unit)
        return Change(
            move=metric.judge(current, base, unit=unit, flat=flat),
            size=size,
            signed=self.numerals.signed(size, difference),
            is_share=relative,
            is_zero=difference == 0,
        )

    def change_of(self, one: metric.Metric) -> Change:
        """Return a metric's change against the previous period."""
        return self.change(one.value, one.previous, unit=one.unit, flat=one.flat)

    def change_last_year(self, one: metric.Metric) -> Change:
        """Return a metric's change against the same period of last year."""
        return self.change(one.value, one.last_year, unit=one.unit, flat=one.flat)

    def change_of_row(self, row: metric.BreakdownRow, split: metric.Breakdown) -> Change:
        """Return the change of one row of a breakdown."""
        return self.change(row.value, row.previous, unit=split.unit, flat=split.flat)

    def said_change(self, change: Change) -> str:
        """Return a change within a sentence, with its own direction word: ``fell 4.1%``."""
        match change.move:
            case Move.UNKNOWN:
                return self.words.no_base
            case Move.FLAT:
                said = self.words.unchanged if change.is_zero else self.words.flat
                return said.format(change.signed)
            case Move.ROSE | Move.FELL:
                said = self.words.rose if change.move is Move.ROSE else self.words.fell
                size = self.words.share.format(change.size) if change.is_share else change.size
                return said.format(size)
            case _:
                assert_never(change.move)

    def moved(self, one: metric.Metric) -> str:
        """Return a move within a sentence: ``fell from 5.64 to 5.00``."""
        move = self.change_of(one).move
        if move is Move.UNKNOWN:
            return self.words.no_base
        said = {
            Move.ROSE: self.words.move_rose,
            Move.FELL: self.words.move_fell,
            Move.FLAT: self.words.move_flat,
        }[move]
        return said.format(self.said(one.previous, one.unit), self.said(one.value, one.unit))

    def contributed(self, amount: Decimal | None, unit: Unit) -> str:
        """Return what a part added to a whole's change: ``lost €2,100``."""
        if amount is None or not amount.is_finite():
            return self.words.not_available
        if not amount:
            return self.words.even
        size = self._size(abs(amount), unit)
        return (self.words.gained if amount > 0 else self.words.lost).format(size)

    def label(self, label: str) -> str:
        """Return a label, from data or from a file, made safe for plain text."""
        return text.label(label, unnamed=self.words.unnamed)

    def _size(self, amount: Decimal, unit: Unit) -> str:
        if unit is Unit.PERCENT:
            return self.words.points.format(self.numerals.plain(amount * 100, 2))
        return self.numerals.of(amount, unit)

    def arrow(self, change: Change) -> str:
        """Return a change for a line: ``▲ 7.4%``, ``≈ flat (+0.9%)``, ``– no comparison``."""
        mark = _ARROWS[change.move]
        if change.move is Move.UNKNOWN:
            return f"{mark} {self.words.no_comparison}"
        if change.move is Move.FLAT:
            aside = "" if change.is_zero else f" ({change.signed})"
            return f"{mark} {self.words.flat_cell}{aside}"
        return f"{mark} {change.size}"

    def cell(self, one: metric.Metric) -> str:
        """Return a metric's change for a table: ``▼ 4.1% worse``."""
        change = self.change_of(one)
        return " ".join(filter(None, (self.arrow(change), self.judgement(change.move, one.better))))

    def judgement(self, move: Move, better: Better) -> str:
        """Return ``better`` or ``worse``; nothing where neither can be said."""
        if better is Better.NEITHER or move not in {Move.ROSE, Move.FELL}:
            return ""
        good = (move is Move.ROSE) == (better is Better.HIGHER)
        return self.words.better if good else self.words.worse

    def inline(self, label: str) -> str:
        """Return a label as it reads within a sentence: ``Ad spend`` → ``ad spend``. Only nouns
        that the language's file knows lose their capital; names keep theirs.
        """
        head = label.split(maxsplit=1)[0].rstrip(".,:") if label.strip() else ""
        first = head[:1].lower() + head[1:]
        return label[:1].lower() + label[1:] if first in self.words.common else label

    def listed(self, parts: tuple[str, ...]) -> str:
        """Return parts as a list in words: ``a, b and c``."""
        prose = self.words.prose
        if len(parts) <= 1:
            return "".join(parts)
        return prose.listed.join(parts[:-1]) + prose.last_listed + parts[-1]

    def period(self, period: Period) -> str:
        """Return ``16–22 Nov 2026``."""
        return self.calendar.period(period)

    def period_short(self, period: Period) -> str:
        """Return ``16–22 Nov``."""
        return self.calendar.short(period)

    def versus(self, period: Period) -> str:
        """Return ``vs 9–15 Nov``."""
        return self.calendar.versus(period)

    def last_year(self, period: Period) -> str:
        """Return ``Same week last year``."""
        return self.calendar.last_year(period)

    def day(self, day: date, *, weekday: bool = False) -> str:
        """Return ``16 Nov`` or ``Mon 16 Nov``."""
        return self.calendar.day(day, weekday=weekday)

    def time(self, instant: datetime, zone: str) -> str:
        """Return ``08:30`` in a zone."""
        return self.calendar.time(instant, zone)

    def moment(self, instant: datetime, zone: str) -> str:
        """Return ``Mon 23 Nov, 08:30`` in a zone."""
        return self.calendar.moment(instant, zone)


def of(locale: str, currency: str, *, language: str = "en") -> Formats:
    """Return the formats of a locale such as ``en_GB``, an ISO currency, a narrative language.

    A language without a file of its own is written in English. Raises ConfigurationError for an
    unknown locale.
    """
    problem = check_locale(locale)
    if problem:
        raise errors.ConfigurationError(problem)
    place = Locale.parse(locale.replace("-", "_"))
    spoken = languages.find(language)
    return Formats(
        numerals=numerals.Numerals(locale=place, currency=currency),
        calendar=calendar.Calendar(locale=place, words=spoken),
        words=spoken,
    )


def for_report(made: report.Report) -> Formats:
    """Return the formats a report asks for."""
    return of(made.locale, made.currency, language=made.language)


def check_locale(locale: str) -> str | None:
    """Return why a locale cannot be used, with the remedy; None when it can."""
    try:
        Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        return f"“{locale[:40]}” is no locale. Use one such as en_GB, fr_FR or de_DE."
    return None


def check_currency(currency: str) -> str | None:
    """Return why a currency cannot be used, with the remedy; None when it can."""
    if numbers.is_currency(currency):
        return None
    return f"“{currency[:40]}” is no ISO currency. Use one such as EUR, GBP or USD."
