"""A local double of LinkedIn's Marketing API: adAnalytics, accounts, campaigns, sign-in.

It reads query strings as Rest.li writes them and refuses any other notation.
"""

import re
import secrets
from collections.abc import Mapping
from datetime import date

from bot.demo import ads, consent, loopback

VERSIONS = frozenset({"202607", "202610"})
_DAY = r"\(year:(\d+),month:(\d+),day:(\d+)\)"
_ANALYTICS = re.compile(
    r"/rest/adAnalytics\?q=analytics&pivot=(?P<pivot>[A-Z_]+)&timeGranularity=ALL"
    rf"&dateRange=\(start:{_DAY},end:{_DAY}\)"
    r"&accounts=List\(urn%3Ali%3AsponsoredAccount%3A(?P<account>\d+)\)&fields=(?P<fields>[\w,]+)"
)


class LinkedinAdsDouble(ads.Platform):
    """Ad accounts, and one token that may read them."""

    def __init__(self, token: str) -> None:
        self.consent = consent.Consent(proof=False)
        """The page that asks people."""
        self.is_partner = False
        """Whether its app is approved to renew tokens."""
        lists = r"/rest/adAccounts/(?P<account>\d+)/(?P<list>adCampaigns|adCampaignGroups)"
        super().__init__(
            [
                ("GET", r"/oauth/v2/authorization", self.consent.page),
                ("GET", r"/rest/adAccounts", self._checked(self._mine)),
                ("GET", r"/rest/adAccounts/(?P<account>\d+)", self._checked(self._account)),
                ("GET", lists, self._checked(self._campaigns)),
                ("GET", r"/rest/adAnalytics", self._checked(self._analytics)),
                ("POST", r"/oauth/v2/accessToken", self._signed),
                ("POST", r"/oauth/v2/introspectToken", self._told),
            ]
        )
        self.token = token
        self.life: Mapping[str, object] = {"status": "active"}
        """What is told of a token."""
        self.left: int | None = None
        """Seconds that the refresh token is told to be good for yet."""
        self.page = 1000
        """Campaigns of a page at most."""
        self.grant = {one: secrets.token_hex(8) for one in ("client_id", "client_secret")}
        self.consent.client_id = self.grant["client_id"]
        self.consent.client_secret = self.grant["client_secret"]
        self.grant["refresh_token"] = secrets.token_hex(16)

    def expire(self) -> None:
        """Make the token that is out worth nothing."""
        self.token = secrets.token_hex(16)

    def _checked(self, answer: loopback.Handler) -> loopback.Handler:
        def checked(request: loopback.Request) -> loopback.Reply:
            headers = request.headers
            if headers.get("authorization") != f"Bearer {self.token}":
                text = "The token used in the request has expired"
                return failure(401, "EXPIRED_ACCESS_TOKEN", text=text)
            version = headers.get("linkedin-version", "")
            if version not in VERSIONS:
                text = f"Requested version {version} is not active"
                return failure(426, "NONEXISTENT_VERSION", text=text)
            if headers.get("x-restli-protocol-version") != "2.0.0":
                return failure(400, "ILLEGAL_ARGUMENT", text="Invalid Rest.li protocol version")
            account = request.place.get("account")
            if account is not None and account not in self.accounts:
                return failure(404, "NOT_FOUND", text="Could not find entity")
            return answer(request)

        return checked

    def _account(self, request: loopback.Request) -> loopback.Reply:
        account = self.accounts[request.place["account"]]
        body = {
            "id": int(account.id),
            "name": account.name,
            "currency": account.currency,
            "reference": f"urn:li:organization:{account.owner}",
        }
        return loopback.Reply(body=body)

    def _campaigns(self, request: loopback.Request) -> loopback.Reply:
        account, start = self.accounts[request.place["account"]], 0
        if token := request.query.get("pageToken"):
            start = int(token.removeprefix("from="))
        known = list({day.campaign: day.name for day in account.days}.items())
        end = start + min(self.page, int(request.query["pageSize"]))
        elements = [{"id": int(id_), "name": name} for id_, name in known[start:end]]
        metadata = {"nextPageToken": f"from={end}"} if end < len(known) else {}
        return loopback.Reply(body={"elements": elements, "metadata": metadata})

    def _analytics(self, request: loopback.Request) -> loopback.Reply:
        asked = _ANALYTICS.fullmatch(request.target)
        if asked is None:
            return failure(
                400, "ILLEGAL_ARGUMENT", text="Invalid query parameters passed to request"
            )
        account = self.accounts.get(asked["account"])
        if account is None:
            text = "Not enough permissions to access: GET /adAnalytics"
            return failure(403, "ACCESS_DENIED", text=text)
        numbers = [int(one) for one in asked.groups()[1:7]]
        days = (date(*numbers[:3]), date(*numbers[3:]))
        whole = asked["pivot"] == "ACCOUNT"
        found = account.whole(*days) if whole else account.campaigns(*days)
        kind = "sponsoredAccount" if whole else "sponsoredCampaign"
        fields = asked["fields"].split(",")
        elements = [
            _row(one, f"urn:li:{kind}:{account.id if whole else one.campaign}", fields=fields)
            for one in found
        ]
        return loopback.Reply(body={"elements": elements, "paging": {"start": 0, "count": 10}})

    def _mine(self, _request: loopback.Request) -> loopback.Reply:
        elements = [{"id": int(one.id), "name": one.name} for one in self.accounts.values()]
        return loopback.Reply(body={"elements": elements, "metadata": {}})

    def _by_code(self, form: Mapping[str, str]) -> loopback.Reply:
        code = self.consent.redeem(form)
        if isinstance(code, loopback.Reply):
            return code
        told = {"access_token": self.token, "expires_in": 5_183_999, "scope": code.scope}
        if self.is_partner:
            told |= {
                "refresh_token": self.grant["refresh_token"],
                "refresh_token_expires_in": 31_535_999,
            }
        return loopback.Reply(body=told)

    def _signed(self, request: loopback.Request) -> loopback.Reply:
        if request.form().get("grant_type") == "authorization_code":
            return self._by_code(request.form())
        if request.form() != {"grant_type": "refresh_token", **self.grant}:
            text = "The provided authorization grant or refresh token is invalid or expired"
            body = {"error": "invalid_grant", "error_description": text}
            return loopback.Reply(status=400, body=body)
        told: dict[str, object] = {"access_token": self.token, "expires_in": 5183999}
        if self.left is not None:
            told |= {"refresh_token": "same", "refresh_token_expires_in": self.left}
        return loopback.Reply(body=told)

    def _told(self, request: loopback.Request) -> loopback.Reply:
        form = dict(request.form())
        token = form.pop("token", "")
        if form != {one: self.grant[one] for one in ("client_id", "client_secret")}:
            return failure(401, "INVALID_CLIENT", text="Client authentication failed")
        if token != self.token:
            return failure(400, "INVALID_TOKEN", text="Invalid token")
        return loopback.Reply(body={"active": True, **self.life})


def failure(status: int, code: str, *, text: str) -> loopback.Reply:
    """Return an error as LinkedIn writes it."""
    body = {"status": status, "code": code, "message": text, "serviceErrorCode": 100}
    return loopback.Reply(status=status, body=body)


def _row(one: ads.Day, urn: str, *, fields: list[str]) -> Mapping[str, object]:
    known: dict[str, object] = {
        "pivotValues": [urn],
        "costInLocalCurrency": str(one.spend),
        "impressions": one.impressions,
        "clicks": one.clicks,
        "externalWebsiteConversions": one.conversions,
        "conversionValueInLocalCurrency": str(one.value),
        "oneClickLeads": 2 * one.conversions,
    }
    return {name: known[name] for name in fields}
