"""The types of single values in client.yaml: how each is written, read and refused.

Every value arrives as the text that stands in the file (bot.catalog.yaml).
"""

import difflib
import functools
import re
from collections.abc import Callable, Iterable
from datetime import time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from babel.numbers import list_currencies
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from bot.catalog import secret
from bot.domain import retention

PLAIN = "plain"
"""The type of our own errors: their context holds ``problem`` and ``remedy``."""


def fault(problem: str, remedy: str) -> PydanticCustomError:
    """Return an error in plain words; pydantic gathers it with its own."""
    return PydanticCustomError(PLAIN, "{problem}", {"problem": problem, "remedy": remedy})


def meant(wrong: str, known: Iterable[str]) -> str:
    """Return ``Did you mean x?`` where something known is close, else an empty text."""
    options = {option.casefold(): option for option in known}
    close = difflib.get_close_matches(wrong.casefold(), options, n=1, cutoff=0.6)
    return f"Did you mean {options[close[0]]}?" if close else ""


def _line(limit: int) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not text.strip():
            raise fault("The text is empty.", "Write one or remove the line.")
        if len(text) > limit:
            said = f"The text has {len(text)} characters, {limit} are the most."
            raise fault(said, "Shorten it.")
        if any(not c.isprintable() for c in text.strip()):
            raise fault("The text holds a line break or a control character.", "Use one line.")
        return text.strip()

    return check


def line(limit: int) -> tuple[AfterValidator, WithJsonSchema]:
    """Return what makes a str one printable line of at most ``limit`` characters."""
    schema = {"type": "string", "minLength": 1, "maxLength": limit}
    return AfterValidator(_line(limit)), WithJsonSchema(schema)


def _matching(pattern: str, problem: str, *, remedy: str) -> tuple[AfterValidator, WithJsonSchema]:
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if compiled.fullmatch(text) is None:
            raise fault(problem.format(value=secret.quote(text)), remedy)
        return text

    return AfterValidator(check), WithJsonSchema({"type": "string", "pattern": f"^{pattern}$"})


Channel = Annotated[
    str,
    *_matching(
        r"[CG][A-Z0-9]{5,20}",
        "{value} is not a channel's id.",
        remedy="Open the channel's details, copy the id at their end; it begins with C or G.",
    ),
]
User = Annotated[
    str,
    *_matching(
        r"[UW][A-Z0-9]{5,20}",
        "{value} is not a person's id.",
        remedy="Open the person's profile in Slack, ⋮, Copy member ID; it begins with U or W.",
    ),
]
Name = Annotated[
    str,
    *_matching(
        r"[a-z][a-z0-9_]{0,39}",
        "{value} cannot be a name here.",
        remedy="Use a to z, 0 to 9 and _, beginning with a letter, at most 40 characters.",
    ),
]
ReportName = Annotated[
    str,
    *_matching(
        r"[a-z][a-z0-9_-]{0,39}",
        "{value} cannot be a report's name.",
        remedy="Use a to z, 0 to 9, - and _, beginning with a letter, at most 40 characters.",
    ),
]
Reference = Annotated[
    str,
    *_matching(
        r"[a-z][a-z0-9_]*\.[A-Za-z_][A-Za-z0-9_]*",
        "{value} does not name a query and its column.",
        remedy="Write query.column, as in orders.revenue.",
    ),
]


@functools.cache
def zones() -> frozenset[str]:
    """Return every IANA name that this machine knows."""
    return frozenset(available_timezones() - {"localtime", "Factory", "posixrules"})


def _zone(text: str) -> str:
    if text in zones():
        return text
    cities = {zone.rsplit("/", 1)[-1].casefold(): zone for zone in sorted(zones(), reverse=True)}
    city = cities.get(text.rsplit("/", 1)[-1].strip().replace(" ", "_").casefold())
    hint = f"Did you mean {city}?" if city else meant(text, zones())
    problem = f"{secret.quote(text)} is not an IANA time zone."
    raise fault(problem, hint or "Write one such as Europe/Paris.")


Zone = Annotated[
    str, AfterValidator(_zone), WithJsonSchema({"type": "string", "examples": ["Europe/Paris"]})
]


