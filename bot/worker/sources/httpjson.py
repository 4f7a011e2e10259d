"""Any API that answers in JSON: one host over HTTPS, addresses and answers as client.yaml says.

What is asked is fixed by the client's file but for the period; no redirect is followed, and what an
answer says leads to no other host.
"""

import base64
from collections.abc import Generator, Mapping
from dataclasses import replace
from urllib.parse import quote, urlsplit

import httpx

from bot.domain import report
from bot.domain.run import FailureCode
from bot.kinds import httpjson, template
from bot.kinds.typed import http as credential
from bot.worker.sources import base, httpjsoncells, httpjsonpages, web

parse_credential = credential.parse

_MOVED = range(300, 400)
_OPENING = base.Opening(file="client.yaml")


def open_source(access: base.Access) -> "HttpJson":
    """Make it ready to be asked; raises RunError."""
    return HttpJson(access, httpjson.HttpJsonSettings.model_validate(access.spec.settings))


class HttpJson:
    """One API of one client."""

    def __init__(self, access: base.Access, settings: httpjson.HttpJsonSettings) -> None:
        self._access = access
        self._settings = settings
        found = urlsplit(settings.url)
        self._url = access.address(f"https://{found.netloc}") + found.path
        self._caller = web.Caller(
            access, seconds=settings.timeout, judge=_judge, auth=_signed(access, settings)
        )

    def read(self, ask: base.Ask) -> base.Answer:
        """Ask one question, page by page; raises RunError."""
        request = httpjson.HttpJsonRequest.model_validate(ask.request)
        pages = httpjsonpages.Pages(
            access=self._access,
            caller=self._caller,
            url=self._url,
            request=request,
            known=template.values(ask.period, ask.timezone, account=self._settings.account),
            ask=ask,
        )
        rows: list[object] = []
        for page in pages.rows():
            rows += page
            if len(rows) > base.MOST_ROWS:
                fault = f"it has more than {base.MOST_ROWS} rows"
                raise self._access.failed(FailureCode.RESULT_INVALID, about=ask, fault=fault)
        try:
            return base.Answer(table=httpjsoncells.table(request, rows, timezone=ask.timezone))
        except ValueError as error:
            raise self._access.failed(
                FailureCode.RESULT_INVALID, about=ask, fault=str(error)
            ) from None

    def identity(self) -> report.Identity:
        """Tell whose data it is: what the API says where it was asked to, and the account. Where it
        has no address to ask, nothing is asked, and there is no name.
        """
        settings = self._settings
        name, known = self._whose(settings.whose) if settings.whose is not None else ("", "")
        return report.Identity(
            source=self._access.spec.name,
            name=name,
            account=", ".join(filter(None, (settings.account, known))),
            domain=settings.host,
            currency=settings.currency,
        )

    def stop(self) -> None:
        """End what is being asked."""
        self._caller.stop()

    def close(self) -> None:
        """Let go of the connections."""
        self._caller.close()

    def _whose(self, path: str) -> tuple[str, str]:
        """The name and the id that the API tells, the id only where one was named."""
        settings = self._settings
        known = {} if settings.account is None else {"account": settings.account}
        try:
            filled = template.filled(path, known, write=lambda part: quote(part, safe=""))
            body = self._caller.ask(web.Call(url=f"{self._url}/{filled}"), _OPENING).json()
        except ValueError:
            body = None
        asked = (settings.whose_name, settings.whose_id)
        name, account = ("" if one is None else self._told(path, one, body=body) for one in asked)
        return name, account

    def _told(self, path: str, where: str, *, body: object) -> str:
        try:
            found = httpjsonpages.one(where, body)
        except ValueError:
            found = None
        if isinstance(found, bool) or not isinstance(found, str | int) or found == "":
            fault = f"{path} tells nothing at {where}"
            raise self._access.failed(FailureCode.RESULT_INVALID, about=_OPENING, fault=fault)
        return str(found)


class _Signed(httpx.Auth):
    """Adds what signs a request, where no call and no error can hold it."""

    def __init__(self, headers: Mapping[str, str], query: Mapping[str, str]) -> None:
        self._headers = headers
        self._query = query

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """As httpx.Auth has it."""
        request.headers.update(self._headers)
        for name, value in self._query.items():
            request.url = request.url.copy_set_param(name, value)
        yield request


def _signed(access: base.Access, settings: httpjson.HttpJsonSettings) -> _Signed:
    """Raises RunError for a credential that is not of the form that ``auth`` needs."""
    if settings.auth == "none":
        return _Signed({}, {})
    found = access.signed(credential.Credential)
    name = settings.auth_name
    match settings.auth:
        case "bearer" if found.line:
            return _Signed({"authorization": f"Bearer {found.line}"}, {})
        case "basic" if set(found.parts) == {"user", "password"}:
            pair = f"{found.parts['user']}:{found.parts['password']}"
            return _Signed(
                {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}, {}
            )
        case "header" if found.line and name is not None:
            return _Signed({name: found.line}, {})
        case "header" if found.parts and name is None:
            return _Signed(found.parts, {})
        case "query" if found.line and name is not None:
            return _Signed({}, {name: found.line})
        case _:
            raise access.failed(FailureCode.CREDENTIAL_INVALID, fault=_FORMS[settings.auth])


_FORMS: Mapping[str, str] = {
    "bearer": "auth: bearer needs the token alone",
    "basic": "auth: basic needs JSON with “user” and “password”",
    "header": "auth: header needs the value alone with auth_name, or JSON of headers without it",
    "query": "auth: query needs the value alone",
}


def _judge(reply: web.Reply) -> web.Refusal | None:
    found = web.by_status(reply)
    if found is None:
        return None
    if reply.status in _MOVED:
        words = "it leads to another address, which is not followed: name that one"
    else:
        words = _reason(reply)
    said = f"HTTP {reply.status}: {words}" if words else found.said
    fault = f"there is nothing at its path (HTTP {reply.status})"
    return replace(
        found, said=said, fault=fault if found.code is FailureCode.NOT_FOUND else found.fault
    )


def _reason(reply: web.Reply) -> str:
    try:
        return httpjsonpages.reason(reply.json())
    except ValueError:
        return ""
