"""What people type after /report, taken apart. Pure: knows words, not clients.

A word that stands alone may be a client or a report; which it is depends on where it was typed,
so the words stay words here (``names``) and scope.py reads them.
"""

import difflib
import html
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NoReturn

from bot import errors


class Verb(StrEnum):
    """What may be asked."""

    MENU = "menu"
    HELP = "help"
    LIST = "list"
    STATUS = "status"
    RERUN = "rerun"
    RERUN_FAILED = "rerun failed"
    CHECK = "check"
    PAUSE = "pause"
    RESUME = "resume"
    SCHEDULE = "schedule"
    HISTORY = "history"
    COST = "cost"
    ROTATE = "rotate"
    WHOAMI = "whoami"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One command, taken apart."""

    verb: Verb
    names: tuple[str, ...] = ()
    """Clients and reports, in the order they were typed; at most two."""
    period: str | None = None
    """A period's notation as typed: 2026-W46, 2026-11, 2026-11-16 or 2026-Q4."""
    until: date | None = None
    span: timedelta | None = None
    month: date | None = None
    """The first day of a month."""
    rest: str = ""
    """Free text: a pause's reason. Its first word may still be the client."""


USAGE: dict[Verb, str] = {
    Verb.MENU: "/report",
    Verb.HELP: "/report help",
    Verb.LIST: "/report list",
    Verb.STATUS: "/report status [client]",
    Verb.RERUN: "/report rerun CLIENT [REPORT] [PERIOD]",
    Verb.RERUN_FAILED: "/report rerun failed",
    Verb.CHECK: "/report check CLIENT",
    Verb.PAUSE: "/report pause CLIENT [until 2026-12-01 | for 3d] [reason]",
    Verb.RESUME: "/report resume CLIENT",
    Verb.SCHEDULE: "/report schedule [client]",
    Verb.HISTORY: "/report history CLIENT",
    Verb.COST: "/report cost [2026-11] [client]",
    Verb.ROTATE: "/report rotate CLIENT [SOURCE]",
    Verb.WHOAMI: "/report whoami",
}
"""How each is typed, for help and for refusals."""

ALIASES = {
    "": Verb.MENU,
    "menu": Verb.MENU,
    "?": Verb.HELP,
    "clients": Verb.LIST,
    "run": Verb.RERUN,
    "retry": Verb.RERUN,
    "costs": Verb.COST,
    "unpause": Verb.RESUME,
    "who": Verb.WHOAMI,
}

MAX_TEXT = 1000
_MAX_NAMES = {
    Verb.STATUS: 1,
    Verb.RERUN: 2,
    Verb.RESUME: 1,
    Verb.SCHEDULE: 1,
    Verb.HISTORY: 1,
    Verb.CHECK: 1,
    Verb.COST: 1,
    Verb.ROTATE: 2,
}
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})", re.ASCII)
_PERIOD = re.compile(
    r"[0-9]{4}-(?:[Ww][0-9]{1,2}|[Qq][0-9]|[0-9]{1,2}|[0-9]{1,2}-[0-9]{1,2})", re.ASCII
)
_SPAN = re.compile(r"([0-9]{1,4})(h|d|w|hours?|days?|weeks?)", re.ASCII | re.IGNORECASE)
_HOURS = {"h": 1, "d": 24, "w": 24 * 7}
_MAX_SPAN = timedelta(days=366)
_QUOTES = "`*\"'“”‘’"


def parse(text: str, *, clients: Collection[str] = ()) -> Request:
    """Take a command's text apart; raises UsageError in plain words, never anything else.

    ``clients`` are the ids that the asker may see: one of them as the first word asks for its
    status.
    """
    words = [bare for word in text[:MAX_TEXT].split() if (bare := word.strip(_QUOTES))]
    if not words:
        return Request(verb=Verb.MENU)
    first, rest = words[0].lower().lstrip("/"), words[1:]
    meant = verb(first)
    if meant is None and first in clients and not rest:
        return Request(verb=Verb.STATUS, names=(first,))
    if meant is None:
        _unknown(first, clients)
    if meant is Verb.RERUN and [word.lower() for word in rest] == ["failed"]:
        return Request(verb=Verb.RERUN_FAILED)
    if meant is Verb.PAUSE:
        return _pause(rest, clients)
    return _plain(meant, rest)


def suggestion(wrong: str, known: Collection[str]) -> str:
    """Return `` Did you mean …?``, or nothing where nothing is near."""
    near = difflib.get_close_matches(wrong.lower(), sorted(known), n=1, cutoff=0.6)
    return f" Did you mean `{near[0]}`?" if near else ""


