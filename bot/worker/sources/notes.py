"""What a source may say of its own rows, worded once for all of them.

A reader cannot tell a sampled figure from a counted one: so whatever a service says that its answer
lacks goes into the report as a finding, about the query that asked.
"""

from datetime import date
from decimal import Decimal

from bot.domain.report import Finding, Severity
from bot.worker.sources import base


def sampled(ask: base.Ask, *, share: Decimal | None = None) -> Finding:
    """The figures are estimates from a sample; ``share`` is its part of all, a fraction."""
    part = f", {share * 100:.0f} % of the data" if share is not None else ""
    text = f"The figures of “{ask.query}” are estimated from a sample{part}."
    return _found(ask, text, code="sampled")


def thresholded(ask: base.Ask) -> Finding:
    """The service withheld rows of few people."""
    text = f"“{ask.query}” lacks rows of few people, which the source withholds."
    return _found(ask, text, code="thresholded")


def other_row(ask: base.Ask) -> Finding:
    """The service folded rare values into one row, such as GA4's “(other)”."""
    text = f"The source folds rare values of “{ask.query}” into one row."
    return _found(ask, text, code="other_row")


def truncated(ask: base.Ask, *, got: int, of: int | None = None) -> Finding:
    """Rows are missing at the end."""
    all_of = f" of {of}" if of is not None else ""
    return _found(ask, f"Of “{ask.query}” only {got}{all_of} rows came.", code="truncated")


def cut_off(ask: base.Ask, *, before: str = "") -> Finding:
    """The service no longer holds, or no longer shows, a part of the days."""
    days = f" before {before}" if before else ""
    return _found(ask, f"The source has cut off data{days} of “{ask.query}”.", code="cut_off")


def other_zone(ask: base.Ask, *, theirs: str) -> Finding:
    """The source's days begin at another midnight than the report's."""
    text = f"The days of “{ask.query}” are those of {theirs}, not of {ask.timezone}."
    return _found(ask, text, code="other_zone")


def quota_low(ask: base.Ask, *, left: int, unit: str) -> Finding:
    """What is left of a quota will not last; ``unit`` is such as ``tokens today``."""
    text = f"The source leaves us {left} {unit} after “{ask.query}”."
    return _found(ask, text, code="quota_low", severity=Severity.NOTE)


def sunset(ask: base.Ask, *, version: str, on: date) -> Finding:
    """The version of the API that we speak ends on that day."""
    text = f"The API version {version} that “{ask.query}” is asked in ends on {on}."
    return _found(ask, text, code="sunset", severity=Severity.NOTE)


def _found(ask: base.Ask, text: str, *, code: str, severity: Severity = Severity.SHOWN) -> Finding:
    return Finding(code=code, severity=severity, subject=ask.query[:200], text=text[:300])
