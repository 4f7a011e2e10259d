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


CLIENTS = {"requests", "httpx", "httpx2"}
ENDING = {f"{name}, ending" for name in CLIENTS}


async def tried(
    at: Path, *, namespaces: bool, wild: bool = False
) -> tuple[run.Told, network.Way, int]:
    """Let every client try; returns what came of it, what the bot was told, and at which port."""
    run.place(at)
    context = certificates.server(at, *network.NAMES)
    with ExitStack() as stack:
        doubles = benches.filled(stack)
        async with network.listening(context) as port:
            urls = (doubles.warehouse.url, doubles.accounts.url)
            places = [f"{name}:{port}" for name in clients.NAMED]
            places += [urlsplit(url).netloc for url in urls]
            places += [f"*.wild.example.com:{port}"] * wild
            way = network.Way(allowed=tuple(places))
            came = await run.served(
                way.made(),
                "tests.guard.clients",
                *(str(at), ",".join(places), str(port), "yes" if namespaces else "no"),
                *(doubles.key, doubles.warehouse.url),
            )
    return came, way, port


def others(port: int) -> set[str]:
    """The hosts that are asked for and not allowed, where no ending is."""
    return {f"evil.example.com:{port}", f"{clients.ENDING}:{port}"}


async def test_with_a_network_of_its_own_every_client_works_as_it_is(tmp_path: Path) -> None:
    came, way, port = await tried(tmp_path, namespaces=True)
    run.complete(came)
    good = {name for name, said in came.items() if said == network.HELLO}
    assert good == CLIENTS
    assert came["bigquery"] == "((70,),)"
    assert came["requests, untrusted"] == "SSLError"
    assert way.refused == {f"rebound.example.com:{port}", *others(port)}


async def test_without_namespaces_pythons_clients_go_through_the_broker(tmp_path: Path) -> None:
    came, way, port = await tried(tmp_path, namespaces=False)
    assert "missing network namespace" in came
    good = {name for name, said in came.items() if said == network.HELLO}
    assert good == CLIENTS
    assert came["bigquery"] == "((70,),)"
    assert came["requests, untrusted"] == "SSLError"
    assert came["a socket"] == "PermissionError"
    assert way.refused == {f"rebound.example.com:{port}", *others(port)}


@pytest.mark.parametrize("namespaces", [True, False])
async def test_hosts_that_are_known_by_their_ending_are_reached(
    tmp_path: Path, *, namespaces: bool
) -> None:
    """In a network of its own by the proxy that its environment names, else by the broker."""
    came, way, port = await tried(tmp_path, namespaces=namespaces, wild=True)
    if namespaces:
        run.complete(came)
    good = {name for name, said in came.items() if said == network.HELLO}
    assert good == CLIENTS | ENDING
    assert came["bigquery"] == "((70,),)"
    assert way.refused == {f"rebound.example.com:{port}", f"evil.example.com:{port}"}
