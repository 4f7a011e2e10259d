"""A local double of Google Analytics 4: its Data API over REST, and what its Admin API says.

    with google.GoogleDouble() as accounts, ga4.Ga4Double(accounts) as analytics:
        analytics.property(ga4.Property(number="123", project="p", name="Shop", ...))
        analytics.load("123", [{"date": "2026-11-16", "country": "France", "sessions": 7}])
        analytics.say("123", samplingMetadatas=[{"samplesReadCount": "1", ...}])

Rows are summed over the dimensions that are asked for; what would be wrong at Google is refused.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import cast

from bot.demo import ga4data, google
from bot.demo.googleapi import Api, Fault, Refused
from bot.demo.loopback import Json, Reply, Request

_MOST_REPORTS = 5
_SCOPE = "analytics.readonly"


@dataclass(slots=True, kw_only=True)
class Property:
    """One property, and what is known of it."""

    number: str
    project: str
    """Who may use it may read the property."""
    name: str
    zone: str
    currency: str
    sites: tuple[str, ...] = ()
    rows: list[ga4data.Row] = field(default_factory=list[ga4data.Row])
    said: dict[str, object] = field(default_factory=dict[str, object])
    """More of a report's metadata."""
    tokens: dict[str, int] = field(default_factory=lambda: {"Day": 200_000, "Hour": 40_000})
    """What is left of the quota, each report costs one a range."""


class Ga4Double(Api):
    """The endpoints that google-analytics-data calls for reports, and two of the Admin API."""

    def __init__(self, accounts: google.GoogleDouble) -> None:
        self._properties: dict[str, Property] = {}
        self.admin = True
        """Whether the Admin API is switched on."""
        at = "/v1beta/properties/(?P<number>[^/:]+)"
        super().__init__(
            accounts,
            [
                ("POST", f"{at}:runReport", self._report),
                ("POST", f"{at}:batchRunReports", self._batch),
                ("GET", at, self._describe),
                ("GET", f"{at}/dataStreams", self._streams),
                ("GET", "/v1beta/accountSummaries", self._summaries),
            ],
            scope=_SCOPE,
        )

    def property(self, made: Property) -> None:
        """Add a property."""
        self._properties[made.number] = made

    def load(self, number: str, rows: Iterable[ga4data.Row]) -> None:
        """Add what was measured: a date, dimensions as texts, metrics as numbers."""
        self._properties[number].rows.extend(rows)

    def say(self, number: str, **metadata: object) -> None:
        """Let every report of a property say more of itself."""
        self._properties[number].said.update(metadata)

    def _report(self, request: Request, principal: google.Principal) -> Reply:
        found = self._found(request, principal)
        return Reply(body=self._made(found, request.json()))

    def _batch(self, request: Request, principal: google.Principal) -> Reply:
        found = self._found(request, principal)
        wanted = cast("Sequence[Json]", request.json()["requests"])
        if len(wanted) > _MOST_REPORTS:
            raise ga4data.invalid("Batch requests are limited to 5 requests.")
        reports = [self._made(found, one) for one in wanted]
        return Reply(body={"reports": reports, "kind": "analyticsData#batchRunReports"})

    def _made(self, found: Property, wanted: Json) -> Json:
        if wanted.get("property", f"properties/{found.number}") != f"properties/{found.number}":
            raise ga4data.invalid("The property of a request is not that of its batch.")
        cost = len(cast("Sequence[object]", wanted.get("dateRanges") or ()))
        for unit in found.tokens:
            if found.tokens[unit] < cost:
                raise Refused(_used_up(unit.lower()))
            found.tokens[unit] -= cost
        metadata: dict[str, object] = {
            "currencyCode": wanted.get("currencyCode") or found.currency,
            "timeZone": found.zone,
            **found.said,
        }
        quota = {
            f"tokensPer{unit}": {"consumed": cost, "remaining": left}
            for unit, left in found.tokens.items()
        }
        made = ga4data.report(found.rows, wanted)
        return {**made, "metadata": metadata, "propertyQuota": quota}

    def _describe(self, request: Request, principal: google.Principal) -> Reply:
        found = self._administered(request, principal)
        return Reply(
            body={
                "name": f"properties/{found.number}",
                "displayName": found.name,
                "timeZone": found.zone,
                "currencyCode": found.currency,
                "propertyType": "PROPERTY_TYPE_ORDINARY",
            }
        )

    def _streams(self, request: Request, principal: google.Principal) -> Reply:
        found = self._administered(request, principal)
        streams = [
            {"type": "WEB_DATA_STREAM", "webStreamData": {"defaultUri": site}}
            for site in found.sites
        ]
        return Reply(body={"dataStreams": [*streams, {"type": "IOS_APP_DATA_STREAM"}]})

    def _summaries(self, request: Request, principal: google.Principal) -> Reply:
        """One account a page, as pageToken has it."""
        mine = [one for one in self._properties.values() if one.project in principal.projects]
        homes = sorted({one.project for one in mine})
        start = int(request.query.get("pageToken") or 0)
        shown = [
            {
                "displayName": home,
                "propertySummaries": [
                    {"property": f"properties/{one.number}", "displayName": one.name}
                    for one in mine
                    if one.project == home
                ],
            }
            for home in homes[start : start + 1]
        ]
        more = {"nextPageToken": str(start + 1)} if start + 1 < len(homes) else {}
        return Reply(body={"accountSummaries": shown, **more})

    def _administered(self, request: Request, principal: google.Principal) -> Property:
        if not self.admin:
            words = "Google Analytics Admin API has not been used in project 1 before or it is"
            raise _denied(f"{words} disabled.")
        return self._found(request, principal)

    def _found(self, request: Request, principal: google.Principal) -> Property:
        found = self._properties.get(request.place["number"])
        if found is None or found.project not in principal.projects:
            words = "User does not have sufficient permissions for this property."
            raise _denied(words)
        return found


def _denied(words: str) -> Refused:
    return Refused(Fault(code=403, status="PERMISSION_DENIED", message=words))


def _used_up(unit: str) -> Fault:
    more = "in under an hour" if unit == "hour" else "in under 24 hours"
    words = f"Exhausted property tokens per {unit}. These quota tokens will return {more}."
    return Fault(code=429, status="RESOURCE_EXHAUSTED", message=words)


CONCURRENT = Fault(
    code=429,
    status="RESOURCE_EXHAUSTED",
    message="Exhausted concurrent requests quota. Please send fewer requests concurrently.",
)
