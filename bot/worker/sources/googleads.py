"""Google Ads through its REST interface: a tenth of the official client's size, and the same JSON.

A query is GAQL of the client's own, or the five figures that every ad platform has. Money comes in
millionths and leaves as exact decimals, in the account's currency, which the account itself tells.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import cast

from bot import errors
from bot.domain import report
from bot.domain.run import FailureCode
from bot.kinds import ads
from bot.kinds.googleads import HOST, GoogleAdsRequest, GoogleAdsSettings
from bot.kinds.typed import googleads as credential
from bot.worker.sources import adsrows, base, bearer, gaql, googleadserrors, web

parse_credential = credential.parse

_SCOPES = ("https://www.googleapis.com/auth/adwords",)
_MICROS = Decimal(1_000_000)
_WHO = (
    "customer.descriptive_name",
    "customer.currency_code",
    "customer.time_zone",
    "customer.manager",
)
_ASK_WHO = f"SELECT {', '.join(_WHO)} FROM customer"  # noqa: S608 - our own names
_FIGURES: Mapping[str, str] = {
    "spend": "metrics.cost_micros",
    "impressions": "metrics.impressions",
    "clicks": "metrics.clicks",
    "conversions": "metrics.conversions",
    "value": "metrics.conversions_value",
}
_DAYS = frozenset({"segments.date", "segments.week", "segments.month", "segments.quarter"})
_Found = Mapping[str, base.Cell]
_NOBODY: _Found = {}


def open_source(access: base.Access) -> "GoogleAds":
    """Make the caller; nothing is sent yet. Raises RunError for a credential of no use."""
    settings = GoogleAdsSettings.model_validate(access.spec.settings)
    access.signed(credential.Credential)
    judge = partial(googleadserrors.judge, settings=settings)
    caller = bearer.caller(access, scopes=_SCOPES, seconds=settings.timeout, judge=judge)
    return GoogleAds(access, settings, caller)


class GoogleAds:
    """One customer's account."""

    def __init__(
        self, access: base.Access, settings: GoogleAdsSettings, caller: web.Caller
    ) -> None:
        self._access = access
        self._settings = settings
        self._caller = caller
        self._zone: str | None = None

    def identity(self) -> report.Identity:
        """Ask the account who it is; RunError for a manager, which has no figures of its own."""
        opening = base.Opening(file="client.yaml")
        told = next(self._rows(_ASK_WHO, _WHO, about=opening), _NOBODY)
        name, currency, zone, manager = (told.get(one) for one in _WHO)
        customer = self._settings.customer
        if manager is True:
            fault = f"the customer {customer} is a manager; name the account beneath it"
            raise self._access.failed(FailureCode.CONFIGURATION, fault=fault)
        self._zone = str(zone) if zone else None
        return report.Identity(
            source=self._access.spec.name,
            name=str(name or customer)[:200],
            account=f"customers/{customer}",
            currency=str(currency) if currency else None,
            timezone=self._zone,
        )

    def read(self, ask: base.Ask) -> base.Answer:
        """Read one query; raises RunError."""
        table = self._figures(ask) if ask.request is not None else self._asked(ask)
        version = self._settings.api_version
        said = adsrows.findings(self._access, ask, version=version, zone=self._zone)
        return base.Answer(table=table, findings=said)

    def stop(self) -> None:
        """End what is being read; Google ends its side with the connection."""
        self._caller.stop()

    def close(self) -> None:
        """Let go of the connections."""
        self._caller.close()

    def _figures(self, ask: base.Ask) -> base.Table:
        wanted = GoogleAdsRequest.model_validate(ask.request)
        resource = "customer" if wanted.level == ads.ACCOUNT else wanted.level
        who = () if wanted.level == ads.ACCOUNT else (f"{resource}.name", f"{resource}.id")
        query = gaql.Query(fields=(*who, *_FIGURES.values()), resource=resource)
        rows = [
            adsrows.Row(
                id=str(found.get(f"{resource}.id", "")),
                name=cast("str | None", found.get(f"{resource}.name")),
                figures={column: found[field] for column, field in _FIGURES.items()},
            )
            for found in self._rows(query.text(ask.period), query.fields, about=ask)
        ]
        shape = adsrows.Shape(level=wanted.level, columns=wanted.columns)
        return adsrows.table(self._access, ask, shape=shape, rows=rows)

    def _asked(self, ask: base.Ask) -> base.Table:
        try:
            query = gaql.read(ask.sql)
        except gaql.RefusedError as fault:
            raise self._failed(FailureCode.QUERY_REFUSED, ask, words=str(fault)) from None
        except ValueError as fault:
            raise self._failed(FailureCode.QUERY_INVALID, ask, words=str(fault)) from None
        found = self._rows(query.text(ask.period), query.fields, about=ask)
        rows = tuple(tuple(row.values()) for row in found)
        if len(rows) > base.MOST_ROWS:
            raise adsrows.too_many(self._access, ask)
        return base.Table(columns=tuple(gaql.column(one) for one in query.fields), rows=rows)

    def _rows(self, query: str, fields: Sequence[str], *, about: base.About) -> Iterator[_Found]:
        """Yield the cells of each row by field; RunError for what is none of Google's answers."""
        reply = self._caller.ask(self._call(query), about)
        try:
            for row in _results(reply.json()):
                yield {field: _cell(row, field) for field in fields}
        except ValueError as fault:
            raise self._access.failed(
                FailureCode.SOURCE_FAULT, about=about, said=str(fault)
            ) from None

    def _call(self, query: str) -> web.Call:
        settings = self._settings
        signed = self._access.signed(credential.Credential)
        headers = {"developer-token": signed.developer_token}
        if settings.login_customer:
            headers["login-customer-id"] = settings.login_customer
        place = f"/{settings.api_version}/customers/{settings.customer}/googleAds:searchStream"
        url = self._access.address(f"https://{HOST}") + place
        return web.Call(method="POST", url=url, headers=headers, json={"query": query})

    def _failed(self, code: FailureCode, ask: base.Ask, *, words: str) -> errors.RunError:
        return self._access.failed(code, about=ask, said=words, fault=words)


def _results(reply: object) -> Iterator[Mapping[str, object]]:
    """The rows of every piece of a stream."""
    if not isinstance(reply, list):
        raise ValueError("no stream of results")  # noqa: TRY004 - data, not a type
    for piece in cast("list[object]", reply):
        yield from web.as_objects(web.as_object(piece).get("results"))


def _cell(row: Mapping[str, object], field: str) -> base.Cell:
    """``metrics.cost_micros`` → row["metrics"]["costMicros"], as a number, a date or text."""
    value: object = row
    for name in field.split("."):
        key = re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), name)
        value = web.as_object(value).get(key)
    if field.endswith("_micros"):
        amount = adsrows.number(value)
        return None if amount is None else Decimal(amount) / _MICROS
    if field in _DAYS and isinstance(value, str):
        return date.fromisoformat(value)
    if field.startswith("metrics."):
        return adsrows.number(value)
    return value if isinstance(value, str | int | bool | Decimal | None) else str(value)
