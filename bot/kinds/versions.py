"""Versions of APIs that end: which ones there are, until when, and what to say ahead of it.

The ad platforms switch a version off a year or so after it came; what is asked in it fails from
that day on. A client's file may name the version (``api_version``), so that a newer one needs no
newer reportops; of a version that is not in these tables no end is known.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from bot.domain import spec

AHEAD = timedelta(days=60)
"""How long before a version's end we begin to say so."""
SETTING = "api_version"
GOOGLE_ADS: Mapping[str, date] = {
    "v21": date(2026, 8, 5),
    "v22": date(2026, 10, 7),
    "v23": date(2027, 2, 1),
    "v24": date(2027, 5, 1),
    "v25": date(2027, 8, 1),
    "v26": date(2027, 11, 1),
}
"""https://developers.google.com/google-ads/api/docs/sunset-dates; from v23 on the month is what
they plan, and we take its first day.
"""
META_ADS: Mapping[str, date] = {
    "v22.0": date(2026, 2, 19),
    "v23.0": date(2026, 6, 9),
    "v24.0": date(2026, 10, 6),
    "v25.0": date(2027, 2, 18),
    "v26.0": date(2027, 7, 29),
}
"""The Marketing API's own clock, shorter than the Graph API's: https://developers.facebook.com/
documentation/ads-commerce/marketing-api/marketing-api-changelog/versions. The ends of v25.0 and
v26.0 are not announced; we take a year, as all before them had.
"""
_LINKEDIN_DAY = 15


def ends(kind: str, version: str) -> date | None:
    """Return the first day on which a version is gone; None where that is not known."""
    end = _ENDS.get(kind)
    return end(version) if end else None


def warning(source: spec.SourceSpec, *, today: date) -> str:
    """Return one sentence where a source's version ends soon or has ended; else nothing."""
    version = str(source.settings.get(SETTING, ""))
    on = ends(source.kind, version)
    if on is None or not nears(on, today):
        return ""
    told = "has ended on" if on <= today else "ends on"
    return f"The API version {version} {told} {on}: name a newer {SETTING}, or upgrade reportops."


def nears(end: date, today: date) -> bool:
    """Whether it is time to speak of it."""
    return end - today <= AHEAD


def _linkedin(version: str) -> date | None:
    """A version is named after its month and lives for twelve (its 426 comes in mid-month)."""
    year, month = int(version[:4]), int(version[4:])
    return date(year + 1, month, _LINKEDIN_DAY)


_ENDS: Mapping[str, Callable[[str], date | None]] = {
    "google_ads": GOOGLE_ADS.get,
    "meta_ads": META_ADS.get,
    "linkedin_ads": _linkedin,
}
