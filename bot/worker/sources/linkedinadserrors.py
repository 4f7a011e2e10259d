"""Every way in which LinkedIn says no → a failure code.

Its quotas are of a day, in UTC, for the application and for each member
(https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/rate-limits).
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from bot.domain.run import FailureCode
from bot.kinds.linkedinads import LinkedinAdsSettings
from bot.worker.sources import web

_NAMES: Mapping[str, FailureCode] = {
    "NONEXISTENT_VERSION": FailureCode.API_SUNSET,
    "VERSION_MISSING": FailureCode.API_SUNSET,
    "REVOKED_ACCESS_TOKEN": FailureCode.CREDENTIAL_REFUSED,
    "EXPIRED_ACCESS_TOKEN": FailureCode.CREDENTIAL_REFUSED,
}
_DAILY = "DAY"


def judge(reply: web.Reply, *, settings: LinkedinAdsSettings) -> web.Refusal | None:
    """Return why a reply is none; None where it is one."""
    plain = web.by_status(reply)
    if plain is None:
        return None
    told = _told(reply)
    code = _NAMES.get(str(told.get("code")), plain.code)
    said, after = str(told.get("message", plain.said)), plain.retry_after
    if code is FailureCode.SOURCE_BUSY and _DAILY in said.upper().split():
        code = FailureCode.QUOTA_EXHAUSTED
        after = _midnight(reply) if after is None else after
    fault = {
        FailureCode.NOT_FOUND: f"the ad account {settings.account}",
        FailureCode.API_SUNSET: f"{settings.api_version} is no longer there",
    }.get(code, "")
    return web.Refusal(code=code, said=said, fault=fault, retry_after=after)


def _told(reply: web.Reply) -> web.Object:
    try:
        return web.as_object(reply.json())
    except ValueError:
        return {}


def _midnight(reply: web.Reply) -> float | None:
    """Seconds until the next day begins there, by LinkedIn's own clock."""
    try:
        now = parsedate_to_datetime(reply.headers["date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return None
    tomorrow = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), tzinfo=UTC)
    return (tomorrow - now).total_seconds()
