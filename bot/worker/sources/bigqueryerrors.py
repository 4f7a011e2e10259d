"""Every way in which BigQuery's client fails → a failure code.

The same failure comes with other HTTP codes on other paths (a job over its byte limit is 400 from
one call and 500 from the next), so the ``reason`` decides, and the HTTP code only without one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import cast

import requests
from google.api_core import exceptions
from google.api_core.retry import Retry
from google.auth import exceptions as auth_exceptions
from google.cloud import bigquery

from bot.domain.run import FailureCode

__all__ = ["Explained", "Retry", "explain", "patient"]

_REASONS: Mapping[str, FailureCode] = {
    "accessDenied": FailureCode.PERMISSION_DENIED,
    "billingNotEnabled": FailureCode.PERMISSION_DENIED,
    "blocked": FailureCode.PERMISSION_DENIED,
    "authError": FailureCode.CREDENTIAL_REFUSED,
    "required": FailureCode.CREDENTIAL_REFUSED,
    "rateLimitExceeded": FailureCode.SOURCE_BUSY,
    "userRateLimitExceeded": FailureCode.SOURCE_BUSY,
    "jobRateLimitExceeded": FailureCode.SOURCE_BUSY,
    "quotaExceeded": FailureCode.SOURCE_BUSY,
    "backendError": FailureCode.SOURCE_FAULT,
    "internalError": FailureCode.SOURCE_FAULT,
    "jobBackendError": FailureCode.SOURCE_FAULT,
    "jobInternalError": FailureCode.SOURCE_FAULT,
    "badGateway": FailureCode.SOURCE_FAULT,
    "bytesBilledLimitExceeded": FailureCode.BUDGET_EXCEEDED,
    "stopped": FailureCode.SOURCE_TIMEOUT,
    "timeout": FailureCode.SOURCE_TIMEOUT,
    "invalidQuery": FailureCode.QUERY_INVALID,
    "invalid": FailureCode.QUERY_INVALID,
    "notFound": FailureCode.QUERY_INVALID,
    "resourcesExceeded": FailureCode.QUERY_INVALID,
    "responseTooLarge": FailureCode.QUERY_INVALID,
}
_STATUSES: Mapping[int, FailureCode] = {
    401: FailureCode.CREDENTIAL_REFUSED,
    403: FailureCode.PERMISSION_DENIED,
    408: FailureCode.SOURCE_TIMEOUT,
    429: FailureCode.SOURCE_BUSY,
}
_SERVER_FAULT = 500
_TRANSPORT = (auth_exceptions.TransportError,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A failure code, and the other side's own words, not yet masked."""

    code: FailureCode
    said: str
    retry_after: float | None = None
    """Seconds after which the other side wants to be asked again, where it said so."""


def patient(seconds: float) -> Retry:
    """Return how one request is repeated while the other side is faulty, for so long."""
    return bigquery.DEFAULT_RETRY.with_timeout(seconds).with_delay(initial=0.1, maximum=4.0)


def explain(error: BaseException) -> Explained:
    """Return what went wrong, for the errors of google.api_core, google.auth and requests."""
    match error:
        case exceptions.RetryError():
            cause = cast("BaseException | None", error.cause)
            return _of_transport(error) if cause is None else explain(cause)
        case exceptions.GoogleAPICallError():
            return _of_call(error)
        case auth_exceptions.RefreshError():
            return _of_sign_in(error)
        case auth_exceptions.GoogleAuthError() if not isinstance(error, _TRANSPORT):
            return Explained(code=FailureCode.CREDENTIAL_REFUSED, said=str(error))
        case _:
            return _of_transport(error)


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


def _of_call(error: exceptions.GoogleAPICallError) -> Explained:
    details = cast("Sequence[Mapping[str, str]]", error.errors or ())
    first: Mapping[str, str] = details[0] if details else {}
    said = first.get("message") or str(error.args[0] if error.args else "")
    code = _REASONS.get(first.get("reason", ""))
    if code is None:
        status = int(error.code or 0)
        fallback = (
            FailureCode.SOURCE_FAULT if status >= _SERVER_FAULT else FailureCode.QUERY_INVALID
        )
        code = _STATUSES.get(status, fallback)
    return Explained(code=code, said=said, retry_after=_retry_after(error))


def _retry_after(error: exceptions.GoogleAPICallError) -> float | None:
    """Seconds, or an HTTP date beside the answer's own (RFC 9110, 10.2.3)."""
    response = cast("requests.Response | None", error.response)
    headers: Mapping[str, str] = {} if response is None else response.headers
    told = headers.get("Retry-After", "").strip()
    if told.isascii() and told.isdecimal():
        return float(told)
    try:
        wait = parsedate_to_datetime(told) - parsedate_to_datetime(headers.get("Date", ""))
    except (TypeError, ValueError):  # no dates, or one of them without its zone
        return None
    return max(wait.total_seconds(), 0.0)
