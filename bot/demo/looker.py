"""A local double of Looker's API 4.0: keys, tokens that end, Looks, and queries over some orders.

    with looker.LookerDouble() as instance:
        told = instance.key()             # the JSON of an API key: client_id, client_secret
        instance.trouble("busy")

It is strict where Looker is: unknown keys are “Not found”, a field that does not exist is an error
within a 200, five hundred rows come where no limit is named, and of filters on days it knows
whole days from one that is named.
"""

import json
import re
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Literal, cast

from bot.demo import loopback

Trouble = Literal["slow", "cut", "busy", "down", "forbidden", "nonsense", "moved"]
MODEL = "shop"
LOOK, FOREIGN, PIVOTED = "42", "43", "44"
"""Looks: one of ours, one of another model, one that pivots."""
_DEFAULT_LIMIT = 500
_MANY = 6_000
_SLOW_SECONDS = 60.0
_DAYS = re.compile(r"(\d{4})/(\d{2})/(\d{2}) for (\d+) days")
_Row = Mapping[str, object]
_DAY = "orders.created_date"


def _row(day: str, amount: float | str, *, pieces: int | None, city: str | None) -> _Row:
    return {"day": date.fromisoformat(day), "amount": amount, "pieces": pieces, "city": city}


_ORDERS: Sequence[_Row] = (
    _row("2026-11-15", 1.25, pieces=10, city="Paris"),
    _row("2026-11-16", 2.5, pieces=20, city="Łódź"),
    _row("2026-11-16", "0.75", pieces=5, city="大阪"),
    _row("2026-11-22", 4, pieces=None, city=None),
    _row("2026-11-23", 8.0, pieces=40, city="Paris"),
)
_FIELDS: Mapping[str, tuple[str, str]] = {
    "orders.created_date": ("dimensions", "date_date"),
    "orders.created_time": ("dimensions", "date_time"),
    "orders.city": ("dimensions", "string"),
    "orders.open": ("dimensions", "yesno"),
    "orders.count": ("measures", "count"),
    "orders.revenue": ("measures", "sum"),
    "orders.pieces": ("measures", "sum"),
    "orders.broken": ("measures", "sum"),
}
_DIMENSIONS: Mapping[str, Callable[[_Row], object]] = {
    "orders.created_date": lambda row: str(row["day"]),
    "orders.created_time": lambda row: f"{row['day']} 09:30:00",
    "orders.city": lambda row: row["city"],
    "orders.open": lambda row: row["pieces"] is None,
}
_MEASURES: Mapping[str, Callable[[Sequence[_Row]], object]] = {
    "orders.count": len,
    "orders.revenue": lambda rows: f"{sum(float(str(row['amount'])) for row in rows):.2f}",
    "orders.pieces": lambda rows: _sum([row["pieces"] for row in rows]),
    "orders.broken": lambda _: "∞",
}


class LookerDouble(loopback.Double):
    """An instance, its keys and its Looks."""

    def __init__(self) -> None:
        self._keys: dict[str, str] = {}
        self._tokens: set[str] = set()
        self._trouble: Trouble | None = None
        self._over = threading.Event()
        self.came = threading.Event()
        """Set by every query that is let in."""
        self.logins = 0
        self.seconds = 3600
        """How long a token lives, as it says."""
        self.queries: list[loopback.Json] = []
        super().__init__(
            [
                ("POST", "/api/4.0/login", self._login),
                ("GET", "/api/4.0/user", self._user),
                ("GET", "/api/4.0/lookml_models/(?P<name>[^/]+)", self._model),
                ("GET", "/api/4.0/looks/(?P<id>[^/]+)", self._look),
                ("POST", "/api/4.0/queries/run/json_bi", self._run),
            ]
        )

    def stop(self) -> None:
        """End what is slow and let go of the port."""
        self._over.set()
        super().stop()

    def key(self) -> Mapping[str, str]:
        """Make an API key."""
        made = {"client_id": secrets.token_hex(10), "client_secret": secrets.token_hex(12)}
        self._keys[made["client_id"]] = made["client_secret"]
        return made

    def revoke(self) -> None:
        """Delete every key, and end what they were let in with."""
        self._keys.clear()
        self._tokens.clear()

    def end_sessions(self) -> None:
        """Forget every token, before its time."""
        self._tokens.clear()

    def trouble(self, kind: Trouble | None) -> None:
        """Misbehave from now on, to queries."""
        self._trouble = kind

    def _login(self, request: loopback.Request) -> loopback.Reply:
        form = request.form()
        if self._keys.get(form.get("client_id", "")) != form.get("client_secret"):
            return _failed(404, "Not found")
        self.logins += 1
        self._tokens.add(token := secrets.token_hex(20))
        told = {"access_token": token, "token_type": "Bearer", "expires_in": self.seconds}
        return loopback.Reply(body=told)

    def _refused(self, request: loopback.Request) -> loopback.Reply | None:
        _, _, token = request.headers.get("authorization", "").partition(" ")
        if token not in self._tokens:
            return _failed(401, "Requires authentication.")
        if self._trouble == "slow":
            self.came.set()
            self._over.wait(_SLOW_SECONDS)
        return _TROUBLES.get(self._trouble or "")

    def _user(self, request: loopback.Request) -> loopback.Reply:
        return self._refused(request) or loopback.Reply(
            body={"id": "7", "display_name": "Acme reports"}
        )

    def _model(self, request: loopback.Request) -> loopback.Reply:
        refused = self._refused(request)
        if refused is None and request.place["name"] != MODEL:
            return _failed(404, "Not found")
        told = {"label": "The shop", "name": MODEL, "allowed_db_connection_names": ["acme_bq"]}
        return refused or loopback.Reply(body=told)

    def _look(self, request: loopback.Request) -> loopback.Reply:
        refused = self._refused(request)
        query = _LOOKS.get(request.place["id"])
        if refused is None and query is None:
            return _failed(404, "Not found")
        return refused or loopback.Reply(body={"id": request.place["id"], "query": query})

    def _run(self, request: loopback.Request) -> loopback.Reply:
        refused = self._refused(request)
        if refused is not None:
            return refused
        query = request.json()
        self.queries.append(query)
        fields = cast("Sequence[str]", query["fields"])
        wrong = [name for name in (*fields, *_filters(query)) if name not in _FIELDS]
        if wrong:
            told = [{"looker_error": f'Unknown field "{wrong[0]}"'}]
            return loopback.Reply(raw=json.dumps(told).encode())
        limit = int(str(query.get("limit") or _DEFAULT_LIMIT))
        body = {"metadata": {"fields": _described(fields)}, "rows": _answer(query)[:limit]}
        return replace(loopback.Reply(body=body), cut=self._trouble == "cut")


