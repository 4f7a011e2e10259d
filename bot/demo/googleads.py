"""A local double of Google Ads' searchStream: GAQL in, a list of pieces out.

It knows the resources customer and campaign, checks bearer, developer token and manager, tells
int64 as text, and errors as Google does, also in the middle of a stream.
"""

import json
import re
from collections.abc import Mapping
from datetime import date

from bot.demo import ads, google, loopback

_QUERY = re.compile(
    r"SELECT (?P<fields>.+?) FROM (?P<resource>\w+)"
    r"(?: WHERE segments\.date BETWEEN '(?P<first>[\d-]+)' AND '(?P<last>[\d-]+)'"
    r"(?P<conditions>(?: AND .+?)?))?"
    r"(?: ORDER BY .+?)?(?: LIMIT (?P<limit>\d+))?"
)
_NAMED = re.compile(r" AND campaign\.name = '(.*)'")
_CLIENTS = re.compile(
    "SELECT customer_client.id, customer_client.descriptive_name FROM customer_client"
)
_RESOURCES = frozenset({"customer", "campaign"})
_MICROS = 1_000_000
_PIECE = 2
"""Rows of one piece of a stream."""
VERSIONS = frozenset({"v24", "v25", "v26"})


class GoogleAdsDouble(ads.Platform):
    """Accounts, who may read them, and through which manager."""

    def __init__(self, accounts: google.GoogleDouble, *, developer_token: str) -> None:
        path = r"/(?P<version>v\d+)/customers/(?P<customer>\d+)/googleAds:searchStream"
        accessible = r"/(?P<version>v\d+)/customers:listAccessibleCustomers"
        super().__init__([("POST", path, self._search), ("GET", accessible, self._accessible)])
        self._people = accounts
        self._developer_token = developer_token
        self.readers: set[str] = set()
        """E-mail addresses that may read every account here."""

    def _accessible(self, request: loopback.Request) -> loopback.Reply:
        """What people are let into directly: managers, and accounts without one."""
        headers = request.headers
        who = self._people.principal(headers.get("authorization", "").removeprefix("Bearer "))
        if headers.get("developer-token") != self._developer_token:
            return failure(401, "authenticationError.DEVELOPER_TOKEN_INVALID")
        direct = [one.id for one in self.accounts.values() if not one.owner]
        mine = direct if who is not None and who.email in self.readers else []
        return loopback.Reply(body={"resourceNames": [f"customers/{one}" for one in mine]})

    def _below(self, root: ads.Account) -> loopback.Reply:
        known = [one for one in self.accounts.values() if root.id in {one.id, one.owner}]
        results = [{"customerClient": {"id": one.id, "descriptiveName": one.name}} for one in known]
        return loopback.Reply(raw=json.dumps([{"results": results}]).encode())

    def _search(self, request: loopback.Request) -> loopback.Reply:
        headers, place = request.headers, request.place
        if place["version"] not in VERSIONS:
            return failure(400, "requestError.UNSUPPORTED_VERSION", text="Version is deprecated.")
        who = self._people.principal(headers.get("authorization", "").removeprefix("Bearer "))
        if who is None:
            return failure(401, "authenticationError.OAUTH_TOKEN_INVALID", text="Sign in again.")
        if headers.get("developer-token") != self._developer_token:
            text = "The developer token is not valid."
            return failure(401, "authenticationError.DEVELOPER_TOKEN_INVALID", text=text)
        account = self.accounts.get(place["customer"])
        if account is None:
            return failure(401, "authenticationError.CUSTOMER_NOT_FOUND", text="No customer found.")
        ways = {account.owner, account.owner or account.id}
        if who.email not in self.readers or headers.get("login-customer-id", "") not in ways:
            text = "User doesn't have permission to access customer."
            return failure(403, "authorizationError.USER_PERMISSION_DENIED", text=text)
        return self._answered(str(request.json()["query"]), account)

    def _answered(self, query: str, account: ads.Account) -> loopback.Reply:
        if _CLIENTS.fullmatch(query):
            return self._below(account)
        asked = _QUERY.fullmatch(query)
        if asked is None or asked["resource"] not in _RESOURCES:
            return failure(400, "queryError.BAD_RESOURCE_TYPE_IN_FROM_CLAUSE", text="Not so.")
        days = [date.fromisoformat(asked[one] or "2026-01-01") for one in ("first", "last")]
        sums = account.campaigns if asked["resource"] == "campaign" else account.whole
        rows = sums(*days) or (() if asked["resource"] == "campaign" else (_nothing(days[0]),))
        if named := _NAMED.fullmatch(asked["conditions"] or ""):
            rows = tuple(row for row in rows if row.name == named[1])
        fields = asked["fields"].split(", ")
        known = [_fields(row, account) for row in rows][: int(asked["limit"] or 10**6)]
        if unknown := [one for one in fields if one not in _fields(_nothing(days[0]), account)]:
            text = f"Unrecognized field in the query: '{unknown[0]}'."
            return failure(400, "queryError.UNRECOGNIZED_FIELD", text=text)
        results = [_nested({one: row[one] for one in fields}) for row in known]
        pieces = [
            {"results": results[start : start + _PIECE], "requestId": "demo"}
            for start in range(0, len(results), _PIECE)
        ]
        return loopback.Reply(raw=json.dumps(pieces).encode())


def failure(
    status: int, error: str, *, text: str = "No.", delay: str = "", after: int = 0
) -> loopback.Reply:
    """Return an error such as ``quotaError.RESOURCE_EXHAUSTED`` as Google Ads writes it; with
    ``after`` rows before it, in a good stream.
    """
    group, _, name = error.partition(".")
    details: dict[str, object] = {}
    if delay:
        details["quotaErrorDetails"] = {"rateScope": "DEVELOPER", "retryDelay": delay}
    one = {"errorCode": {group: name}, "message": text, "details": details}
    kind = "type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure"
    told = {
        "code": status,
        "message": "Request contains an invalid argument.",
        "status": "INVALID_ARGUMENT",
        "details": [{"@type": kind, "errors": [one], "requestId": "demo"}],
    }
    rows = [{"results": [{"metrics": {"clicks": "1"}}] * after}] if after else []
    raw = json.dumps([*rows, {"error": told}]).encode()
    return loopback.Reply(status=200 if after else status, raw=raw)


def _nothing(day: date) -> ads.Day:
    return ads.Day(day=day, campaign="", name="")


def _fields(row: ads.Day, account: ads.Account) -> Mapping[str, object]:
    return {
        "customer.descriptive_name": account.name,
        "customer.currency_code": account.currency,
        "customer.time_zone": account.timezone,
        "customer.manager": account.is_manager,
        "campaign.name": row.name,
        "campaign.id": row.campaign,
        "segments.date": str(row.day),
        "metrics.cost_micros": str(int(row.spend * _MICROS)),
        "metrics.impressions": str(row.impressions),
        "metrics.clicks": str(row.clicks),
        "metrics.conversions": float(row.conversions),
        "metrics.conversions_value": float(row.value),
    }


def _nested(flat: Mapping[str, object]) -> Mapping[str, object]:
    """``metrics.cost_micros`` → {"metrics": {"costMicros": …}}."""
    found: dict[str, dict[str, object]] = {}
    for name, value in flat.items():
        group, _, key = name.partition(".")
        head, *rest = key.split("_")
        found.setdefault(group, {})[head + "".join(one.title() for one in rest)] = value
    return found
