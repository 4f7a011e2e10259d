"""One bench per ad platform: the same days, asked the same questions, refused in its own words."""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

from bot.demo import ads, google, googleads, linkedinads, loopback, metaads
from bot.domain import period, spec
from bot.domain.run import FailureCode
from bot.kinds.typed import googleads as googlekeys
from bot.kinds.typed import linkedinads as linkedinkeys
from bot.kinds.typed import metaads as metakeys
from bot.worker.sources import base
from tests import samples
from tests.contract import benches

ACCOUNT, OWNER = "1234567890", "9876543210"
WHO = "reports@acme-analytics.example"
SECRET = "demo" + "-secret-" + "0123456789"
"""Stands in every credential; no failure may hold it."""


def day(number: int, campaign: str, name: str, *figures: str) -> ads.Day:
    """Return a campaign's day in November 2026."""
    spend, impressions, clicks, conversions, value = figures
    return ads.Day(
        day=date(2026, 11, number),
        campaign=campaign,
        name=name,
        spend=Decimal(spend),
        impressions=int(impressions),
        clicks=int(clicks),
        conversions=int(conversions),
        value=Decimal(value),
    )


DAYS = (
    day(15, "11", "Brand", "99.99", "9999", "99", "9", "999.99"),
    day(16, "11", "Brand", "10.25", "1000", "50", "3", "120.50"),
    day(18, "22", "Été – 夏 “soldes”", "20.10", "3000", "70", "6", "300"),
    day(22, "11", "Brand", "0.65", "500", "5", "0", "0"),
    day(22, "33", "Retargeting", "4.00", "250", "25", "3", "80.25"),
    day(23, "22", "Été – 夏 “soldes”", "77.77", "7777", "77", "7", "777.77"),
)
"""The week is of the 16th to the 22nd."""

Fault = tuple[loopback.Reply, FailureCode]


@dataclass(slots=True, kw_only=True)
class Bench(benches.Bench):
    """One platform's account."""

    platform: ads.Platform
    faults: Mapping[str, Fault]
    """What the platform may answer, and what that is."""
    expire: Callable[[], None]
    """Makes the credential worth nothing."""
    small: Callable[[], None]
    """Makes its pages small."""

    def wants(
        self, level: str, during: period.Period = samples.THIS_WEEK, **more: object
    ) -> base.Ask:
        """Return a question of this level."""
        counted: Mapping[str, object] = {"conversions": ["purchase"]}
        extra = counted if self.kind == "meta_ads" else {}
        return base.Ask(
            query="spend",
            file="client.yaml",
            request={"level": level, **extra, **more},
            period=during,
            timezone="Europe/Paris",
        )

    def told(self, level: str, *, names: Mapping[str, str] | None = None) -> base.Table:
        """Ask it."""
        return self.source.read(self.wants(level, names=names or {})).table

    def settings(self, **changed: object) -> None:
        """Change its settings, before it is opened."""
        old = self.access.spec
        self.access = replace(self.access, spec=replace(old, settings={**old.settings, **changed}))


def google_bench(stack: ExitStack, folder: Path) -> Bench:
    """Google Ads through a manager, with a service account."""
    people = stack.enter_context(google.GoogleDouble())
    double = googleads.GoogleAdsDouble(people, developer_token=SECRET)
    double.readers.add(WHO)
    key = {**people.service_account(WHO, "acme"), "developer_token": SECRET}

    def expire() -> None:
        people.revoke(WHO)

    failed = googleads.failure
    faults: dict[str, Fault] = {
        "unknown": (
            failed(401, "authenticationError.CUSTOMER_NOT_FOUND"),
            FailureCode.NOT_FOUND,
        ),
        "forbidden": (
            failed(403, "authorizationError.USER_PERMISSION_DENIED"),
            FailureCode.PERMISSION_DENIED,
        ),
        "sunset": (
            failed(400, "requestError.UNSUPPORTED_VERSION"),
            FailureCode.API_SUNSET,
        ),
        "gone": (loopback.Reply(status=404, raw=b"<html>"), FailureCode.API_SUNSET),
        "broken": (failed(400, "queryError.UNRECOGNIZED_FIELD"), FailureCode.QUERY_INVALID),
        "midway": (
            failed(500, "internalError.TRANSIENT_ERROR", after=2),
            FailureCode.SOURCE_FAULT,
        ),
        "busy": (
            failed(429, "quotaError.RESOURCE_TEMPORARILY_EXHAUSTED", delay="30s"),
            FailureCode.SOURCE_BUSY,
        ),
        "quota": (
            failed(429, "quotaError.RESOURCE_EXHAUSTED", delay="7200s"),
            FailureCode.QUOTA_EXHAUSTED,
        ),
    }
    made = _bench("google_ads", double, stack, folder=folder, faults=faults, expire=expire)
    made.settings(customer="123-456-7890", login_customer=OWNER)
    made.access = replace(made.access, credential=googlekeys.parse(json.dumps(key)))
    made.hosts = (urlsplit(people.url).netloc,)
    return made


