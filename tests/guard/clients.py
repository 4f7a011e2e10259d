"""A walled process that reaches its hosts with the real clients of data sources and the model."""

import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import httpx2
import requests

from bot import wire
from bot.domain import ids, spec
from bot.kinds.typed import google
from bot.worker import egress
from tests import samples
from tests.contract import benches
from tests.guard import run

NAMED = ("api.example.com", "rebound.example.com")
ENDING = "eu.wild.example.com"
"""Of a host that is known by its ending alone."""


def main(
    channel: str, place: str, allowed: str, port: str, namespaces: str, *bigquery: str
) -> None:
    """Wall this process in and try every client; ``bigquery``: its double's key and address."""
    at = Path(place)
    inside = run.enter(int(channel), at, allowed=allowed, namespaces=namespaces == "yes")
    hosts = tuple(allowed.split(","))
    egress.arrange(inside.way, inside.stands, order=order(at / "scratch", hosts))
    attempts = _attempts(int(port), str(at / "ca.pem"))
    if bigquery:
        attempts = {**attempts, "bigquery": lambda: _bigquery(at / "scratch", *bigquery)}
    run.say(attempts, inside=inside)


def order(scratch: Path, hosts: tuple[str, ...] = ()) -> wire.RunOrder:
    """Return an order, as far as a way out needs one."""
    return wire.RunOrder(
        run=ids.RunId("0123456789abcdef"),
        attempt=1,
        client=samples.CLIENT,
        report=samples.WEEKLY,
        period=samples.THIS_WEEK,
        as_of=datetime(2026, 11, 23, 5, tzinfo=UTC),
        credentials={},
        hosts=hosts,
        deadline_seconds=15,
        scratch=scratch,
    )


def _attempts(port: int, ca: str) -> Mapping[str, Callable[[], str]]:
    trust = ssl.create_default_context(cafile=ca)

    def by_requests(name: str, verify: str | bool = ca) -> Callable[[], str]:
        return lambda: requests.get(f"https://{name}:{port}/", verify=verify, timeout=5).text

    def by_httpx(name: str, verify: ssl.SSLContext | bool = trust) -> Callable[[], str]:
        return lambda: httpx.get(f"https://{name}:{port}/", verify=verify, timeout=5).text

    def by_httpx2(name: str) -> Callable[[], str]:
        return lambda: httpx2.get(f"https://{name}:{port}/", verify=trust, timeout=5).text

    return {
        "requests": by_requests("api.example.com"),
        "httpx": by_httpx("api.example.com"),
        "httpx2": by_httpx2("api.example.com"),
        "requests, ending": by_requests(ENDING),
        "httpx, ending": by_httpx(ENDING),
        "httpx2, ending": by_httpx2(ENDING),
        "requests, untrusted": by_requests("api.example.com", verify=True),
        "httpx, untrusted": by_httpx("api.example.com", verify=True),
        "requests, rebound": by_requests("rebound.example.com"),
        "httpx, rebound": by_httpx("rebound.example.com"),
        "requests, evil": by_requests("evil.example.com"),
        "httpx, evil": by_httpx("evil.example.com"),
        "a socket": lambda: str(socket.socket()),
    }


def _bigquery(folder: Path, key: str, url: str) -> str:
    source = spec.SourceSpec(
        name="warehouse",
        kind="bigquery",
        settings={"project": benches.PROJECT, "dataset": "shop", "location": "EU"},
        credential="env://ACME_BIGQUERY",
        identity=f"bigquery:{benches.PROJECT}",
    )
    access = replace(
        benches.access(folder, source),
        credential=google.parse(key),
        environment={"BIGQUERY_EMULATOR_HOST": url},
    )
    with benches.Bench(
        kind="bigquery", access=access, stack=benches.ExitStack(), slow=lambda: ""
    ) as bench:
        rows = bench.read("SELECT sum(pieces) AS n FROM orders").rows
    return str(rows)
