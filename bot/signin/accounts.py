"""What a sign-in opens: the properties, accounts or projects of one kind of source.

Asked with what the sign-in came to, so that a list is also the proof that it is of use.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import httpx

from bot import errors
from bot.domain import spec
from bot.kinds import ga4, googleads, linkedinads, metaads, sheets
from bot.kinds.linkedinads import LinkedinAdsSettings
from bot.signin.app import App

_SECONDS = 30.0
_PAGES = 50
_ROOTS = 20
"""Google Ads managers and accounts that are looked into."""
_BIGQUERY = "bigquery.googleapis.com"
_META = "v26.0"
_CLIENTS = "SELECT customer_client.id, customer_client.descriptive_name FROM customer_client"
_Object = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One thing that a source can be of."""

    id: str
    """As client.yaml names it."""
    name: str
    through: str = ""
    """Google Ads: the manager account that leads to it; empty: none does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asks, and of what."""

    kind: str
    token: str = field(repr=False)
    app: App
    doubles: Mapping[str, str]
    own: tuple[str, ...] = ()
    """What the files name already: spreadsheets are not listed, but asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What there is."""

    accounts: tuple[Account, ...]
    proof: bool = False
    """Meta: its app demands a proof with every call, which takes the app's secret."""


KEYS: Mapping[str, str] = {
    "ga4": "property",
    "google_ads": "customer",
    "bigquery": "project",
    "google_sheets": "spreadsheet",
    "meta_ads": "account",
    "linkedin_ads": "account",
}
"""Kind → what client.yaml calls it."""
_MANAGER = "login_customer"


def named(source: spec.SourceSpec) -> Account:
    """Return what a source says it is of."""
    through = str(source.settings.get(_MANAGER) or "")
    return Account(id=str(source.settings[KEYS[source.kind]]), name="", through=through)


def settings(kind: str, account: Account) -> Mapping[str, str]:
    """Return what to write into client.yaml for it."""
    manager = {_MANAGER: account.through} if account.through else {}
    return {KEYS[kind]: account.id, **manager}


def found(asked: Asked) -> Found:
    """List them; raises UsageError where the platform does not let us."""
    with httpx.Client(timeout=_SECONDS, trust_env=False) as http:
        calls = _Calls(http, asked)
        if asked.kind != "meta_ads":
            return Found(accounts=tuple(_LISTS[asked.kind](calls)))
        try:
            return Found(accounts=tuple(_meta(calls)))
        except _ProofNeededError:
            calls.prove()
            return Found(accounts=tuple(_meta(calls)), proof=True)


class _ProofNeededError(Exception):
    """Meta's app demands ``appsecret_proof``."""


class _Calls:
    """Calls one API with the sign-in."""

    def __init__(self, http: httpx.Client, asked: Asked) -> None:
        self.asked = asked
        self._http = http
        self._always: dict[str, str] = {}

    def prove(self) -> None:
        """Send Meta's proof along from here on."""
        key, text = self.asked.app.secret.encode(), self.asked.token.encode()
        self._always = {"appsecret_proof": hmac.new(key, text, hashlib.sha256).hexdigest()}

    def get(self, host: str, path: str, *, headers: Mapping[str, str] | None = None) -> _Object:
        """Return the object there; raises UsageError."""
        return _object(self._sent("GET", host, path=path, headers=headers))

    def post(self, host: str, path: str, *, body: _Object, headers: Mapping[str, str]) -> object:
        """Return what is answered."""
        return self._sent("POST", host, path=path, headers=headers, body=body)

    def _sent(
        self,
        method: str,
        host: str,
        *,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: _Object | None = None,
    ) -> object:
        base = self.asked.doubles.get(self.asked.kind, f"https://{host}")
        sent = {**(headers or {}), "authorization": f"Bearer {self.asked.token}"}
        url = httpx.URL(f"{base}{path}").copy_merge_params(self._always)
        try:
            reply = self._http.request(method, url, headers=sent, json=body)
        except httpx.HTTPError:
            raise errors.UsageError(f"{host} cannot be reached from this machine.") from None
        if reply.is_error:
            raise self._refused(reply, host)
        try:
            return json.loads(reply.content)
        except (ValueError, RecursionError):
            raise errors.UsageError(f"{host} answered what is no list.") from None

    def _refused(self, reply: httpx.Response, host: str) -> Exception:
        if "appsecret_proof" in reply.text and not self._always:
            return _ProofNeededError()
        hint = _HINTS.get(self.asked.kind, "")
        return errors.UsageError(
            f"{host} does not tell this sign-in what it may read (HTTP {reply.status_code}). {hint}"
        )


_ENABLED = "Is the API switched on in the Google Cloud project of the OAuth client?"
_HINTS: Mapping[str, str] = {
    "ga4": f"{_ENABLED} It is called Google Analytics Admin API.",
    "google_ads": "Is the developer token right, and approved for more than test accounts?",
    "bigquery": _ENABLED,
    "google_sheets": _ENABLED,
    "meta_ads": "Has the app the permission ads_read?",
    "linkedin_ads": "Has the app the product Advertising API?",
}


