"""The real clients behind walls: with a network of their own, and without one."""

import sys
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.contract import benches
from tests.guard import certificates, clients, network, run

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's"),
    pytest.mark.slow,
]


async def tried(at: Path, *, namespaces: bool) -> tuple[run.Told, network.Way, int]:
    """Let every client try; returns what came of it, what the bot was told, and at which port."""
    run.place(at)
    context = certificates.server(at, *network.NAMES)
    with ExitStack() as stack:
        doubles = benches.filled(stack)
        async with network.listening(context) as port:
            urls = (doubles.warehouse.url, doubles.accounts.url)
            places = [f"{name}:{port}" for name in clients.NAMED]
            places += [urlsplit(url).netloc for url in urls]
            way = network.Way(allowed=tuple(places))
            came = await run.served(
                way.made(),
                "tests.guard.clients",
                *(str(at), ",".join(places), str(port), "yes" if namespaces else "no"),
                *(doubles.key, doubles.warehouse.url),
            )
    return came, way, port


async def test_with_a_network_of_its_own_every_client_works_as_it_is(tmp_path: Path) -> None:
    came, way, port = await tried(tmp_path, namespaces=True)
    run.complete(came)
    good = {name for name, said in came.items() if said == network.HELLO}
    assert good == {"requests", "httpx"}
    assert came["bigquery"] == "((70,),)"
    assert came["requests, untrusted"] == "SSLError"
    assert way.refused == {f"rebound.example.com:{port}", f"evil.example.com:{port}"}


async def test_without_namespaces_pythons_clients_go_through_the_broker(tmp_path: Path) -> None:
    came, way, port = await tried(tmp_path, namespaces=False)
    assert "missing network namespace" in came
    good = {name for name, said in came.items() if said == network.HELLO}
    assert good == {"requests", "httpx"}
    assert came["bigquery"] == "((70,),)"
    assert came["requests, untrusted"] == "SSLError"
    assert came["a socket"] == "PermissionError"
    assert way.refused == {f"rebound.example.com:{port}", f"evil.example.com:{port}"}