def quoted(word: str) -> str:
    """Return what somebody typed, bounded and without marks that Slack would render."""
    kept = "".join(char for char in word[:40] if char.isprintable() and char not in "<>&`*_~")
    return f"“{kept}”"


def verb(word: str) -> Verb | None:
    """Return what one word asks for, or None where it is no verb."""
    word = word.lower().lstrip("/")
    if word in ALIASES:
        return ALIASES[word]
    return Verb(word) if word in {known.value for known in Verb} else None


def _unknown(first: str, clients: Collection[str]) -> NoReturn:
    known = {one.value for one in Verb} - {Verb.RERUN_FAILED, Verb.MENU} | set(clients)
    hint = suggestion(first, known)
    message = f"I do not know {quoted(first)}.{hint} `/report help` lists what I can do."
    raise errors.UsageError(message)


def _plain(verb: Verb, words: Sequence[str]) -> Request:
    names: list[str] = []
    notation: str | None = None
    for word in words:
        if _PERIOD.fullmatch(word) and verb in {Verb.RERUN, Verb.COST}:
            if notation is not None:
                message = f"One period at a time, please: {quoted(notation)} or {quoted(word)}?"
                raise errors.UsageError(message)
            notation = word.upper()
        else:
            names.append(_name(word))
    if len(names) > _MAX_NAMES.get(verb, 0):
        extra = names[_MAX_NAMES.get(verb, 0)]
        message = f"I do not know what to do with {quoted(extra)}. It is typed `{USAGE[verb]}`."
        raise errors.UsageError(message)
    if verb is Verb.COST:
        month = None if notation is None else parse_month(notation)
        return Request(verb=verb, names=tuple(names), month=month)
    return Request(verb=verb, names=tuple(names), period=notation)


def _pause(words: Sequence[str], clients: Collection[str]) -> Request:
    """``[CLIENT] [until DATE | for SPAN] [reason]``; the limit may follow at most one word."""
    for place in (0, 1):
        if len(words) <= place or not _limits(words, place, clients=clients):
            continue
        limit, after = _limit(words[place].lower(), words[place + 1 :])
        return Request(
            verb=Verb.PAUSE,
            names=tuple(_name(word) for word in words[:place]),
            until=limit if isinstance(limit, date) else None,
            span=limit if isinstance(limit, timedelta) else None,
            rest=_reason(after),
        )
    return Request(verb=Verb.PAUSE, rest=_reason(words))


def _limits(words: Sequence[str], place: int, *, clients: Collection[str]) -> bool:
    """Whether a limit begins here; in ``waiting for data`` none does."""
    word, after = words[place].lower(), words[place + 1 : place + 2]
    if word == "for":
        named = place == 0 or words[0].lower() in clients or words[0].startswith("<")
        return not after or after[0][0].isdigit() or (named and place == 1)
    return word == "until"


def _name(word: str) -> str:
    """A client or report; ``<#C0ACME|acme>`` is a channel, whose id keeps its case."""
    return word if word.startswith("<") else word.lower()


def _reason(words: Sequence[str]) -> str:
    """Slack escapes three characters of what people type."""
    return html.unescape(" ".join(words))


def _limit(word: str, after: Sequence[str]) -> tuple[date | timedelta, Sequence[str]]:
    value = after[0] if after else ""
    if word == "until":
        return parse_date(value), after[1:]
    if len(after) > 1 and value.isdigit() and _SPAN.fullmatch(value + after[1]):
        return parse_span(value + after[1]), after[2:]
    return parse_span(value), after[1:]


def parse_date(text: str) -> date:
    """Read a date such as 2026-12-01; raises UsageError."""
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    message = f"{quoted(text)} is not a date. Write it year-month-day, such as 2026-12-01."
    raise errors.UsageError(message)


def parse_month(text: str) -> date:
    """Read a month such as 2026-11 as its first day; raises UsageError."""
    match = _MONTH.fullmatch(text)
    try:
        if match:
            return date(int(match[1]), int(match[2]), 1)
    except ValueError:
        pass
    message = f"{quoted(text)} is not a month. Write it year-month, such as 2026-11."
    raise errors.UsageError(message)


def parse_span(text: str) -> timedelta:
    """Read a span such as 3d, 12h or 2w; raises UsageError."""
    match = _SPAN.fullmatch(text)
    span = timedelta(hours=int(match[1]) * _HOURS[match[2][0].lower()]) if match else None
    if span is None or not timedelta() < span <= _MAX_SPAN:
        message = (
            f"{quoted(text)} is not a span I can use. Write hours, days or weeks up to a year, "
            "such as 12h, 3d or 2w."
        )
        raise errors.UsageError(message)
    return span
