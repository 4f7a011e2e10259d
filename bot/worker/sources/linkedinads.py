"""LinkedIn Ads through adAnalytics: five figures by account, campaign group or campaign.

Its days are those of UTC. What it counts it names by URN; the names of campaigns are asked for
once. Query strings are in Rest.li's notation, whose brackets must stand unescaped.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from threading import Lock
from urllib.parse import quote

import httpx

from bot.domain import report
from bot.domain.run import FailureCode
from bot.kinds import ads
from bot.kinds.linkedinads import HOST, SIGN_IN, LinkedinAdsRequest, LinkedinAdsSettings
from bot.kinds.typed import entry
from bot.kinds.typed import linkedinads as credential
from bot.kinds.typed.form import Ends
from bot.worker.sources import adsrows, base, linkedinadserrors, tokens, web

parse_credential = credential.parse

_FIGURES: Mapping[str, str] = {
    "spend": "costInLocalCurrency",
    "impressions": "impressions",
    "clicks": "clicks",
    "conversions": "externalWebsiteConversions",
    "value": "conversionValueInLocalCurrency",
}
_LEADS = "oneClickLeads"
_LISTS: Mapping[str, str] = {"campaign_group": "adCampaignGroups", "campaign": "adCampaigns"}
"""Level → where the names are."""
_ZONE = "UTC"
_PAGE = 1000
_LONGEST = 10 * 365 * 86_400
"""Seconds; nothing that is signed for lasts longer."""
_MONEY = frozenset({"costInLocalCurrency", "conversionValueInLocalCurrency"})


def open_source(access: base.Access) -> "LinkedinAds":
    """Make the caller; nothing is sent yet. Raises RunError without a credential."""
    settings = LinkedinAdsSettings.model_validate(access.spec.settings)
    signed = access.signed(credential.Credential)
    signing = _SignIn(access, signed)
    auth = tokens.Fixed(signed.token) if signed.token else tokens.Renewed(signing.token)
    judge = partial(linkedinadserrors.judge, settings=settings)
    caller = web.Caller(access, seconds=settings.timeout, judge=judge, auth=auth)
    signing.caller = caller
    return LinkedinAds(access, settings, caller, signing=signing)


class _SignIn:
    """Has an access token for a refresh token, which approved applications are given."""

    def __init__(self, access: base.Access, signed: credential.Credential) -> None:
        self._access = access
        self._grant = signed.grant
        self._app = signed.app
        self._fixed = signed.token
        self._known = ""
        self._life = base.Life()
        self.caller: web.Caller | None = None

    def token(self, but: str) -> str:
        """Return the token, or a new one where it is ``but``; raises RunError."""
        if self._known == but:
            self._known = self._new()
        return self._known

    def _new(self) -> str:
        try:
            reply = self._sent("accessToken", {"grant_type": "refresh_token", **self._grant})
            told = web.as_object(reply.json())
        except httpx.HTTPError:
            raise self._access.failed(FailureCode.SOURCE_UNREACHABLE) from None
        except ValueError:
            raise self._access.failed(FailureCode.SOURCE_FAULT) from None
        token = told.get("access_token")
        if isinstance(token, str) and token:
            self._access.learn(token)
            self._life = self._lasting(told)
            return token
        plain = web.by_status(reply) or web.Refusal(code=FailureCode.SOURCE_FAULT)
        refused = plain.code is FailureCode.QUERY_INVALID  # OAuth answers 400: invalid_grant
        code = FailureCode.CREDENTIAL_REFUSED if refused else plain.code
        said = str(told.get("error_description") or told.get("error") or plain.said)
        raise self._access.failed(code, said=said)

    def life(self) -> base.Life:
        """As it was told with the last token; of a token that stays, as its application is told:
        https://learn.microsoft.com/en-us/linkedin/shared/authentication/token-introspection
        """
        if not self._app:
            return self._life
        try:
            reply = self._sent("introspectToken", {**self._app, "token": self._fixed})
            told = web.as_object(reply.json())
        except (httpx.HTTPError, ValueError):
            return base.Life()
        at = entry.instant(told.get("expires_at"))
        return base.Life(
            ends=at and Ends(at=at, what="token"), made_at=entry.instant(told.get("created_at"))
        )

    def _lasting(self, told: web.Object) -> base.Life:
        """Of a refresh token: 365 days from the first consent, which no renewal moves."""
        left, now = told.get("refresh_token_expires_in"), self._access.as_of
        if not isinstance(left, int) or now is None or not 0 <= left <= _LONGEST:
            return base.Life()
        return base.Life(ends=Ends(at=now + timedelta(seconds=left), what="sign-in"))

    def _sent(self, place: str, form: Mapping[str, str]) -> web.Reply:
        """Raises httpx.HTTPError."""
        if self.caller is None:
            raise AssertionError
        url = f"{self._access.address(f'https://{SIGN_IN}')}/oauth/v2/{place}"
        return self.caller.send(web.Call(method="POST", url=url, form=form))


class LinkedinAds:
    """One ad account."""

    def __init__(
        self,
        access: base.Access,
        settings: LinkedinAdsSettings,
        caller: web.Caller,
        *,
        signing: _SignIn,
    ) -> None:
        self._signing = signing
        self._access = access
        self._settings = settings
        self._caller = caller
        self._names: dict[str, Mapping[str, str]] = {}
        self._naming = Lock()

    def identity(self) -> report.Identity:
        """Ask the account who it is; RunError where it is another organisation's."""
        opening, settings = base.Opening(file="client.yaml"), self._settings
        found = self._get(f"adAccounts/{settings.account}", opening)
        wanted = f"urn:li:organization:{settings.organization}"
        if settings.organization and found.get("reference") != wanted:
            fault = f"the ad account {settings.account} of the organisation {settings.organization}"
            raise self._access.failed(FailureCode.NOT_FOUND, about=opening, fault=fault)
        return report.Identity(
            source=self._access.spec.name,
            name=str(found.get("name") or settings.account)[:200],
            account=f"sponsoredAccount:{settings.account}",
            currency=str(found.get("currency") or "") or None,
            timezone=_ZONE,
        )

    def life(self) -> base.Life:
        """When its token or its sign-in ends, where LinkedIn tells."""
        return self._signing.life()

    def read(self, ask: base.Ask) -> base.Answer:
        """Read one query; raises RunError."""
        wanted = LinkedinAdsRequest.model_validate(ask.request)
        leads = wanted.conversions == "leads"
        fields = {**_FIGURES, "conversions": _LEADS} if leads else _FIGURES
        shown = {column: name for column, name in fields.items() if column != "value" or not leads}
        query = self._asked(ask, wanted, fields=tuple(shown.values()))
        found = self._get(f"adAnalytics?{query}", ask)
        try:
            rows = [
                self._row(one, wanted, fields=shown, ask=ask)
                for one in web.listed(found, "elements")
            ]
        except ValueError as fault:
            raise self._caller.unreadable(str(fault), ask) from None
        shape = adsrows.Shape(
            level=wanted.level, columns=wanted.columns, nothing=dict.fromkeys(shown, 0)
        )
        table = adsrows.table(self._access, ask, shape=shape, rows=rows)
        version = self._settings.api_version
        said = adsrows.findings(self._access, ask, version=version, zone=_ZONE)
        return base.Answer(table=table, findings=said)

    def stop(self) -> None:
        """End what is being read."""
        self._caller.stop()

    def close(self) -> None:
        """Let go of the connections."""
        self._caller.close()

    def _asked(self, ask: base.Ask, wanted: LinkedinAdsRequest, *, fields: tuple[str, ...]) -> str:
        account = quote(f"urn:li:sponsoredAccount:{self._settings.account}", safe="")
        span = f"start:{_day(ask.period.start)},end:{_day(ask.period.last_day)}"
        return (
            f"q=analytics&pivot={wanted.level.upper()}&timeGranularity=ALL&dateRange=({span})"
            f"&accounts=List({account})&fields={','.join(('pivotValues', *fields))}"
        )

    def _row(
        self,
        found: web.Object,
        wanted: LinkedinAdsRequest,
        *,
        fields: Mapping[str, str],
        ask: base.Ask,
    ) -> adsrows.Row:
        figures = {column: _figure(found.get(name), name) for column, name in fields.items()}
        if wanted.level == ads.ACCOUNT:
            return adsrows.Row(figures=figures)
        pivots = found.get("pivotValues")
        match = re.search(r":([0-9]+)'?\]?$", str(pivots))
        if match is None:
            raise ValueError("a row without the URN of what it is about")
        name = self._named(wanted.level, ask).get(match[1])
        return adsrows.Row(id=match[1], name=name, figures=figures)

    def _named(self, level: str, ask: base.Ask) -> Mapping[str, str]:
        """Id → name, asked for once."""
        with self._naming:
            if level not in self._names:
                self._names[level] = {
                    str(one.get("id")): str(one.get("name")) for one in self._listed(level, ask)
                }
            return self._names[level]

    def _listed(self, level: str, ask: base.Ask) -> Iterator[web.Object]:
        """Yield every campaign or group, page by page."""
        place = f"adAccounts/{self._settings.account}/{_LISTS[level]}?q=search&pageSize={_PAGE}"
        token = ""
        for _ in range(base.MOST_ROWS // _PAGE):
            found = self._get(place + (f"&pageToken={quote(token, safe='')}" if token else ""), ask)
            yield from web.as_objects(found.get("elements"))
            token = str(web.as_object(found.get("metadata")).get("nextPageToken") or "")
            if not token:
                return
        raise adsrows.too_many(self._access, ask)

    def _get(self, place: str, about: base.About) -> web.Object:
        headers = {
            "linkedin-version": self._settings.api_version,
            "x-restli-protocol-version": "2.0.0",
        }
        url = f"{self._access.address(f'https://{HOST}')}/rest/{place}"
        return self._caller.read(web.Call(url=url, headers=headers), about)


def _day(day: date) -> str:
    return f"(year:{day.year},month:{day.month},day:{day.day})"


def _figure(value: object, name: str) -> base.Cell:
    """A figure that is not told is none: rows hold what was counted."""
    found = adsrows.number(value)
    return Decimal(found or 0) if name in _MONEY else found or 0
