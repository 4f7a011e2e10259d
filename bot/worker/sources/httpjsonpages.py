"""The pages of one answer: what is asked, the rows of each, and how the next is asked for."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from json import loads
from typing import TYPE_CHECKING, cast
from urllib.parse import quote, urlencode, urljoin, urlsplit

import jsonpath_rfc9535

from bot import errors
from bot.domain.run import FailureCode
from bot.kinds import httpjson, template
from bot.worker.sources import base, web

if TYPE_CHECKING:
    from jsonpath_rfc9535 import JSONValue

_MOST_PAGES = 500
_MOST_BYTES = 64 * 2**20
_DEEP = 4
_WORDS = ("message", "error_description", "detail", "description", "title", "msg")
_WITHIN = ("error", "errors", "fault")
_LINK = re.compile(r"<(?P<address>[^<>]*)>(?P<parameters>(?:[^,\"]|\"[^\"]*\")*)")
_PARAMETER = re.compile(r";\s*([^\s;=]+)\s*(?:=\s*(?:\"([^\"]*)\"|([^\s;\"]*)))?")
_FINE = (None, False, 0, "", "0", "none", "None")


def at(path: str, body: object) -> Sequence[object]:
    """Return everything that a JSONPath finds; raises ValueError where it goes too deep."""
    try:
        found = jsonpath_rfc9535.compile(path).find(cast("JSONValue", body))
    except jsonpath_rfc9535.JSONPathError:
        raise ValueError(f"{path} cannot be followed in it") from None
    return found.values()


def one(path: str, body: object) -> object:
    """Return the first that it finds, or None."""
    return next(iter(at(path, body)), None)


def reason(body: object, *, deep: int = _DEEP) -> str:
    """Return what an answer says in words, wherever services tend to put them; "" for nothing."""
    if isinstance(body, str):
        return body
    if isinstance(body, list):
        body = next(iter(cast("list[object]", body)), None)
    if not isinstance(body, dict) or deep == 0:
        return ""
    told = cast("Mapping[str, object]", body)
    words = (value for name in _WORDS if isinstance(value := told.get(name), str) and value)
    inner = (reason(told[name], deep=deep - 1) for name in _WITHIN if name in told)
    return next(words, "") or next(filter(None, inner), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """One question, before it is asked."""

    access: base.Access
    caller: web.Caller
    url: str
    """What every address begins with."""
    request: httpjson.HttpJsonRequest
    known: Mapping[str, template.Value]
    ask: base.Ask

    def rows(self) -> Iterator[Sequence[object]]:
        """Yield the rows of each page; raises RunError."""
        call, taken, seen = self._first(), 0, {""}
        for number in range(_MOST_PAGES):
            reply = self.caller.ask(call, self.ask)
            taken += len(reply.body)
            if taken > _MOST_BYTES:
                raise self._invalid(f"it is longer than {_MOST_BYTES // 2**20} MB")
            try:
                body = self._body(reply)
                rows = self._rows(body)
                yield rows
                page = _Page(call=call, reply=reply, body=body, rows=rows, number=number)
                following = self._next(page, seen)
            except ValueError as error:
                raise self._invalid(str(error)) from None
            if following is None:
                return
            call = following
        raise self._invalid(f"it has more than {_MOST_PAGES} pages")

    def _first(self) -> web.Call:
        asked = self.request
        try:
            path = template.filled(asked.path, self.known, write=lambda part: quote(part, safe=""))
            query = {name: template.filled(one, self.known) for name, one in asked.query.items()}
            headers = {
                name: template.filled(one, self.known) for name, one in asked.headers.items()
            }
            body = loads(template.filled(asked.body, self.known)) if asked.body else None
        except ValueError as error:
            raise self.access.failed(
                FailureCode.QUERY_INVALID, about=self.ask, said=str(error)
            ) from None
        url = f"{self.url}/{path}" if path else self.url
        return web.Call(
            url=_with(url, query),
            method=asked.method,
            headers={"accept": "application/json", **headers},
            json=body,
        )

    def _body(self, reply: web.Reply) -> object:
        try:
            body = reply.json()
        except ValueError:
            raise ValueError("the answer is no JSON") from None
        wrong = one(self.request.error, body) if self.request.error else None
        if wrong not in _FINE and wrong not in ([], {}):
            said = reason(body) or reason(wrong) or f"{self.request.error} is {wrong}"
            raise self.access.failed(FailureCode.SOURCE_FAULT, about=self.ask, said=said)
        return body

    def _rows(self, body: object) -> Sequence[object]:
        """A path to one place leads to the list, or to the only row; others to rows."""
        path = self.request.rows
        found = at(path, body)
        if not jsonpath_rfc9535.compile(path).singular_query():
            return found
        if not found or not isinstance(found[0], dict | list):
            said = reason(body)
            fault = f"there are no rows at {path}"
            raise self.access.failed(
                FailureCode.RESULT_INVALID, about=self.ask, fault=fault, said=said
            )
        only = cast("Mapping[str, object] | list[object]", found[0])
        return only if isinstance(only, list) else [only]

    def _next(self, page: "_Page", seen: set[str]) -> web.Call | None:
        """What asks for the next page; None: this was the last."""
        paging, call, number = self.request.paging, page.call, page.number + 1
        if paging is None:
            return None
        if paging.parameter is not None and paging.cursor is None:
            left = self._left(paging, page.body, rows=page.rows, number=number)
            value = paging.first + number * paging.step
            return _sent(call, paging.parameter, value=value) if left else None
        place = paging.next or paging.cursor or ""
        mark = linked(page.reply.headers) if paging.link else one(place, page.body)
        if mark in _FINE:
            return None
        if isinstance(mark, bool) or not isinstance(mark, str | int):
            raise ValueError("what tells the next page is no text")  # noqa: TRY004 - data
        if str(mark) in seen:
            raise ValueError("its pages come again")
        seen.add(str(mark))
        if paging.parameter is not None:
            return _sent(call, paging.parameter, value=mark)
        return replace(call, url=near(urljoin(call.url, str(mark)), self.url))

    @staticmethod
    def _left(
        paging: httpjson.Paging, body: object, *, rows: Sequence[object], number: int
    ) -> bool:
        """Whether there are pages after so many."""
        if paging.pages is None:
            return len(rows) > 0
        pages = one(paging.pages, body)
        if not isinstance(pages, int):
            raise ValueError(  # noqa: TRY004 - data, not a type
                f"there is no number of pages at {paging.pages}"
            )
        return number < pages

    def _invalid(self, fault: str) -> errors.RunError:
        return self.access.failed(FailureCode.RESULT_INVALID, about=self.ask, fault=fault)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """One page as it came."""

    call: web.Call
    reply: web.Reply
    body: object
    rows: Sequence[object]
    number: int
    """How many came before it."""


def linked(headers: Mapping[str, str]) -> str | None:
    """Return the address of the next page as the header Link has it (RFC 8288)."""
    for link in _LINK.finditer(headers.get("link", "")):
        for name, quoted, plain in _PARAMETER.findall(link["parameters"]):
            if name.casefold() == "rel" and "next" in (quoted or plain).casefold().split():
                return link["address"].strip()
    return None


def near(url: str, ours: str) -> str:
    """Return the address of a next page, which is where ours is; raises ValueError elsewhere."""
    if _origin(url) != _origin(ours):
        raise ValueError("its next page is on another host, or not over https")
    return url


def _origin(url: str) -> tuple[str, str, int | None]:
    found = urlsplit(url)
    if found.username is not None:
        raise ValueError("the address of its next page names a user")
    return found.scheme, found.hostname or "", found.port or (443 if found.scheme else None)


def _with(url: str, query: Mapping[str, str]) -> str:
    return f"{url}?{urlencode(query, quote_via=quote)}" if query else url


def _sent(call: web.Call, name: str, *, value: str | int) -> web.Call:
    """The call with one more parameter: in its body where that is an object."""
    if isinstance(call.json, dict):
        return replace(call, json={**cast("Mapping[str, object]", call.json), name: value})
    kept, _, query = call.url.partition("?")
    others = [part for part in query.split("&") if part and part.split("=")[0] != quote(name)]
    return replace(call, url=f"{kept}?{'&'.join([*others, urlencode({name: value})])}")