def _locale(text: str) -> str:
    try:
        return str(Locale.parse(text.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        problem = f"{secret.quote(text)} is not a locale that Babel knows."
        raise fault(problem, "Write language and country, as in en_GB or fr_FR.") from None


LocaleName = Annotated[
    str,
    AfterValidator(_locale),
    WithJsonSchema({"type": "string", "examples": ["en_GB", "fr_FR", "de_DE", "en_US"]}),
]


def _language(text: str) -> str:
    try:
        return Locale.parse(text.replace("-", "_")).language
    except (UnknownLocaleError, ValueError):
        problem = f"{secret.quote(text)} is not a language code."
        raise fault(problem, "Write one such as en, fr or de.") from None


Language = Annotated[
    str,
    AfterValidator(_language),
    WithJsonSchema({"type": "string", "examples": ["en", "fr", "de", "es"]}),
]


@functools.cache
def currencies() -> frozenset[str]:
    """Return every ISO 4217 code that Babel knows."""
    return frozenset(list_currencies())


def _currency(text: str) -> str:
    if text in currencies():
        return text
    upper = text.strip().upper()
    hint = f"Did you mean {upper}?" if upper in currencies() else "Write one such as EUR."
    raise fault(f"{secret.quote(text)} is not an ISO currency code.", hint)


Currency = Annotated[
    str,
    AfterValidator(_currency),
    WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$", "examples": ["EUR", "USD"]}),
]

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _weekday(value: object) -> object:
    text = str(value).strip().casefold()
    if text in _WEEKDAYS:
        return _WEEKDAYS.index(text)
    hint = meant(text, _WEEKDAYS) or "Write monday or sunday."
    raise fault(f"{secret.quote(str(value))} is not a day of the week.", hint)


Weekday = Annotated[
    int, BeforeValidator(_weekday), WithJsonSchema({"type": "string", "enum": list(_WEEKDAYS)})
]

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def _local_time(value: object) -> object:
    found = _CLOCK.fullmatch(str(value).strip())
    if found is None:
        problem = f"{secret.quote(str(value))} is not a time of the day."
        raise fault(problem, 'Write hours and minutes, as in "08:30".')
    return time(int(found[1]), int(found[2]))


LocalTime = Annotated[
    time,
    BeforeValidator(_local_time),
    WithJsonSchema({"type": "string", "pattern": "^([01]?[0-9]|2[0-3]):[0-5][0-9]$"}),
]

_SPAN = re.compile(r"(\d{1,4})\s*(m|min|minutes?|h|hours?|d|days?)")
_LONGEST = timedelta(days=7)


def _duration(value: object) -> object:
    found = _SPAN.fullmatch(str(value).strip().casefold())
    if found is None:
        problem = f"{secret.quote(str(value))} is not a span of time."
        raise fault(problem, "Write one such as 12 hours, 90 minutes or 2 days.")
    unit = {"m": "minutes", "h": "hours", "d": "days"}[found[2][0]]
    span = timedelta(**{unit: int(found[1])})
    if span > _LONGEST:
        raise fault(f"{secret.quote(str(value))} is more than 7 days.", "Write at most 7 days.")
    return span


Span = Annotated[
    timedelta,
    BeforeValidator(_duration),
    WithJsonSchema({"type": "string", "examples": ["12 hours", "90 minutes", "2 days"]}),
]


_KEPT = re.compile(r"(\d{1,4})\s*(days?|months?|years?)")
_LEAST_KEPT, _MOST_KEPT = 35, 3660
"""Days: comparisons and trends look back for weeks; ten years are longer than anybody asks for."""


def _retention(value: object) -> object:
    found = _KEPT.fullmatch(str(value).strip().casefold())
    if found is None:
        problem = f"{secret.quote(str(value))} is not how long something is kept."
        raise fault(problem, "Write months or days, as in 13 months.")
    count, unit = int(found[1]), found[2].rstrip("s")
    days = count * {"day": 1, "month": 30, "year": 365}[unit]
    if not _LEAST_KEPT <= days <= _MOST_KEPT:
        raise fault("That is less than 35 days or more than 10 years.", "Write 13 months, say.")
    months = count * {"month": 1, "year": 12}.get(unit, 0)
    return retention.Retention(months=months, days=0 if months else count)


Kept = Annotated[
    retention.Retention,
    BeforeValidator(_retention),
    WithJsonSchema({"type": "string", "examples": ["13 months", "400 days", "2 years"]}),
]


def number(text: str) -> Decimal | None:
    """Return a finite decimal, or None."""
    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


_LARGEST_BUDGET = 100_000


def _dollars(value: object) -> object:
    text = str(value).strip()
    found = number(text.removeprefix("$").removesuffix("USD"))
    if found is None or not 0 <= found <= _LARGEST_BUDGET:
        problem = f"{secret.quote(text)} is not an amount of US dollars."
        raise fault(problem, "Write dollars a month, as in 20.")
    return found


Dollars = Annotated[
    Decimal, BeforeValidator(_dollars), WithJsonSchema({"type": ["number", "string"], "minimum": 0})
]

_LONGEST_URL = 3000


def _https(text: str) -> str:
    parts = urlsplit(text) if text.isprintable() else urlsplit("")
    if parts.username or parts.password:
        raise fault("The link holds a password.", "Remove it; everybody in the channel sees links.")
    if parts.scheme != "https" or not parts.hostname or len(text) > _LONGEST_URL or " " in text:
        raise fault(f"{secret.quote(text)} is not an https link.", "Begin it with https://.")
    return text


Link = Annotated[
    str, AfterValidator(_https), WithJsonSchema({"type": "string", "pattern": "^https://"})
]

_TERM = 40


def _term(text: str) -> str:
    text = _line(_TERM)(text)
    if not any(c.isalpha() for c in text):
        problem = f"{secret.quote(text)} has no letter: as a term it would let any figure through."
        raise fault(problem, "Terms are names, such as GA4.")
    return text


Term = Annotated[
    str,
    AfterValidator(_term),
    WithJsonSchema({"type": "string", "maxLength": _TERM, "pattern": "[A-Za-z]"}),
]

Short = Annotated[str, *line(80)]
Words = Annotated[str, *line(300)]
Prose = Annotated[str, Field(max_length=4000)]