def _filters(query: loopback.Json) -> Mapping[str, str]:
    return cast("Mapping[str, str]", query.get("filters") or {})


def _described(fields: Sequence[str]) -> Mapping[str, object]:
    found: dict[str, list[object]] = {"dimensions": [], "measures": [], "table_calculations": []}
    for name in fields:
        place, kind = _FIELDS[name]
        found[place].append({"name": name, "type": kind, "category": place})
    return found


def _answer(query: loopback.Json) -> Sequence[Mapping[str, object]]:
    """Rows by the dimensions that are asked for; one row of totals where there are none."""
    fields = cast("Sequence[str]", query["fields"])
    if query["view"] == "many":
        return [dict.fromkeys(fields, 1)] * _MANY
    kept = [row for row in _ORDERS if _holds(row, _filters(query))]
    by = [name for name in fields if name in _DIMENSIONS]
    groups: dict[tuple[object, ...], list[_Row]] = {} if by else {(): []}
    for row in kept:
        groups.setdefault(tuple(_DIMENSIONS[name](row) for name in by), []).append(row)
    return [
        dict(zip(by, key, strict=True))
        | {name: {"value": _MEASURES[name](rows)} for name in fields if name in _MEASURES}
        for key, rows in groups.items()
    ]


def _holds(row: _Row, filters: Mapping[str, str]) -> bool:
    for name, wanted in filters.items():
        days = _DAYS.fullmatch(wanted)
        if name.startswith("orders.created") and days is not None:
            first = datetime.strptime(wanted[:10], "%Y/%m/%d").date()  # noqa: DTZ007 - a day
            if not first <= cast("date", row["day"]) < first + timedelta(days=int(days[4])):
                return False
        elif _DIMENSIONS[name](row) != wanted:
            return False
    return True


def _sum(values: Sequence[object]) -> object:
    known = [int(str(value)) for value in values if value is not None]
    return sum(known) if known else None


def _failed(status: int, message: str) -> loopback.Reply:
    url = "https://cloud.google.com/looker/docs/r/err/4.0"
    return loopback.Reply(status=status, body={"message": message, "documentation_url": url})


_TROUBLES: Mapping[str, loopback.Reply] = {
    "busy": replace(_failed(429, "Too many requests."), headers={"retry-after": "1800"}),
    "down": _failed(503, "The instance is restarting."),
    "forbidden": _failed(403, "You may not see that."),
    "nonsense": loopback.Reply(raw=b"<html>We are sorry.</html>"),
    "moved": loopback.Reply(status=302, headers={"location": "https://elsewhere.example"}),
}
_SAVED: Mapping[str, object] = {
    "model": MODEL,
    "view": "orders",
    "fields": ["orders.count", "orders.revenue"],
    "filters": {_DAY: "last week", "orders.city": "Łódź"},
    "filter_expression": None,
    "pivots": None,
    "limit": "500",
    "vis_config": {"type": "single_value"},
}
_LOOKS: Mapping[str, Mapping[str, object]] = {
    LOOK: _SAVED,
    FOREIGN: {**_SAVED, "model": "finance"},
    PIVOTED: {**_SAVED, "pivots": ["orders.city"]},
}
