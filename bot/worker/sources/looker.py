"""Looker through its API 4.0: a Look or a query, over the days of the period, as typed rows.

Not through Looker's own SDK: that one hides the status of every failure, reads files and variables
of the machine, and asks another host about each error.
"""

import time
from collections.abc import Mapping, Sequence
from typing import cast

import httpx

from bot import errors
from bot.domain import period, report
from bot.domain.run import FailureCode
from bot.kinds.looker import LookerRequest, LookerSettings
from bot.kinds.typed import http as credential
from bot.kinds.typed import looker as pair
from bot.worker.sources import base, lookerrows, notes, tokens, web

parse_credential = pair.parse

_API = "/api/4.0"
_EARLY_SECONDS = 10.0
"""Before its end a token is used no more."""
_BAD_KEYS = frozenset({400, 401, 403, 404})
"""What Looker says to keys that it does not know; 404 since its API 4."""
_OPENING = base.Opening(file="client.yaml")
_KEPT = ("view", "fields", "filters", "filter_expression", "sorts", "dynamic_fields")
"""What of a Look's query is asked again."""


def open_source(access: base.Access) -> "Looker":
    """Make it ready to be asked; raises RunError."""
    return Looker(access, LookerSettings.model_validate(access.spec.settings))


class Looker:
    """One model of one instance."""

    def __init__(self, access: base.Access, settings: LookerSettings) -> None:
        self._access = access
        self._settings = settings
        self._url = access.address(settings.url) + _API
        session = _Session(access, f"{self._url}/login")
        auth = tokens.Renewed(session.token)
        self._caller = web.Caller(access, seconds=settings.timeout, judge=_judge, auth=auth)
        session.caller = self._caller

    def read(self, ask: base.Ask) -> base.Answer:
        """Run a Look or a query for a period; raises RunError."""
        request = LookerRequest.model_validate(ask.request)
        asked = self._query(request, ask)
        filters = cast("Mapping[str, object]", asked.get("filters") or {})
        body = {
            **asked,
            "model": self._settings.model,
            "filters": {**filters, request.period_filter: _days(ask.period)},
            "limit": str(request.limit + 1),
            "query_timezone": ask.timezone,
        }
        found = self._asked("/queries/run/json_bi?apply_formatting=false", ask, body=body)
        try:
            table = lookerrows.table(found, cast("Sequence[str]", asked["fields"]))
        except ValueError as error:
            raise self._invalid(str(error), ask) from None
        if len(table.rows) <= request.limit:
            return base.Answer(table=table)
        kept = base.Table(columns=table.columns, rows=table.rows[: request.limit])
        return base.Answer(table=kept, findings=(notes.truncated(ask, got=request.limit),))

    def identity(self) -> report.Identity:
        """Ask as whom we are let in, and which connections the model reads."""
        user = web.as_object(self._asked("/user?fields=id,display_name", _OPENING))
        fields = "fields=label,name,allowed_db_connection_names"
        model = web.as_object(
            self._asked(f"/lookml_models/{self._settings.model}?{fields}", _OPENING)
        )
        named = model.get("allowed_db_connection_names")
        connections = ", ".join(str(one) for one in cast("list[object]", named or []))
        label, who = model.get("label") or self._settings.model, user.get("display_name")
        return report.Identity(
            source=self._access.spec.name,
            name=f"{label}, as {who}" if who else str(label),
            account=f"{self._settings.model} on {connections or 'any'} as user {user.get('id')}",
            domain=self._settings.host,
        )

    def stop(self) -> None:
        """End what is being asked."""
        self._caller.stop()

    def close(self) -> None:
        """Let go of the connections."""
        self._caller.close()

    def _query(self, request: LookerRequest, ask: base.Ask) -> Mapping[str, object]:
        """What is asked, but for the period."""
        if request.query is not None:
            plain = request.query.model_dump(mode="json")
            plain["view"] = plain.pop("explore")
            return plain
        look = web.as_object(self._asked(f"/looks/{request.look}?fields=id,title,query", ask))
        query = web.as_object(look.get("query"))
        if query.get("model") != self._settings.model:
            fault = f"the Look {request.look} reads another model than {self._settings.model}"
            raise self._invalid(fault, ask)
        if query.get("pivots") or not query.get("fields"):
            raise self._invalid(f"the Look {request.look} pivots its rows, or has no fields", ask)
        return {name: query[name] for name in _KEPT if query.get(name) is not None}

    def _asked(
        self, path: str, about: base.About, *, body: Mapping[str, object] | None = None
    ) -> object:
        """Return the JSON that comes; raises RunError."""
        method = "GET" if body is None else "POST"
        reply = self._caller.ask(web.Call(url=self._url + path, method=method, json=body), about)
        try:
            found = reply.json()
        except ValueError:
            raise self._invalid("the answer is no JSON", about) from None
        wrong = lookerrows.wrong(found)
        if wrong:
            raise self._access.failed(FailureCode.QUERY_INVALID, about=about, said=wrong)
        return found

    def _invalid(self, fault: str, about: base.About) -> errors.RunError:
        return self._access.failed(FailureCode.RESULT_INVALID, about=about, fault=fault)


class _Session:
    """Has the token of an API key."""

    def __init__(self, access: base.Access, url: str) -> None:
        found = access.signed(credential.Credential).parts
        if set(found) != {"client_id", "client_secret"}:
            fault = "it needs “client_id” and “client_secret”, as JSON"
            raise access.failed(FailureCode.CREDENTIAL_INVALID, fault=fault)
        self._access = access
        self._call = web.Call(url=url, method="POST", form=found)
        self._token = ""
        self._until = 0.0
        self.caller: web.Caller | None = None

    def token(self, but: str) -> str:
        """Return the token, or a new one where it is ``but`` or over; raises RunError."""
        if self._token == but or time.monotonic() >= self._until:
            self._sign_in()
        return self._token

    def _sign_in(self) -> None:
        if self.caller is None:
            raise AssertionError
        try:
            reply = self.caller.send(self._call)
        except httpx.HTTPError:
            raise self._access.failed(FailureCode.SOURCE_UNREACHABLE) from None
        if reply.status in _BAD_KEYS:
            raise self._access.failed(
                FailureCode.CREDENTIAL_REFUSED, said=f"HTTP {reply.status}: the API key is unknown"
            )
        refusal = web.by_status(reply)
        if refusal is not None:
            raise self.caller.failed(refusal, None)
        try:
            found = web.as_object(reply.json())
            self._token, seconds = str(found["access_token"]), float(str(found["expires_in"]))
        except (ValueError, KeyError):
            raise self._access.failed(
                FailureCode.SOURCE_FAULT, said="the sign-in gave no token"
            ) from None
        self._access.learn(self._token)
        self._until = time.monotonic() + seconds - _EARLY_SECONDS


def _days(of: period.Period) -> str:
    """A filter expression: so many whole days, the first of which is named."""
    return f"{of.start:%Y/%m/%d} for {of.days} days"


def _judge(reply: web.Reply) -> web.Refusal | None:
    found = web.by_status(reply)
    if found is None:
        return None
    said = lookerrows.said(reply)
    fault = said if found.code is FailureCode.NOT_FOUND else found.fault
    return web.Refusal(
        code=found.code, said=said, fault=fault or found.fault, retry_after=found.retry_after
    )
