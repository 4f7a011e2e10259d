"""The benches of kinds that are asked by requests over HTTPS: the same orders behind each.

They are those of the week of 16 November and one on each side of it; one has no city and no
pieces, one says its figures as text.
"""

import json
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot import errors
from bot.demo import looker, shop
from bot.domain import period, run, spec
from bot.kinds import KINDS, mask
from bot.kinds.typed import http as credential
from bot.worker.sources import base
from tests import samples
from tests.contract import benches

Asked = Mapping[str, object]


@dataclass(slots=True, kw_only=True)
class Bench(benches.Bench):
    """One open source over one double."""

    asks: Mapping[str, Asked]
    """What each test asks: total (revenue, pieces, orders), cities (city, revenue), days (day,
    revenue), many, wrong."""
    secret: str
    trouble: Callable[[str], None]
    """Lets the double misbehave."""
    revoke: Callable[[], None]
    """Takes the credential back."""
    came: threading.Event
    """Set once a request has come in."""

    def answer(self, name: str, of: period.Period = samples.THIS_WEEK) -> base.Answer:
        """Ask one of ``asks``."""
        return self.put(self.asks[name], of)

    def put(self, request: Asked, of: period.Period = samples.THIS_WEEK) -> base.Answer:
        """Ask something else; checked as client.yaml's is."""
        shape = KINDS[self.kind].request
        assert shape is not None
        checked = shape.model_validate(request)
        ask = base.Ask(
            query="orders",
            file="client.yaml",
            request=checked.model_dump(mode="json", exclude_none=True),
            period=of,
            timezone="Europe/Paris",
        )
        return self.source.read(ask)

    def failure(self, name: str = "total") -> run.Failure:
        """Ask, and return what it fails with; nothing secret is in it."""
        return self.failed(self.asks[name])

    def failed(self, request: Asked) -> run.Failure:
        """Ask something else, and return what it fails with."""
        with pytest.raises(errors.RunError) as caught:
            self.put(request)
        failure = caught.value.failure
        assert self.secret not in repr(failure)
        assert (failure.source, failure.kind) == (self.access.spec.name, self.kind)
        return failure


PAGED = {
    "path": "orders",
    "query": {"from": "{period_start}", "to": "{period_end}"},
    "rows": "$.orders",
    "paging": {"next": "$.links.next"},
}
COLUMNS = {
    "revenue": "$.amount",
    "pieces": "$.pieces",
    "city": {"path": "$.city", "type": "text"},
    "day": {"path": "$.day", "type": "date"},
}


def _columns(*names: str) -> Asked:
    return {name: COLUMNS[name] for name in names}


TOTAL = {
    **PAGED,
    "columns": _columns("revenue", "pieces"),
    "sum": ["revenue", "pieces"],
    "count": "orders",
}


def http_json(api: shop.ShopDouble, folder: Path, **settings: str) -> Bench:
    """The shop's API, with a bearer token."""
    key = api.key()
    return Bench(
        kind="http_json",
        access=_access(
            folder,
            spec.SourceSpec(
                name="shop",
                kind="http_json",
                settings={"url": "https://api.acme.example/v1", **settings},
                credential="env://ACME_SHOP",
                identity="http_json:api.acme.example/v1/",
            ),
            text=key,
            url=api.url,
        ),
        stack=ExitStack(),
        slow=str,
        asks={
            "total": TOTAL,
            "cities": {**PAGED, "columns": _columns("city", "revenue")},
            "days": {**PAGED, "columns": _columns("day", "revenue")},
            "many": {"path": "all", "rows": "$.orders", "columns": _columns("revenue")},
            "wrong": {**TOTAL, "query": {}},
        },
        secret=key,
        trouble=api.trouble,  # pyright: ignore[reportArgumentType] - the names that it knows
        revoke=api.revoke,
        came=api.came,
    )


def asked(*fields: str, explore: str = "orders", **more: object) -> Asked:
    """Return a query of Looker's."""
    named = [f"orders.{field}" for field in fields]
    query = {"explore": explore, "fields": named, **more}
    return {"query": query, "period_filter": "orders.created_date"}


def instance(double: looker.LookerDouble, folder: Path) -> Bench:
    """A model of an instance, with an API key."""
    told = double.key()
    return Bench(
        kind="looker",
        access=_access(
            folder,
            spec.SourceSpec(
                name="model",
                kind="looker",
                settings={"url": "https://acme.cloud.looker.com", "model": looker.MODEL},
                credential="env://ACME_LOOKER",
                identity="looker:acme.cloud.looker.com/shop",
            ),
            text=json.dumps(told),
            url=double.url,
        ),
        stack=ExitStack(),
        slow=str,
        asks={
            "total": asked("revenue", "pieces", "count"),
            "cities": asked("city", "revenue"),
            "days": asked("created_date", "revenue"),
            "many": asked("revenue", explore="many"),
            "wrong": asked("revenu"),
        },
        secret=told["client_secret"],
        trouble=double.trouble,  # pyright: ignore[reportArgumentType] - the names that it knows
        revoke=double.revoke,
        came=double.came,
    )


def _access(folder: Path, source: spec.SourceSpec, *, text: str, url: str) -> base.Access:
    return replace(
        benches.access(folder, source),
        credential=credential.parse(text),
        mask=mask.Mask([text]),
        environment={source.kind: url},
    )
