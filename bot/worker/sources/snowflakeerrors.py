"""Every way in which Snowflake and its connector fail → a failure code, by number.

The connector's classes and words change from version to version; its ``errno`` is the server's own
where the server spoke (https://docs.snowflake.com/en/developer-guide/error-codes).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from snowflake.connector import errors

from bot.domain.run import FailureCode

_NUMBERS: Mapping[int, FailureCode] = {
    4: FailureCode.SOURCE_FAULT,  # 5xx, again and again
    6: FailureCode.SOURCE_FAULT,  # an answer that the connector cannot read
    8: FailureCode.QUERY_REFUSED,  # several statements
    14: FailureCode.SOURCE_UNREACHABLE,  # the connector gave up
    604: FailureCode.SOURCE_TIMEOUT,  # ended by somebody
    606: FailureCode.CONFIGURATION,
    630: FailureCode.SOURCE_TIMEOUT,
    2043: FailureCode.QUERY_INVALID,
    3001: FailureCode.PERMISSION_DENIED,
    90064: FailureCode.SOURCE_BUSY,  # too many statements wait already
    90073: FailureCode.QUOTA_EXHAUSTED,
    250001: FailureCode.SOURCE_UNREACHABLE,
    250003: FailureCode.SOURCE_UNREACHABLE,
    390112: FailureCode.SOURCE_FAULT,  # a session that ended and was not renewed
    390189: FailureCode.PERMISSION_DENIED,
    390201: FailureCode.NOT_FOUND,
    390422: FailureCode.PERMISSION_DENIED,  # a network policy keeps us out
}
_SIGN_IN = (range(390100, 391000), range(394300, 394600))
_FAULTS: Mapping[FailureCode, str] = {
    FailureCode.CONFIGURATION: "the warehouse is not there, or may not be used by the role",
    FailureCode.NOT_FOUND: "the database or schema in client.yaml",
    FailureCode.QUERY_REFUSED: "it is more than one statement",
}
_STATES: Mapping[str, FailureCode] = {
    "08": FailureCode.SOURCE_UNREACHABLE,
    "28": FailureCode.CREDENTIAL_REFUSED,
    "42501": FailureCode.PERMISSION_DENIED,
    "57014": FailureCode.SOURCE_TIMEOUT,
    "HYT": FailureCode.SOURCE_UNREACHABLE,
    "XX": FailureCode.SOURCE_FAULT,
}
_FRAME = re.compile(r"^\d{6}(?: \([0-9A-Z]{5}\))?: |\s*\((?:request_id|sfqid)=[^)]*\)\s*$")
"""The number in front, and the ids at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A failure code, what is at fault, and the other side's own words, not yet masked."""

    code: FailureCode
    said: str
    fault: str = ""


def explain(error: errors.Error) -> Explained:
    """Return what went wrong."""
    code = _code(error)
    said = _FRAME.sub("", str(error.msg or error))
    return Explained(code=code, said=said, fault=_FAULTS.get(code, ""))


def _code(error: errors.Error) -> FailureCode:
    number, state = int(error.errno or -1), str(error.sqlstate or "")
    if number in _NUMBERS:
        return _NUMBERS[number]
    if any(number in span for span in _SIGN_IN):
        return FailureCode.CREDENTIAL_REFUSED
    for start, code in _STATES.items():
        if state.startswith(start):
            return code
    if isinstance(error, (errors.OperationalError, errors.InternalError, errors.InterfaceError)):
        return FailureCode.SOURCE_FAULT
    return FailureCode.QUERY_INVALID
