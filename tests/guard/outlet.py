"""A walled process with a way out: it asks for addresses over TLS, and says what came of each."""

import http.client
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.guard import run


def main(channel: str, place: str, allowed: str, port: str) -> None:
    """Wall this process in, open its doors, and try to get out."""
    inside = run.enter(int(channel), Path(place), allowed=allowed)
    trust = ssl.create_default_context(cafile=str(Path(place, "ca.pem")))
    run.say(_attempts(int(port), trust), inside=inside)


def _attempts(port: int, trust: ssl.SSLContext) -> Mapping[str, Callable[[], str]]:
    proxy = ("127.8.0.1", 3128)

    def direct(name: str, at: int = port) -> Callable[[], str]:
        return lambda: _get(http.client.HTTPSConnection(name, at, timeout=5, context=trust))

    def tunnelled(name: str) -> Callable[[], str]:
        def get() -> str:
            asking = http.client.HTTPSConnection(*proxy, timeout=5, context=trust)
            asking.set_tunnel(name, port)
            return _get(asking)

        return get

    return {
        "allowed": direct("api.example.com"),
        "its other port": direct("api.example.com", port + 1),
        "rebound": direct("rebound.example.com"),
        "other": direct("evil.example.com"),
        "by address": direct("127.0.0.1"),
        "allowed by its address": direct("2001:db8::5"),
        "ending": tunnelled("eu.wild.example.com"),
        "other through the proxy": tunnelled("evil.example.com"),
    }


def _get(asking: http.client.HTTPSConnection) -> str:
    asking.request("GET", "/")
    return asking.getresponse().read().decode()
