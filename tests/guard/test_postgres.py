"""A native client behind walls: libpq makes its own sockets and checks the server's certificate."""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.guard import certificates, network, run

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's"),
    pytest.mark.slow,
    pytest.mark.timeout(60),
]
HOST = "db.example.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Server:
    """A real server on the loopback, which takes TLS alone."""

    ca: Path
    port: int


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("this machine has no PostgreSQL (apt-get install postgresql)")
    return found[-1].parent


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shell:
    """Runs PostgreSQL's programs in its folder as its user, since it refuses to be root's."""

    place: Path
    who: int | None
    group: int | None

    def run(self, *command: str | Path) -> None:
        """Run one; raises where it fails."""
        subprocess.run(
            command,
            check=True,
            cwd=self.place,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=self.who,
            group=self.group,
            extra_groups=None if self.who is None else [],
        )


def _shell(place: Path) -> _Shell:
    if os.geteuid() != 0:
        return _Shell(place=place, who=None, group=None)
    try:
        who = pwd.getpwnam("postgres")
    except KeyError:
        pytest.skip("root needs a user postgres for PostgreSQL")
    for path in (place, *place.iterdir()):
        os.chown(path, who.pw_uid, who.pw_gid)
    return _Shell(place=place, who=who.pw_uid, group=who.pw_gid)


@pytest.fixture(scope="module")
def server() -> Iterator[_Server]:
    programs = _programs()
    place = Path(tempfile.mkdtemp(prefix="reportops-pg-"))
    certificates.server(place, HOST)
    (place / "server.pem").chmod(0o600)
    shell, data, port = _shell(place), place / "data", _free_port()
    shell.run(programs / "initdb", "-D", data, "-U", "reader", "--auth=trust", "--no-sync")
    (data / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 trust\n", "ascii")
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(place),
        "ssl": "on",
        "ssl_cert_file": str(place / "server.pem"),
        "ssl_key_file": str(place / "server.pem"),
        "fsync": "off",
    }
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    control = (programs / "pg_ctl", "-D", data, "-w")
    shell.run(*control, "-o", f"-p {port} {options}", "-l", place / "log", "start")
    try:
        yield _Server(ca=place / "ca.pem", port=port)
    finally:
        shell.run(*control, "-m", "immediate", "stop")
        shutil.rmtree(place)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


async def test_libpq_reads_over_its_own_tls(tmp_path: Path, server: _Server) -> None:
    run.place(tmp_path)
    shutil.copyfile(server.ca, tmp_path / "ca.pem")
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
    tmp_path: Path, server: _Server
) -> None:
    run.place(tmp_path)
    shutil.copyfile(server.ca, tmp_path / "ca.pem")
    way = network.Way(allowed=(f"{HOST}:{server.port}",))
    came = await run.served(
        way.made(), "tests.guard.reader", str(tmp_path), way.allowed[0], str(server.port), "no"
    )
    assert came["verified"].startswith("refused: ")
