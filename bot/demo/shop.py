"""A local double of a shop's API, as hundreds of services have one: JSON, a key, pages.

    with shop.ShopDouble() as api:
        key = api.key()
        api.trouble("busy")

It takes a key as a bearer token, as ``X-Api-Key`` (with ``X-App``, where one was asked for), as the
parameter ``key`` or as the password of ``acme``, and hands out two orders a page. Days are the
shop's own; ``to`` is the first that no longer counts.
"""

import base64
import json
import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal
from urllib.parse import urlencode

from bot.demo import loopback

Trouble = Literal[
    "slow", "cut", "busy", "down", "forbidden", "moved", "lying", "nonsense", "foreign", "endless"
]
USER = "acme"
_PAGE = 2
_SLOW_SECONDS = 60.0
_ORDERS: Sequence[Mapping[str, object]] = (
    {"day": "2026-11-15", "amount": 1.25, "pieces": 10, "city": "Paris"},
    {"day": "2026-11-16", "amount": 2.5, "pieces": 20, "city": "Łódź"},
    {"day": "2026-11-16", "amount": "0.75", "pieces": "5", "city": "大阪"},
    {"day": "2026-11-22", "amount": 4, "pieces": None},
    {"day": "2026-11-23", "amount": 8.0, "pieces": 40, "city": "Paris"},
)
_EVEN_MORE = 21_000


class ShopDouble(loopback.Double):
    """The shop's API and who may ask it."""

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self._is_open = False
        self._trouble: Trouble | None = None
        self._over = threading.Event()
        self.came = threading.Event()
        """Set by every request that is let in."""
        self.requests: list[loopback.Request] = []
        super().__init__(
            [
                ("GET", "/v1/orders", self._orders),
                ("GET", "/v1/numbered", self._numbered),
                ("GET", "/v1/linked", self._linked),
                ("POST", "/v1/search", self._search),
                ("GET", "/v1/all", self._all),
                ("GET", "/v1/me", self._me),
            ]
        )

    def stop(self) -> None:
        """End what is slow and let go of the port."""
        self._over.set()
        super().stop()

    def key(self) -> str:
        """Hand out a key."""
        made = secrets.token_hex(20)
        self._keys.add(made)
        return made

    def revoke(self) -> None:
        """Take every key back."""
        self._keys.clear()

    def open_to_all(self) -> None:
        """Ask nobody for a key from now on."""
        self._is_open = True

    def trouble(self, kind: Trouble | None) -> None:
        """Misbehave from now on."""
        self._trouble = kind

    def _me(self, request: loopback.Request) -> loopback.Reply:
        return self._let_in(request) or loopback.Reply(
            body={"shop": {"id": 4711, "name": "Acme Shop"}}
        )

    def _orders(self, request: loopback.Request) -> loopback.Reply:
        """Pages by address: each names the next."""
        refused = self._let_in(request)
        if refused is not None:
            return refused
        rows, after = _page(request.query)
        query = urlencode({**request.query, "after": after})
        following = f"{request.path}?{query}" if after else None
        match self._trouble:
            case "foreign":
                following = f"https://elsewhere.example{request.path}?{query}"
            case "endless":
                following = request.target
            case _:
                pass
        return _bent(self._trouble, {"orders": rows, "links": {"next": following}})

    def _numbered(self, request: loopback.Request) -> loopback.Reply:
        refused = self._let_in(request)
        if refused is not None:
            return refused
        number = int(request.query.get("page", "1"))
        rows, _ = _page({**request.query, "after": str((number - 1) * _PAGE)})
        pages = -(-len(_within(request.query)) // _PAGE)
        return _bent(self._trouble, {"code": 0, "data": {"list": rows, "pages": pages}})

    def _linked(self, request: loopback.Request) -> loopback.Reply:
        """Pages by the header Link, as RFC 8288 has it."""
        refused = self._let_in(request)
        if refused is not None:
            return refused
        rows, after = _page(request.query)
        host = "https://elsewhere.example" if self._trouble == "foreign" else ""
        query = urlencode({**request.query, "after": after})
        link = f'<{request.path}>; rel="first", <{host}{request.path}?{query}>; rel="next"'
        return loopback.Reply(body={"orders": rows}, headers={"Link": link} if after else {})

    def _search(self, request: loopback.Request) -> loopback.Reply:
        """Pages by cursor, asked by POST, with days as seconds since 1970."""
        refused = self._let_in(request)
        if refused is not None:
            return refused
        asked = request.json()
        first, last = (_day(asked[name]) for name in ("from", "to"))
        after = str(asked.get("after") or "")
        rows, cursor = _page({"from": first, "to": last, "after": after})
        return _bent(self._trouble, {"data": {"rows": rows}, "cursor": cursor or None})

    def _all(self, request: loopback.Request) -> loopback.Reply:
        return self._let_in(request) or loopback.Reply(
            body={"orders": [{"amount": 1}] * _EVEN_MORE}
        )

    def _let_in(self, request: loopback.Request) -> loopback.Reply | None:
        """Refuse who shows no key, and whoever comes where there is trouble."""
        self.requests.append(request)
        if not (self._is_open or self._keys & set(_shown(request))):
            return _failed(401, "This API key is not known.")
        self.came.set()
        if self._trouble == "slow":
            self._over.wait(_SLOW_SECONDS)
        refusal = _REFUSALS.get(self._trouble or "")
        if refusal is not None:
            return refusal
        if {"from", "to"} - request.query.keys() and request.path == "/v1/orders":
            return _failed(400, "Say from and to.")
        return None


def _bent(trouble: Trouble | None, body: Mapping[str, object]) -> loopback.Reply:
    match trouble:
        case "lying":
            return loopback.Reply(body={"code": 40105, "message": "The token has expired."})
        case "nonsense":
            return loopback.Reply(raw=b"<html>We are sorry.</html>")
        case _:
            return loopback.Reply(body=body, cut=trouble == "cut")


def _shown(request: loopback.Request) -> Sequence[str]:
    """Every key that a request shows, in whichever way."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    shown = [request.headers.get("x-api-key", ""), request.query.get("key", "")]
    if scheme == "Bearer":
        shown.append(rest)
    if scheme == "Basic":
        user, _, password = base64.b64decode(rest).decode().partition(":")
        shown += [password] if user == USER else []
    return shown


def _within(query: Mapping[str, str]) -> Sequence[Mapping[str, object]]:
    first, last = query.get("from", ""), query.get("to", "9999")
    return [one for one in _ORDERS if first <= str(one["day"]) < last]


def _page(query: Mapping[str, str]) -> tuple[Sequence[Mapping[str, object]], str]:
    """A page's rows, and what the next begins after; "" at the end."""
    found, start = _within(query), int(query.get("after") or 0)
    more = start + _PAGE < len(found)
    return found[start : start + _PAGE], str(start + _PAGE) if more else ""


def _day(seconds: object) -> str:
    """The day in Paris, in winter, that begins at this second."""
    days, _ = divmod(int(str(seconds)) + 3600, 86400)
    return (date(1970, 1, 1) + timedelta(days=days)).isoformat()


def _failed(status: int, message: str) -> loopback.Reply:
    raw = json.dumps({"error": {"code": status, "message": message}}).encode()
    return loopback.Reply(status=status, raw=raw)


_REFUSALS: Mapping[str, loopback.Reply] = {
    "busy": replace(_failed(429, "Slow down."), headers={"retry-after": "1800"}),
    "down": _failed(503, "We are down."),
    "forbidden": _failed(403, "This key may not read orders."),
    "moved": loopback.Reply(status=302, headers={"location": "https://elsewhere.example"}),
}
