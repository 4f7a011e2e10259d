"""Every way in which PostgreSQL and libpq fail → a failure code, by SQLSTATE.

A refused sign-in has no SQLSTATE at libpq, only the server's words: those are matched, in English,
which every server but a localised one speaks; others read as not reachable.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import psycopg

from bot.domain.run import FailureCode

_STATES: Mapping[str, FailureCode] = {
    "0A000": FailureCode.QUERY_INVALID,
    "25006": FailureCode.QUERY_REFUSED,
    "28": FailureCode.CREDENTIAL_REFUSED,
    "3D": FailureCode.NOT_FOUND,
    "40": FailureCode.SOURCE_FAULT,  # a replica that had to choose between us and its primary
    "42501": FailureCode.PERMISSION_DENIED,
    "42": FailureCode.QUERY_INVALID,
    "53100": FailureCode.QUERY_TOO_LARGE,
    "53200": FailureCode.QUERY_TOO_LARGE,
    "53": FailureCode.SOURCE_BUSY,
    "55P03": FailureCode.SOURCE_BUSY,
    "57014": FailureCode.SOURCE_TIMEOUT,
    "57": FailureCode.SOURCE_FAULT,
    "58": FailureCode.SOURCE_FAULT,
    "08": FailureCode.SOURCE_UNREACHABLE,
    "XX": FailureCode.SOURCE_FAULT,
}
"""SQLSTATE, or its class → what it means; the rest is about the query."""
_SIGN_IN: Mapping[str, FailureCode] = {
    r"password authentication failed|no pg_hba\.conf entry|authentication failed"
    r"|role .* (?:does not exist|is not permitted to log in)|no password supplied": (
        FailureCode.CREDENTIAL_REFUSED
    ),
    r"database .* does not exist": FailureCode.NOT_FOUND,
    r"permission denied for database": FailureCode.PERMISSION_DENIED,
    r"too many (?:clients|connections)|remaining connection slots": FailureCode.SOURCE_BUSY,
    r"is starting up|is shutting down|recovery mode": FailureCode.SOURCE_FAULT,
    r"certificate|does not support SSL|SSL error|root\.crt": FailureCode.CONFIGURATION,
    r"timeout expired|timed out": FailureCode.SOURCE_TIMEOUT,
}
_FAULTS: Mapping[FailureCode, str] = {
    FailureCode.NOT_FOUND: "there is no such database",
    FailureCode.QUERY_REFUSED: "it tries to write",
    FailureCode.QUERY_TOO_LARGE: "memory or disk of the server",
    FailureCode.CONFIGURATION: "the server's certificate does not hold against sslmode and ca",
}
_PREAMBLE = re.compile(r"^.*?(?:FATAL|ERROR): +", re.DOTALL)
"""What libpq says of the way to the server, addresses included, before the server's own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A failure code, what is at fault, and the server's own words, not yet masked."""

    code: FailureCode
    said: str
    fault: str = ""


def explain(error: psycopg.Error) -> Explained:
    """Return what went wrong."""
    code = _code(error)
    return Explained(code=code, said=_said(error), fault=_FAULTS.get(code, ""))


def _code(error: psycopg.Error) -> FailureCode:
    state = error.sqlstate
    if state is not None:
        found = _STATES.get(state) or _STATES.get(state[:2])
        return found or FailureCode.QUERY_INVALID
    if isinstance(error, psycopg.DataError):  # psycopg's own: a value that Python cannot hold
        return FailureCode.RESULT_INVALID
    text = str(error)
    matched = (code for words, code in _SIGN_IN.items() if re.search(words, text))
    return next(matched, FailureCode.SOURCE_UNREACHABLE)


def _said(error: psycopg.Error) -> str:
    if error.diag.message_primary:
        return error.diag.message_primary
    return _PREAMBLE.sub("", str(error)).splitlines()[0] if str(error) else ""
