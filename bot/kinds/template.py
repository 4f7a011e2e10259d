"""Texts with the period's parts in them: ``{period_start}``, ``{period_end:%d/%m/%Y}``.

Only the names below stand for something; other braces, as JSON and GraphQL have them, stay.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from bot.domain import period, periods

NAMES = ("period_start", "period_end", "period_last", "period_start_at", "period_end_at")
"""The first day, the first that no longer counts, the last one, and two instants."""
_MARK = re.compile(r"\{(period_[a-z_]*|timezone|account)(?::([^{}]*))?\}")
_DAY = re.compile(r"(?=[^%]*%)(?:%[Yymdj]|[^%])+")
_INSTANT = re.compile(r"unix|ms|(?=[^%]*%)(?:%[YymdjHMSz]|[^%])+")

Value = date | datetime | str


def _checked(text: str) -> str:
    """Raises ValueError for a name or a format that does not exist."""
    for name, form in _MARK.findall(text):
        if name.startswith("period_") and name not in NAMES:
            raise ValueError(f"there is no {{{name}}}; there are {', '.join(NAMES)}")
        if not form:
            continue
        if not name.startswith("period_"):
            raise ValueError(f"{{{name}}} takes no format")
        known = _INSTANT if name.endswith("_at") else _DAY
        if not known.fullmatch(form):
            more = ", %H, %M, %S, %z, unix, ms" if name.endswith("_at") else ""
            raise ValueError(f"a format of {{{name}}} is made of %Y, %y, %m, %d, %j{more}")
    return text


Template = Annotated[str, Field(max_length=2000), AfterValidator(_checked)]


def values(of: period.Period, timezone: str, *, account: str | None) -> Mapping[str, Value]:
    """Return what the names stand for."""
    start, end = periods.instants(of, timezone)
    known: dict[str, Value] = {
        "period_start": of.start,
        "period_end": of.end,
        "period_last": of.last_day,
        "period_start_at": start.astimezone(UTC),
        "period_end_at": end.astimezone(UTC),
        "timezone": timezone,
    }
    return known if account is None else {**known, "account": account}


def filled(text: str, known: Mapping[str, Value], *, write: Callable[[str], str] = str) -> str:
    """Return the text with everything put in, each part as ``write`` gives it.

    Raises ValueError for an account where there is none.
    """

    def put(found: re.Match[str]) -> str:
        name, form = found[1], found[2] or ""
        if name not in known:
            raise ValueError(f"it names {{{name}}}, and the source has none")
        return write(_written(known[name], form))

    return _MARK.sub(put, text)


def _written(value: Value, form: str) -> str:
    if isinstance(value, str):
        return value
    if not isinstance(value, datetime):
        return value.strftime(form) if form else value.isoformat()
    match form:
        case "":
            return value.strftime("%Y-%m-%dT%H:%M:%SZ")
        case "unix":
            return str(int(value.timestamp()))
        case "ms":
            return str(int(value.timestamp()) * 1000)
        case _:
            return value.strftime(form)
