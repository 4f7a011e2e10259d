"""Values that people may write in more than one way, read into one: before the shape is checked."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Literal, cast

from cronsim import CronSim, CronSimError
from pydantic import Field

from bot.catalog import fields, secret
from bot.domain import metric, period, spec
from bot.kinds import models

Number = int | float | str
NoNarrative = Nothing = Literal["none"]
Compare = list[spec.Comparison] | spec.Comparison | Literal["none"]
Period = Annotated[
    str,
    Field(
        pattern=r"^(day|week|month|quarter|week[ _]to[ _]date|month[ _]to[ _]date"
        r"|last[ _][0-9]{1,3}[ _]days)$",
        examples=["day", "week", "month", "quarter", "last 28 days", "month to date"],
    ),
]

NONE = "none"
_LAST = re.compile(r"last_(\d{1,4})_days?")
_MOST_DAYS = 366
_PERIODS = tuple(k.value for k in period.PeriodKind if k is not period.PeriodKind.LAST_DAYS)
_CRON_FIELDS = ("minute", "hour", "day of month", "month", "day of week")
_WHERE = {"day-of-month": "day of month", "day-of-week": "day of week"}
_SOME_MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
_MOST_FIRES = 24


def listed(value: object) -> object:
    """Read one word as a list of one, and ``none`` as an empty list; a repeat is a fault."""
    if value == NONE:
        return []
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        items = [str(item) for item in cast("list[object]", value)]
        if len(set(items)) < len(items):
            raise fields.fault("The list names one thing twice.", "Keep it once.")
        return items
    return value


def narrative(value: object) -> object:
    """Read ``none`` as no narrative."""
    return None if isinstance(value, str) and value.strip().casefold() == NONE else value


def nothing(value: object) -> object:
    """Read ``none`` as nothing at all."""
    return narrative(value)


def growth(value: object) -> object:
    """Read ``60 %`` or 0.6 as a fraction; more than 100 % is one too."""
    text = str(value).strip()
    found = _percentage(text) if text.endswith("%") else fields.number(text)
    if found is None or found <= 0:
        raise fields.fault(f"{secret.quote(text)} is not a share.", "Write 60 % or 0.6.")
    return found


def moved(value: object) -> object:
    """Read ``2 %`` or 0.02 as a fraction, and ``none`` as no limit."""
    found = nothing(value)
    return None if found is None else growth(found)


def model(value: object) -> object:
    """Read ``none`` as no model; refuse a model whose price is not known."""
    if not isinstance(value, str):
        return value
    name = value.strip()
    if name.casefold() == NONE:
        return None
    if secret.looks_secret(name) or secret.is_blob(name):
        problem = "This is no model's name; it looks like a secret, and is not repeated."
        raise fields.fault(problem, "Take it out of the file, and out of use.")
    said = models.check(name)
    if said is not None:
        problem, stop, remedy = said.partition(". ")
        raise fields.fault(problem + stop.strip(), remedy)
    return name


def cron(value: object) -> object:
    """Check a cron line of five fields; refuse what fires more often than anybody reads."""
    text = " ".join(str(value).split())
    parts = text.split()
    example = 'Write five fields, as in "0 6 * * 1" for Monday 06:00.'
    if text.startswith("@") or len(parts) != len(_CRON_FIELDS):
        raise fields.fault(f"{secret.quote(text)} is not a cron line of five fields.", example)
    try:
        found = CronSim(text, _SOME_MONDAY)
        fires = next(found, None) is not None and len(found.minutes) * len(found.hours)
    except CronSimError as error:
        where = str(error).removeprefix("Bad ")
        place = _WHERE.get(where, where)
        said = f"The {place} of {secret.quote(text)} cannot be read."
        raise fields.fault(said, example) from None
    if not 1 <= fires <= _MOST_FIRES:
        said = f"{secret.quote(text)} fires never, or more than {_MOST_FIRES} times a day."
        raise fields.fault(said, example)
    return text


def _percentage(text: str) -> Decimal | None:
    """Return ``1 %`` as 0.01, None where the text is not written with a percent sign."""
    found = fields.number(text.removesuffix("%")) if text.endswith("%") else None
    return None if found is None else found / 100


def relative(value: object) -> object:
    """Read ``1 %`` or 0.01 as a fraction."""
    text = str(value).strip()
    found = _percentage(text) if text.endswith("%") else fields.number(text)
    if found is None or found < 0:
        raise fields.fault(f"{secret.quote(text)} is not a share.", "Write 1 % or 0.01.")
    if found >= Decimal("0.5"):
        said = f"{secret.quote(text)} means {found * 100:f} %: nearly everything would read flat."
        raise fields.fault(said, f"Did you mean {text.removesuffix('%').strip()} %?")
    return found


def points(value: object) -> object:
    """Read ``0.1``, ``0.1 points`` or ``0.1 pt``, percentage points, as a fraction."""
    text = str(value).strip()
    found = fields.number(re.sub(r"\s*(points?|pts?|pp|%)$", "", text))
    if found is None or not 0 <= found <= 50:  # noqa: PLR2004 - half of everything
        problem = f"{secret.quote(text)} is not a number of percentage points."
        raise fields.fault(problem, "Write one such as 0.1.")
    return found / 100


def flat(value: object) -> object:
    """Read the limits within which a change reads flat."""
    standard = metric.Flat()
    if isinstance(value, str):
        share = relative(value)
        assert isinstance(share, Decimal)
        return metric.Flat(relative=share, points=standard.points)
    if not isinstance(value, Mapping) or not value:
        raise fields.fault("The limit cannot be read.", "Write 1 %, or relative and points.")
    given = cast("Mapping[str, object]", value)
    unknown = sorted(given.keys() - {"relative", "points"})
    if unknown:
        problem = f"{secret.quote(unknown[0])} is not a limit."
        raise fields.fault(problem, "There are relative (1 %) and points (0.1).")
    share = relative(given["relative"]) if "relative" in given else standard.relative
    height = points(given["points"]) if "points" in given else standard.points
    assert isinstance(share, Decimal)
    assert isinstance(height, Decimal)
    return metric.Flat(relative=share, points=height)


def period_rule(value: object) -> object:
    """Read a period: a kind's name, ``last 28 days`` or ``{last_days: 28}``."""
    if isinstance(value, Mapping):
        given = cast("Mapping[str, object]", value)
        if set(given) != {"last_days"}:
            raise fields.fault("The period cannot be read.", "Write {last_days: 28}, or week.")
        return _last(str(given["last_days"]))
    text = re.sub(r"[\s_-]+", "_", str(value).strip().casefold())
    found = _LAST.fullmatch(text)
    if found:
        return _last(found[1])
    if text in _PERIODS:
        return period.PeriodRule(kind=period.PeriodKind(text))
    hint = fields.meant(text, (*_PERIODS, "last_28_days"))
    remedy = "Write day, week, month, quarter, last 28 days, week to date or month to date."
    raise fields.fault(f"{secret.quote(str(value))} is not a period.", f"{hint} {remedy}".strip())


def _last(days: str) -> period.PeriodRule:
    if not days.isascii() or not days.isdigit() or not 1 <= int(days) <= _MOST_DAYS:
        problem = f"{secret.quote(days)} is not a number of days."
        raise fields.fault(problem, f"Write 1 to {_MOST_DAYS}.")
    return period.PeriodRule(kind=period.PeriodKind.LAST_DAYS, days=int(days))
