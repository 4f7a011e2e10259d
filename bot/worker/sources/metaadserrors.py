"""Every way in which Meta says no → a failure code, by the number of its error.

https://developers.facebook.com/docs/marketing-api/error-reference; how long it wants to be left
alone stands in the header of business use cases, in minutes.
"""

import json
from collections.abc import Iterator, Mapping
from typing import cast

from bot.domain.run import FailureCode
from bot.kinds.metaads import MetaAdsSettings
from bot.worker.sources import web

_CODES: Mapping[int, FailureCode] = {
    1: FailureCode.SOURCE_FAULT,
    2: FailureCode.SOURCE_FAULT,
    3: FailureCode.PERMISSION_DENIED,
    10: FailureCode.PERMISSION_DENIED,
    102: FailureCode.CREDENTIAL_REFUSED,
    190: FailureCode.CREDENTIAL_REFUSED,
    294: FailureCode.PERMISSION_DENIED,
    803: FailureCode.NOT_FOUND,
    2635: FailureCode.API_SUNSET,
    **dict.fromkeys(range(200, 300), FailureCode.PERMISSION_DENIED),
    **dict.fromkeys((4, 17, 32, 341, 613), FailureCode.SOURCE_BUSY),
    **dict.fromkeys(range(80000, 80015), FailureCode.SOURCE_BUSY),
}
_NOT_THERE = (100, 33)
_TOO_LARGE = frozenset({(1, 99), (100, 1487534), (2, 1504018)})
"""Code and subcode of a range that only an asynchronous report can hold."""
_USAGE = "x-business-use-case-usage"
_FULL = 100
_MINUTES = 15
"""What is longer is a quota of hours."""


def judge(reply: web.Reply, *, settings: MetaAdsSettings) -> web.Refusal | None:
    """Return why a reply is none; None where it is one, or is too large to be given at once."""
    error = _error(reply)
    if not error:
        return web.by_status(reply)
    number, detail = _number(error, "code"), _number(error, "error_subcode")
    if is_too_large(reply):
        return None
    code = _CODES.get(number, FailureCode.QUERY_INVALID)
    if (number, detail) == _NOT_THERE:
        code = FailureCode.NOT_FOUND
    if code is FailureCode.QUERY_INVALID and error.get("is_transient") is True:
        code = FailureCode.SOURCE_FAULT
    minutes = max((minutes for _, minutes in _usage(reply)), default=0)
    if code is FailureCode.SOURCE_BUSY and minutes > _MINUTES:
        code = FailureCode.QUOTA_EXHAUSTED
    busy = code in {FailureCode.SOURCE_BUSY, FailureCode.QUOTA_EXHAUSTED} and minutes > 0
    fault = {
        FailureCode.NOT_FOUND: f"the ad account {settings.account}",
        FailureCode.API_SUNSET: f"{settings.api_version} is no longer there",
    }.get(code, "")
    said = str(error.get("message", ""))
    return web.Refusal(
        code=code, said=said, fault=fault, retry_after=minutes * 60 if busy else None
    )


def is_too_large(reply: web.Reply) -> bool:
    """Whether the range asked for is too large to be answered at once."""
    error = _error(reply)
    return (_number(error, "code"), _number(error, "error_subcode")) in _TOO_LARGE


def left(reply: web.Reply) -> int:
    """Return how much of our share of the hour is left, in percent."""
    return _FULL - max((used for used, _ in _usage(reply)), default=0)


def _error(reply: web.Reply) -> web.Object:
    try:
        return web.as_object(web.as_object(reply.json()).get("error"))
    except ValueError:
        return {}


def _usage(reply: web.Reply) -> Iterator[tuple[int, int]]:
    """Percent used, and minutes until we are let in again, of each business and use case."""
    try:
        told = cast("object", json.loads(reply.headers.get(_USAGE, "{}")))
    except (ValueError, RecursionError):
        return
    for cases in web.as_object(told).values():
        for case in web.as_objects(cases):
            used = [_number(case, one) for one in ("call_count", "total_cputime", "total_time")]
            yield max(used), _number(case, "estimated_time_to_regain_access")


def _number(of: web.Object, name: str) -> int:
    value = of.get(name)
    return value if isinstance(value, int) else 0
