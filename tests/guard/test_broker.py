"""A run's way out: to the hosts that were named for it, over its own TLS, and nowhere else."""

import socket
import sys
from pathlib import Path

import pytest

from tests.guard import certificates, network, run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's")


async def test_a_run_gets_out_to_its_own_hosts_and_nowhere_else(tmp_path: Path) -> None:
    run.place(tmp_path)
    context = certificates.server(tmp_path, *network.NAMES, "127.0.0.1", network.NEWER)
    async with network.listening(context) as port:
        names = (*network.NAMES[:2], "*.wild.example.com")
        newer = (f"[{network.NEWER}]:{port}",) if socket.has_dualstack_ipv6() else ()
        way = network.Way(allowed=(*(f"{name}:{port}" for name in names), *newer))
        came = await run.served(
            way.made(), "tests.guard.outlet", str(tmp_path), ",".join(way.allowed), str(port)
        )
    run.complete(came)
    reached = {name for name, said in came.items() if said == network.HELLO}
    assert reached - {"allowed by its address"} == {"allowed", "ending"}
    assert ("allowed by its address" in reached) is bool(newer)
    assert way.refused == {f"rebound.example.com:{port}", f"evil.example.com:{port}"}
