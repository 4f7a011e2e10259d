"""Every way in which BigQuery's client fails → a failure code.

The same failure comes with other HTTP codes on other paths (a job over its byte limit is 400 from
one call and 500 from the next), so the ``reason`` decides, and the HTTP code only without one.
"""

from collections.abc import Mapping, Sequence
from typing import cast

from google.api_core import exceptions
from google.api_core.retry import Retry
from google.cloud import bigquery

from bot.domain.run import FailureCode
from bot.worker.sources import googleerrors
from bot.worker.sources.googleerrors import Explained

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


def patient(seconds: float) -> Retry:
    """Return how one request is repeated while the other side is faulty, for so long."""
    return bigquery.DEFAULT_RETRY.with_timeout(seconds).with_delay(initial=0.1, maximum=4.0)


def explain(error: BaseException) -> Explained:
    """Return what went wrong, for the errors of google.api_core, google.auth and requests."""
    match error:
        case exceptions.RetryError() if isinstance(error.cause, BaseException):
            return explain(error.cause)
        case exceptions.GoogleAPICallError():
            return _of_call(error)
        case _:
            return googleerrors.explain(error)


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
    return Explained(code=code, said=said, retry_after=googleerrors.retry_after(error))
