"""Meta Ads through Insights: five figures by account, campaign, ad set or ad.

Pages are followed by their cursor, never by the address that Meta writes down for the next one: it
holds the token. A range that is too large to be answered at once is asked for as a report, which
Meta makes in its own time.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import partial

import httpx

from bot.domain import report
from bot.domain.run import FailureCode
from bot.kinds import ads
from bot.kinds.metaads import HOST, MetaAdsRequest, MetaAdsSettings
from bot.kinds.typed import entry
from bot.kinds.typed import metaads as credential
from bot.kinds.typed.form import Ends
from bot.worker.sources import adsrows, base, metaadserrors, notes, tokens, web

parse_credential = credential.parse

_PAGE = "500"
_LITTLE = 20
"""Percent of our share of the hour: below it is worth a note."""
_FIRST_POLL = 0.5
_SLOWEST_POLL = 5.0
_DONE = "Job Completed"
_ENDED = frozenset({"Job Failed", "Job Skipped"})
_LIVES = {"expires_at": "token", "data_access_expires_at": "access to data"}
"""What a token is said to end with → what people call it; 0 is never."""


def open_source(access: base.Access) -> "MetaAds":
    """Make the caller; nothing is sent yet. Raises RunError without a credential."""
    settings = MetaAdsSettings.model_validate(access.spec.settings)
    signed = access.signed(credential.Credential)
    judge = partial(metaadserrors.judge, settings=settings)
    auth = tokens.Fixed(signed.token)
    caller = web.Caller(access, seconds=settings.timeout, judge=judge, auth=auth)
    return MetaAds(access, settings, caller)


class MetaAds:
    """One ad account."""

    def __init__(self, access: base.Access, settings: MetaAdsSettings, caller: web.Caller) -> None:
        self._access = access
        self._settings = settings
        self._caller = caller
        self._zone: str | None = None
        signed = access.signed(credential.Credential)
        self._always = {"appsecret_proof": signed.proof} if signed.secret else {}

    def identity(self) -> report.Identity:
        """Ask the account who it is; RunError where another business owns it."""
        opening, settings = base.Opening(file="client.yaml"), self._settings
        fields = {"fields": "name,currency,timezone_name,business"}
        found = self._object(self._get(f"act_{settings.account}", fields, about=opening), opening)
        owner = str(web.as_object(found.get("business")).get("id", ""))
        if settings.business and owner != settings.business:
            fault = f"the ad account {settings.account} in the business {settings.business}"
            raise self._access.failed(FailureCode.NOT_FOUND, about=opening, fault=fault)
        self._zone = str(found.get("timezone_name") or "") or None
        return report.Identity(
            source=self._access.spec.name,
            name=str(found.get("name") or settings.account)[:200],
            account=f"act_{settings.account}",
            currency=str(found.get("currency") or "") or None,
            timezone=self._zone,
        )

    def life(self) -> base.Life:
        """Ask about the token by itself, which Meta takes in an address only: over TLS, and into
        no log. https://developers.facebook.com/docs/graph-api/reference/debug_token
        """
        token = self._access.signed(credential.Credential).token
        call = web.Call(
            url=self._url("debug_token"),
            params={"input_token": token, **self._always},
            headers={"authorization": f"Bearer {token}"},
        )
        try:
            told = web.as_object(web.as_object(self._caller.send(call).json()).get("data"))
        except (httpx.HTTPError, ValueError):
            return base.Life()
        known = ((entry.instant(told.get(name)), what) for name, what in _LIVES.items())
        ends = [Ends(at=at, what=what) for at, what in known if at is not None]
        return base.Life(
            ends=min(ends, key=_at, default=None), made_at=entry.instant(told.get("issued_at"))
        )

    def read(self, ask: base.Ask) -> base.Answer:
        """Read one query; raises RunError."""
        wanted = MetaAdsRequest.model_validate(ask.request)
        nothing: adsrows.Figures = {
            column: 0
            for column in ads.COLUMNS
            if wanted.conversions or column not in {"conversions", "value"}
        }
        shape = adsrows.Shape(level=wanted.level, columns=wanted.columns, nothing=nothing)
        said: list[report.Finding] = []
        rows: list[adsrows.Row] = []
        try:
            for found in self._found(ask, wanted, said=said):
                rows.append(_row(found, wanted))
                if len(rows) > base.MOST_ROWS:
                    break
        except ValueError as fault:
            raise self._caller.unreadable(str(fault), ask) from None
        table = adsrows.table(self._access, ask, shape=shape, rows=rows)
        version = self._settings.api_version
        said += adsrows.findings(self._access, ask, version=version, zone=self._zone)
        return base.Answer(table=table, findings=tuple(said))

    def stop(self) -> None:
        """End what is being read; a report that Meta is making costs nothing."""
        self._caller.stop()

    def close(self) -> None:
        """Let go of the connections."""
        self._caller.close()

    def _found(
        self, ask: base.Ask, wanted: MetaAdsRequest, *, said: list[report.Finding]
    ) -> Iterator[web.Object]:
        """Yield every row of every page."""
        place, asked = f"act_{self._settings.account}/insights", _asked(ask, wanted)
        reply = self._get(place, {**asked, "limit": _PAGE}, about=ask)
        if metaadserrors.is_too_large(reply):
            place, asked = f"{self._made(place, asked, ask=ask)}/insights", {}
            reply = self._get(place, {"limit": _PAGE}, about=ask)
        while True:
            body = self._object(reply, ask)
            yield from web.listed(body, "data")
            paging = web.as_object(body.get("paging"))
            after = str(web.as_object(paging.get("cursors")).get("after") or "")
            if not (after and paging.get("next")):
                break
            reply = self._get(place, {**asked, "limit": _PAGE, "after": after}, about=ask)
        if (left := metaadserrors.left(reply)) < _LITTLE:
            said.append(notes.quota_low(ask, left=max(left, 0), unit="% of our calls this hour"))

    def _made(self, place: str, asked: dict[str, str], *, ask: base.Ask) -> str:
        """Have a report made; returns its id once it is there."""
        begun = self._caller.ask(
            web.Call(method="POST", url=self._url(place), form={**asked, **self._always}), ask
        )
        made = str(self._object(begun, ask).get("report_run_id") or "")
        if not made.isdecimal():
            raise self._caller.unreadable("no report_run_id", ask)
        pause = _FIRST_POLL
        while True:
            told = self._object(self._get(made, {"fields": "async_status"}, about=ask), ask)
            state = str(told.get("async_status"))
            if state == _DONE:
                return made
            if state in _ENDED:
                raise self._caller.unreadable(state, ask)
            self._caller.rest(pause, ask)
            pause = min(pause * 2, _SLOWEST_POLL)

    def _get(self, place: str, params: dict[str, str], *, about: base.About) -> web.Reply:
        call = web.Call(url=self._url(place), params={**params, **self._always})
        return self._caller.ask(call, about)

    def _url(self, place: str) -> str:
        return f"{self._access.address(f'https://{HOST}')}/{self._settings.api_version}/{place}"

    def _object(self, reply: web.Reply, about: base.About) -> web.Object:
        """A part that is still too large is no end of the rows."""
        if metaadserrors.is_too_large(reply):
            raise self._caller.unreadable("too large even in parts", about)
        return self._caller.parsed(reply, about)


def _at(one: Ends) -> datetime:
    return one.at


def _asked(ask: base.Ask, wanted: MetaAdsRequest) -> dict[str, str]:
    """The parameters of Insights; both days of a range belong to it."""
    names = [] if wanted.level == ads.ACCOUNT else [f"{wanted.level}_name", f"{wanted.level}_id"]
    counted = ["actions", "action_values"] if wanted.conversions else []
    span = {"since": str(ask.period.start), "until": str(ask.period.last_day)}
    params = {
        "level": wanted.level,
        "time_range": json.dumps(span),
        "fields": ",".join((*names, "spend", "impressions", "clicks", *counted)),
    }
    if wanted.attribution:
        params["action_attribution_windows"] = json.dumps(wanted.attribution)
    return params


def _row(found: web.Object, wanted: MetaAdsRequest) -> adsrows.Row:
    figures: dict[str, base.Cell] = {
        "spend": _money(found.get("spend")),
        "impressions": adsrows.number(found.get("impressions", "0")),
        "clicks": adsrows.number(found.get("clicks", "0")),
    }
    if wanted.conversions:
        figures["conversions"] = _summed(found.get("actions"), wanted)
        figures["value"] = _summed(found.get("action_values"), wanted)
    name = found.get(f"{wanted.level}_name")
    return adsrows.Row(
        id=str(found.get(f"{wanted.level}_id", "")),
        name=None if name is None else str(name),
        figures=figures,
    )


def _money(value: object) -> Decimal | None:
    amount = adsrows.number(value)
    return None if amount is None else Decimal(amount)


def _summed(actions: object, wanted: MetaAdsRequest) -> Decimal:
    """The actions that count, in the windows that were asked for: what is not listed is none."""
    windows = wanted.attribution or ("value",)
    counted = (
        adsrows.number(action.get(window, "0"))
        for action in web.as_objects(actions)
        if action.get("action_type") in wanted.conversions
        for window in windows
    )
    return sum((Decimal(one or 0) for one in counted), Decimal(0))