def meta_bench(stack: ExitStack, folder: Path) -> Bench:
    """Meta with a system user's token and a proof of the app's secret."""
    double = metaads.MetaAdsDouble(SECRET, secret=SECRET[::-1])
    failed = metaads.failure
    faults: dict[str, Fault] = {
        "unknown": (failed(100, detail=33), FailureCode.NOT_FOUND),
        "forbidden": (failed(200, status=403), FailureCode.PERMISSION_DENIED),
        "refused": (failed(190, detail=460), FailureCode.CREDENTIAL_REFUSED),
        "sunset": (failed(2635), FailureCode.API_SUNSET),
        "broken": (failed(100), FailureCode.QUERY_INVALID),
        "passing": (failed(2, status=500), FailureCode.SOURCE_FAULT),
        "busy": (failed(17, detail=2446079, minutes=5), FailureCode.SOURCE_BUSY),
        "app": (failed(4), FailureCode.SOURCE_BUSY),
        "quota": (failed(80000, minutes=120), FailureCode.QUOTA_EXHAUSTED),
    }

    def expire() -> None:
        double.answer_next(*[failed(190, "Error validating access token", detail=463)] * 9)

    made = _bench("meta_ads", double, stack, folder=folder, faults=faults, expire=expire)
    made.settings(account=f"act_{ACCOUNT}", business=OWNER)
    key = json.dumps({"access_token": SECRET, "app_secret": SECRET[::-1]})
    made.access = replace(made.access, credential=metakeys.parse(key))
    return made


def linkedin_bench(stack: ExitStack, folder: Path) -> Bench:
    """LinkedIn with a refresh token."""
    double = linkedinads.LinkedinAdsDouble(SECRET)
    failed = linkedinads.failure
    daily = "Resource level throttle APPLICATION DAY limit for calls to this resource is reached."
    faults: dict[str, Fault] = {
        "unknown": (failed(404, "NOT_FOUND", text="x"), FailureCode.NOT_FOUND),
        "forbidden": (failed(403, "ACCESS_DENIED", text="x"), FailureCode.PERMISSION_DENIED),
        "sunset": (failed(426, "NONEXISTENT_VERSION", text="x"), FailureCode.API_SUNSET),
        "broken": (failed(400, "ILLEGAL_ARGUMENT", text="x"), FailureCode.QUERY_INVALID),
        "passing": (failed(500, "INTERNAL", text="x"), FailureCode.SOURCE_FAULT),
        "busy": (failed(429, "TOO_MANY_REQUESTS", text="Slow down"), FailureCode.SOURCE_BUSY),
        "quota": (failed(429, "TOO_MANY_REQUESTS", text=daily), FailureCode.QUOTA_EXHAUSTED),
    }

    def expire() -> None:
        double.expire()
        double.grant["refresh_token"] = "another"

    made = _bench("linkedin_ads", double, stack, folder=folder, faults=faults, expire=expire)
    made.settings(account=ACCOUNT, organization=OWNER)
    made.access = replace(made.access, credential=linkedinkeys.parse(json.dumps(double.grant)))
    return made


def _bench(
    kind: str,
    double: ads.Platform,
    stack: ExitStack,
    *,
    folder: Path,
    faults: Mapping[str, Fault],
    expire: Callable[[], None],
) -> Bench:
    stack.enter_context(double)
    double.add(ads.Account(id=ACCOUNT, name="Acme Shop", owner=OWNER, days=DAYS))
    source = spec.SourceSpec(
        name="ads", kind=kind, settings={}, credential="env://ACME_ADS", identity=f"{kind}:acme"
    )

    def small() -> None:
        if isinstance(double, metaads.MetaAdsDouble | linkedinads.LinkedinAdsDouble):
            double.page = 1

    def slow() -> str:
        double.hang()
        return "account"

    access = replace(
        benches.access(folder, source),
        environment={kind: double.url},
        deadline=time.monotonic() + 30,
    )
    return Bench(
        kind=kind,
        access=access,
        stack=ExitStack(),
        slow=slow,
        platform=double,
        faults=faults,
        expire=expire,
        small=small,
    )
