"""Every way in which a request to one of Google's APIs fails → a failure code.

What is BigQuery's alone stands in bigqueryerrors. Of a quota the words decide: GA4 says of its
tokens that they are used up per hour or per day, and of all else that there is too much at once
(https://developers.google.com/analytics/devguides/reporting/data/v1/quotas).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import requests
from google.api_core import exceptions
from google.auth import exceptions as auth_exceptions

from bot.domain.run import FailureCode
from bot.worker.sources import base

KNOWN = (
    exceptions.GoogleAPIError,
    auth_exceptions.GoogleAuthError,
    requests.exceptions.RequestException,
)
"""What a request raises."""

_STATUSES: Mapping[int, FailureCode] = {
    401: FailureCode.CREDENTIAL_REFUSED,
    403: FailureCode.PERMISSION_DENIED,
    404: FailureCode.NOT_FOUND,
    408: FailureCode.SOURCE_TIMEOUT,
    429: FailureCode.SOURCE_BUSY,
}
_SERVER_FAULT = 500
_HOUR = 3600.0
_USED_UP = re.compile(r"\bper (hour|day)\b")
_FRAME = re.compile(r"^(?:GET|POST) https?://\S+?: ")
"""What the library puts in front of the service's words."""
_TRANSPORT = (auth_exceptions.TransportError,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A failure code, and the other side's own words, not yet masked."""

    code: FailureCode
    said: str
    retry_after: float | None = None
    """Seconds after which the other side wants to be asked again, where it said so."""


def explain(error: BaseException) -> Explained:
    """Return what went wrong, for the errors of google.api_core, google.auth and requests."""
    match error:
        case exceptions.GoogleAPICallError():
            return _of_call(error)
        case auth_exceptions.RefreshError():
            return _of_sign_in(error)
        case auth_exceptions.GoogleAuthError() if not isinstance(error, _TRANSPORT):
            return Explained(code=FailureCode.CREDENTIAL_REFUSED, said=str(error))
        case _:
            return _of_transport(error)


def of_status(status: int, said: str, *, wait: float | None) -> Explained:
    """Return what a status and its words mean; ``wait`` is what Retry-After says."""
    fallback = FailureCode.SOURCE_FAULT if status >= _SERVER_FAULT else FailureCode.QUERY_INVALID
    code = _STATUSES.get(status, fallback)
    used_up = _USED_UP.search(said)
    if code is FailureCode.SOURCE_BUSY and used_up is not None:
        code = FailureCode.QUOTA_EXHAUSTED
        wait = wait if wait is not None or used_up[1] == "day" else _HOUR
    return Explained(code=code, said=said, retry_after=wait)


def _of_call(error: exceptions.GoogleAPICallError) -> Explained:
    said = _FRAME.sub("", str(cast("object", error.message)))
    return of_status(int(error.code or 0), said, wait=retry_after(error))


def _of_sign_in(error: auth_exceptions.RefreshError) -> Explained:
    passes = cast("bool", error.retryable)  # pyright: ignore[reportUnknownMemberType]
    code = FailureCode.SOURCE_FAULT if passes else FailureCode.CREDENTIAL_REFUSED
    return Explained(code=code, said=str(error.args[0]) if error.args else "")


def _of_transport(error: BaseException) -> Explained:
    """Nobody's words: the texts of these hold addresses and objects of the library."""
    match error:
        case requests.exceptions.ConnectTimeout() | auth_exceptions.TransportError():
            code = FailureCode.SOURCE_UNREACHABLE
        case requests.exceptions.Timeout():
            code = FailureCode.SOURCE_TIMEOUT
        case requests.exceptions.RequestException():
            code = FailureCode.SOURCE_UNREACHABLE
        case _:
            code = FailureCode.SOURCE_FAULT
    return Explained(code=code, said=type(error).__name__)


def retry_after(error: exceptions.GoogleAPICallError) -> float | None:
    """Return the seconds that it asks us to wait."""
    response = cast("requests.Response | None", error.response)
    return None if response is None else base.retry_after(response.headers)