def _ga4(calls: _Calls) -> Iterator[Account]:
    path = "/v1beta/accountSummaries?pageSize=200"
    for page in _pages(lambda token: calls.get(ga4.ADMIN, f"{path}&pageToken={token}")):
        for account in _objects(page, "accountSummaries"):
            for one in _objects(account, "propertySummaries"):
                name = f"{_text(one, 'displayName')} ({_text(account, 'displayName')})"
                yield Account(id=_text(one, "property").removeprefix("properties/"), name=name)


def _bigquery(calls: _Calls) -> Iterator[Account]:
    path = "/bigquery/v2/projects?maxResults=500"
    for page in _pages(lambda token: calls.get(_BIGQUERY, f"{path}&pageToken={token}")):
        for one in _objects(page, "projects"):
            id_ = _text(_object(one.get("projectReference")), "projectId")
            yield Account(id=id_, name=_text(one, "friendlyName"))


def _sheets(calls: _Calls) -> Iterator[Account]:
    """To list them all would take a permission to read every file's name."""
    for id_ in calls.asked.own:
        told = calls.get(sheets.HOST, f"/v4/spreadsheets/{id_}?fields=properties.title")
        yield Account(id=id_, name=_text(_object(told.get("properties")), "title"))


def _google_ads(calls: _Calls) -> Iterator[Account]:
    """What the sign-in is let into directly, and all that lies behind a manager."""
    headers = {"developer-token": calls.asked.app.developer_token}
    version = googleads.GoogleAdsSettings.model_fields["api_version"].default
    path = f"/{version}/customers"
    told = calls.get(googleads.HOST, f"{path}:listAccessibleCustomers", headers=headers)
    names = cast("Sequence[object]", told.get("resourceNames") or ())
    for root in [str(one).removeprefix("customers/") for one in names][:_ROOTS]:
        try:
            pieces = calls.post(
                googleads.HOST,
                f"{path}/{root}/googleAds:searchStream",
                body={"query": _CLIENTS},
                headers={**headers, "login-customer-id": root},
            )
        except errors.UsageError:
            # One that is closed tells nothing, and hides none of the others.
            continue
        for piece in cast("Sequence[object]", pieces if isinstance(pieces, list) else ()):
            for row in _objects(_object(piece), "results"):
                one = _object(row.get("customerClient"))
                id_ = str(one.get("id", ""))
                through = "" if id_ == root else root
                yield Account(id=id_, name=_text(one, "descriptiveName"), through=through)


def _meta(calls: _Calls) -> Iterator[Account]:
    path = f"/{_META}/me/adaccounts?fields=account_id,name&limit=200"
    after = ""
    for _ in range(_PAGES):
        page = calls.get(metaads.HOST, f"{path}&after={after}" if after else path)
        for one in _objects(page, "data"):
            yield Account(id=_text(one, "account_id"), name=_text(one, "name"))
        paging = _object(page.get("paging"))
        after = _text(_object(paging.get("cursors")), "after")
        if not (after and paging.get("next")):
            return


def _linkedin(calls: _Calls) -> Iterator[Account]:
    version = LinkedinAdsSettings.model_fields["api_version"].default
    headers = {"linkedin-version": str(version), "x-restli-protocol-version": "2.0.0"}
    path = "/rest/adAccounts?q=search&pageSize=500"

    def page(token: str) -> _Object:
        more = f"{path}&pageToken={token}" if token else path
        return calls.get(linkedinads.HOST, more, headers=headers)

    for told in _pages(page):
        for one in _objects(told, "elements"):
            yield Account(id=str(one.get("id", "")), name=_text(one, "name"))


_LISTS: Mapping[str, Callable[[_Calls], Iterator[Account]]] = {
    "ga4": _ga4,
    "google_ads": _google_ads,
    "bigquery": _bigquery,
    "google_sheets": _sheets,
    "linkedin_ads": _linkedin,
}


def _pages(get: Callable[[str], _Object]) -> Iterator[_Object]:
    """Yield page after page, as long as one names the next; so many at most."""
    token = ""
    for _ in range(_PAGES):
        page = get(token)
        yield page
        token = _text(page, "nextPageToken")
        token = token or _text(_object(page.get("metadata")), "nextPageToken")
        if not token:
            return


def _object(value: object) -> _Object:
    return cast("_Object", value) if isinstance(value, dict) else {}


def _objects(of: _Object, name: str) -> Iterator[_Object]:
    listed = of.get(name)
    for one in cast("Sequence[object]", listed if isinstance(listed, list) else ()):
        yield _object(one)


def _text(of: _Object, name: str) -> str:
    value = of.get(name)
    return value if isinstance(value, str) else ""
