"""Every way in which Google Ads says no → a failure code.

Its own ``errorCode`` decides (https://developers.google.com/google-ads/api/docs/common-errors), and
Google's status where there is none. A stream that began well may still end in an error.
"""

import re
from collections.abc import Iterator, Mapping

from bot.domain.run import FailureCode
from bot.kinds.googleads import GoogleAdsSettings
from bot.worker.sources import web

_GROUPS: Mapping[str, FailureCode] = {
    "authenticationError": FailureCode.CREDENTIAL_REFUSED,
    "authorizationError": FailureCode.PERMISSION_DENIED,
    "quotaError": FailureCode.SOURCE_BUSY,
    "internalError": FailureCode.SOURCE_FAULT,
}
_NAMES: Mapping[str, FailureCode] = {
    "CUSTOMER_NOT_FOUND": FailureCode.NOT_FOUND,
    "INVALID_CUSTOMER_ID": FailureCode.NOT_FOUND,
    "NOT_ADS_USER": FailureCode.PERMISSION_DENIED,
    "ACCESS_TOKEN_DEACTIVATED": FailureCode.CREDENTIAL_REFUSED,
    "UNSUPPORTED_VERSION": FailureCode.API_SUNSET,
    "RESOURCE_EXHAUSTED": FailureCode.QUOTA_EXHAUSTED,
}
_STATUSES: Mapping[str, FailureCode] = {
    "UNAUTHENTICATED": FailureCode.CREDENTIAL_REFUSED,
    "PERMISSION_DENIED": FailureCode.PERMISSION_DENIED,
    "RESOURCE_EXHAUSTED": FailureCode.SOURCE_BUSY,
    "DEADLINE_EXCEEDED": FailureCode.SOURCE_TIMEOUT,
    "UNAVAILABLE": FailureCode.SOURCE_FAULT,
    "INTERNAL": FailureCode.SOURCE_FAULT,
    "UNKNOWN": FailureCode.SOURCE_FAULT,
    "INVALID_ARGUMENT": FailureCode.QUERY_INVALID,
}
_BUSY = frozenset({FailureCode.SOURCE_BUSY, FailureCode.QUOTA_EXHAUSTED})
_MINUTES = 900.0
"""What is longer is a quota of hours."""
_NO_SUCH_PATH = 404


def judge(reply: web.Reply, *, settings: GoogleAdsSettings) -> web.Refusal | None:
    """Return why a reply is none; None where it is one."""
    error = _error(reply)
    if error is None:
        if reply.status == _NO_SUCH_PATH:  # a version that is gone has no methods
            return _refusal(FailureCode.API_SUNSET, "", settings=settings)
        return web.by_status(reply)
    failures = tuple(_failures(error))
    code = _code(error, failures)
    said = str((failures[0] if failures else error).get("message", ""))
    after = _delay(error, failures) if code in _BUSY else None
    if code in _BUSY and after is not None:
        long = after > _MINUTES
        code = FailureCode.QUOTA_EXHAUSTED if long else FailureCode.SOURCE_BUSY
    return _refusal(code, said, settings=settings, after=after)


def _refusal(
    code: FailureCode, said: str, *, settings: GoogleAdsSettings, after: float | None = None
) -> web.Refusal:
    fault = {
        FailureCode.NOT_FOUND: f"the customer {settings.customer}",
        FailureCode.API_SUNSET: f"{settings.api_version} is no longer there",
    }.get(code, "")
    return web.Refusal(code=code, said=said, fault=fault, retry_after=after)


def _error(reply: web.Reply) -> web.Object | None:
    """The error object, which stands alone, in a list, or as the last piece of a stream."""
    try:
        found = reply.json()
    except ValueError:
        return None
    pieces = web.as_objects(found) or (web.as_object(found),)
    return next((web.as_object(one["error"]) for one in pieces if "error" in one), None)


def _failures(error: web.Object) -> Iterator[web.Object]:
    """Google Ads' own errors, out of the details."""
    for detail in web.as_objects(error.get("details")):
        yield from web.as_objects(detail.get("errors"))


def _code(error: web.Object, failures: tuple[web.Object, ...]) -> FailureCode:
    for failure in failures:
        for group, name in web.as_object(failure.get("errorCode")).items():
            known = _NAMES.get(str(name)) or _GROUPS.get(group)
            return known or FailureCode.QUERY_INVALID
    return _STATUSES.get(str(error.get("status")), FailureCode.SOURCE_FAULT)


def _delay(error: web.Object, failures: tuple[web.Object, ...]) -> float | None:
    """After how many seconds it wants to be asked again."""
    quotas = [
        web.as_object(web.as_object(failure.get("details")).get("quotaErrorDetails"))
        for failure in failures
    ]
    for one in (*quotas, *web.as_objects(error.get("details"))):
        match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)s", str(one.get("retryDelay", "")))
        if match:
            return float(match[1])
    return None
