"""Periods, days and times in a locale."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale, dates

from bot.domain.period import Period, PeriodKind
from bot.rendering import words


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Dates as one locale writes them; the few words around them are the narrative's."""

    locale: Locale
    words: words.Words

    def period(self, period: Period) -> str:
        """Return the whole name: ``16–22 Nov 2026``, ``November 2026``, ``Q4 2026``."""
        return self._running(self._named(period, year=True), period)

    def short(self, period: Period) -> str:
        """Return the name without its year where it reads alone: ``16–22 Nov``."""
        return self._named(period, year=False)

    def versus(self, period: Period) -> str:
        """Return the heading of a comparison: ``vs 9–15 Nov``."""
        return self.words.versus.format(self.short(period))

    def day(self, day: date, *, weekday: bool = False) -> str:
        """Return ``16 Nov``, or ``Mon 16 Nov``."""
        skeleton = "MMMEd" if weekday else "MMMd"
        return _spaced(dates.format_skeleton(skeleton, day, locale=self.locale))

    def time(self, instant: datetime, zone: str) -> str:
        """Return the time of day in a zone: ``08:30``."""
        local = instant.astimezone(ZoneInfo(zone))
        return _spaced(dates.format_time(local, "short", locale=self.locale))

    def moment(self, instant: datetime, zone: str) -> str:
        """Return day and time in a zone: ``Mon 23 Nov, 08:30``."""
        day = self.day(instant.astimezone(ZoneInfo(zone)).date(), weekday=True)
        return self.words.at_time.format(day, self.time(instant, zone))

    def last_year(self, period: Period) -> str:
        """Return what the same period of last year is called: ``Same week last year``."""
        return self.words.last_year[period.kind]

    def _named(self, period: Period, *, year: bool) -> str:
        skeleton = {
            PeriodKind.QUARTER: "yQQQ",
            PeriodKind.MONTH: "yMMMM" if year else "yMMM",
            PeriodKind.DAY: "yMMMEd" if year else "MMMEd",
        }.get(period.kind)
        if skeleton is None:
            return self._span(period, "yMMMd" if year else "MMMd")
        return _spaced(dates.format_skeleton(skeleton, period.start, locale=self.locale))

    def _span(self, period: Period, skeleton: str) -> str:
        text = dates.format_interval(period.start, period.last_day, skeleton, locale=self.locale)
        return _spaced(text)

    def _running(self, name: str, period: Period) -> str:
        return self.words.so_far.format(name) if period.partial else name


def _spaced(text: str) -> str:
    """Thin spaces around a dash break in Slack's fonts; ordinary ones do not."""
    return text.replace("\u2009", " ").replace("\u202f", "\u00a0")
