"""A native client behind walls: libpq makes its own sockets and checks the server's certificate."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgresql
from tests.guard import network, run

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's"),
    pytest.mark.slow,
    pytest.mark.timeout(60),
]
HOST = "db.example.com"


@pytest.fixture(scope="module")
def server() -> Iterator[postgresql.Server]:
    with postgresql.started(HOST) as made:
        yield made


async def test_libpq_reads_over_its_own_tls(tmp_path: Path, server: postgresql.Server) -> None:
    run.place(tmp_path)
    shutil.copyfile(server.place / "ca.pem", tmp_path / "ca.pem")
    way = network.Way(allowed=(f"{HOST}:{server.port}",))
    came = await run.served(
        way.made(), "tests.guard.reader", str(tmp_path), way.allowed[0], str(server.port)
    )
    run.complete(came)
    assert came["verified"] == "TLSv1.3 5050"
    assert "certificate" in came["by a name that the certificate lacks"]
    assert came["without TLS"].startswith("refused: ")
    assert "resolve" in came["elsewhere"] or "translate" in came["elsewhere"]
    assert not way.refused


async def test_without_a_network_of_its_own_libpq_gets_nowhere(
    tmp_path: Path, server: postgresql.Server
) -> None:
    run.place(tmp_path)
    shutil.copyfile(server.place / "ca.pem", tmp_path / "ca.pem")
    way = network.Way(allowed=(f"{HOST}:{server.port}",))
    came = await run.served(
        way.made(), "tests.guard.reader", str(tmp_path), way.allowed[0], str(server.port), "no"
    )
    assert came["verified"].startswith("refused: ")
