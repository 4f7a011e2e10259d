"""A local double of Meta's Insights: pages with cursors, reports in their own time, its errors.

It refuses a token in an address, and its pages name the next one in an address that holds one, as
the real one does.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import date

from bot.demo import ads, consent, loopback

VERSIONS = frozenset({"v25.0", "v26.0"})
_POLLS = 2
"""How often a report is asked after before it is there."""


class MetaAdsDouble(ads.Platform):
    """Ad accounts, and one token that may read them."""

    def __init__(self, token: str, *, secret: str = "") -> None:
        self.consent = consent.Consent(proof=False)
        """The page that asks people."""
        self._short = ""
        version = r"/(?P<version>v\d+\.0)"
        insights = rf"{version}/act_(?P<account>\d+)/insights"
        super().__init__(
            [
                ("GET", r"/v26.0/dialog/oauth", self.consent.page),
                ("POST", r"/v26.0/oauth/access_token", self._signed),
                ("GET", rf"{version}/me/adaccounts", self._checked(self._mine)),
                ("GET", rf"{version}/act_(?P<account>\d+)", self._checked(self._account)),
                ("GET", insights, self._checked(self._insights)),
                ("POST", insights, self._checked(self._begun)),
                ("GET", rf"{version}/debug_token", self._told),
                ("GET", rf"{version}/(?P<report>\d+)", self._checked(self._state)),
                ("GET", rf"{version}/(?P<report>\d+)/insights", self._checked(self._made)),
            ]
        )
        self._token = token
        self._proof = (
            hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest() if secret else ""
        )
        self.page = 500
        """Rows of a page at most."""
        self.most_days = 10**6
        """A longer range must be asked for as a report."""
        self.usage: Mapping[str, object] = {}
        self.life: Mapping[str, object] = {"expires_at": 0, "data_access_expires_at": 0}
        """What is told of the token beside that it holds."""
        self._reports: dict[str, tuple[Mapping[str, str], ads.Account]] = {}
        self._polls: dict[str, int] = {}

    def _checked(self, answer: loopback.Handler) -> loopback.Handler:
        def checked(request: loopback.Request) -> loopback.Reply:
            asked = {**request.query, **request.form()} if request.body else request.query
            if request.place["version"] not in VERSIONS:
                return failure(2635, "You are calling a deprecated version of the Ads API.")
            if request.headers.get("authorization") != f"Bearer {self._token}":
                return failure(190, "Error validating access token: it has expired.", detail=463)
            if self._token in request.target:
                return failure(1, "The token stands in the address.")
            if asked.get("appsecret_proof", "") != self._proof:
                return failure(100, "Invalid appsecret_proof provided in the API argument")
            account = request.place.get("account")
            if account is not None and account not in self.accounts:
                text = "Unsupported get request. Object does not exist or lacks permissions."
                return failure(100, text, detail=33)
            return answer(request)

        return checked

    def _account(self, request: loopback.Request) -> loopback.Reply:
        account = self.accounts[request.place["account"]]
        body: dict[str, object] = {
            "id": f"act_{account.id}",
            "name": account.name,
            "currency": account.currency,
            "timezone_name": account.timezone,
        }
        if account.owner:
            body["business"] = {"id": account.owner, "name": "Business"}
        return loopback.Reply(body=body)

    def _told(self, request: loopback.Request) -> loopback.Reply:
        """Of a token, which stands in the address here and nowhere else."""
        if request.headers.get("authorization") != f"Bearer {self._token}":
            return failure(190, "Invalid OAuth access token.")
        if request.query.get("appsecret_proof", "") != self._proof:
            return failure(100, "Invalid appsecret_proof provided in the API argument")
        if request.query.get("input_token") != self._token:
            return failure(100, "The parameter input_token is required")
        return loopback.Reply(body={"data": {"is_valid": True, **self.life}})

    def _signed(self, request: loopback.Request) -> loopback.Reply:
        """A token for an hour, which is worth one for 60 days."""
        form = request.form()
        if form.get("grant_type") == "fb_exchange_token":
            if not self.consent.knows(form) or form.get("fb_exchange_token") != self._short:
                return failure(190, "Error validating access token.")
            return loopback.Reply(body={"access_token": self._token, "expires_in": 5_184_000})
        code = self.consent.redeem(form)
        if isinstance(code, loopback.Reply):
            return code
        self._short = secrets.token_urlsafe(32)
        return loopback.Reply(body={"access_token": self._short, "expires_in": 5_000})

    def _mine(self, request: loopback.Request) -> loopback.Reply:
        """One account a page."""
        known, start = list(self.accounts.values()), int(request.query.get("after", "0"))
        data = [{"account_id": one.id, "name": one.name} for one in known[start : start + 1]]
        paging: dict[str, object] = {"cursors": {"after": str(start + 1)}}
        if start + 1 < len(known):
            paging["next"] = f"https://graph.example/me?access_token={self._token}"
        return loopback.Reply(body={"data": data, "paging": paging})

    def _insights(self, request: loopback.Request) -> loopback.Reply:
        span = json.loads(request.query["time_range"])
        days = (date.fromisoformat(span["until"]) - date.fromisoformat(span["since"])).days + 1
        if days > self.most_days:
            text = "Please reduce the amount of data you're asking for, then retry your request"
            return failure(1, text, detail=99, status=500)
        return self._paged(
            request.query, asked=request.query, account=self.accounts[request.place["account"]]
        )

    def _begun(self, request: loopback.Request) -> loopback.Reply:
        made = str(6_000_000_000 + len(self._reports))
        self._reports[made] = (request.form(), self.accounts[request.place["account"]])
        return loopback.Reply(body={"report_run_id": made})

    def _state(self, request: loopback.Request) -> loopback.Reply:
        made = request.place["report"]
        self._polls[made] = polls = self._polls.get(made, 0) + 1
        state = "Job Completed" if polls >= _POLLS else "Job Running"
        return loopback.Reply(body={"id": made, "async_status": state})

    def _made(self, request: loopback.Request) -> loopback.Reply:
        asked, account = self._reports[request.place["report"]]
        return self._paged(request.query, asked=asked, account=account)

    def _paged(
        self, paging: Mapping[str, str], *, asked: Mapping[str, str], account: ads.Account
    ) -> loopback.Reply:
        span = json.loads(asked["time_range"])
        days = [date.fromisoformat(span[one]) for one in ("since", "until")]
        level = asked["level"]
        found = account.whole(*days) if level == "account" else account.campaigns(*days)
        rows = [_row(one, asked) for one in found]
        size, start = min(self.page, int(paging["limit"])), int(paging.get("after", "0"))
        end = start + size
        cursors: dict[str, object] = {"cursors": {"before": str(start), "after": str(end)}}
        if end < len(rows):
            cursors["next"] = f"https://graph.example/insights?access_token={self._token}"
        told = {"x-business-use-case-usage": json.dumps(self.usage)} if self.usage else {}
        data = rows[start:end]
        body: dict[str, object] = {"data": data, "paging": cursors} if rows else {"data": data}
        return loopback.Reply(body=body, headers=told)


def failure(
    code: int, message: str = "No.", *, detail: int = 0, status: int = 400, minutes: int = 0
) -> loopback.Reply:
    """Return an error as the Graph API writes it; ``minutes`` until we are let in again."""
    error: dict[str, object] = {"message": message, "type": "OAuthException", "code": code}
    if detail:
        error["error_subcode"] = detail
    usage = {"77": [{"call_count": 100, "estimated_time_to_regain_access": minutes}]}
    headers = {"x-business-use-case-usage": json.dumps(usage)} if minutes else {}
    return loopback.Reply(status=status, body={"error": error}, headers=headers)


def _row(one: ads.Day, asked: Mapping[str, str]) -> Mapping[str, object]:
    """Numbers are text; of the conversions two thirds came after a click."""
    clicked = one.conversions * 2 // 3
    windows = {"7d_click": clicked, "1d_view": one.conversions - clicked}
    wanted = json.loads(asked.get("action_attribution_windows", "[]"))
    counts = {name: str(count) for name, count in windows.items() if name in wanted}
    known: dict[str, object] = {
        "campaign_name": one.name,
        "campaign_id": one.campaign,
        "spend": str(one.spend),
        "impressions": str(one.impressions),
        "clicks": str(one.clicks),
        "actions": [
            {"action_type": "link_click", "value": str(one.clicks)},
            {"action_type": "purchase", "value": str(one.conversions), **counts},
        ],
        "action_values": [{"action_type": "purchase", "value": str(one.value)}],
    }
    shown = {name: value for name, value in known.items() if name in asked["fields"].split(",")}
    return {**shown, "date_start": str(one.day), "date_stop": str(one.day)}
