"""A real PostgreSQL server on the loopback for tests, which takes TLS alone."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.guard import certificates

OWNER = "owner"
READER = "reader"
STRANGER = "stranger"
PASSWORDS: Mapping[str, str] = {name: f"{name}-of-the-demo" for name in (OWNER, READER, STRANGER)}
DATABASE = "shop"
_RULES = """
local all all trust
hostssl all all 127.0.0.1/32 scram-sha-256
"""
_USERS = f"""
CREATE USER {READER} PASSWORD '{PASSWORDS[READER]}';
CREATE USER {STRANGER} PASSWORD '{PASSWORDS[STRANGER]}';
"""
_GRANTS = f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {READER}"
"""More than a reader should have: what keeps it from writing is then not the grant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One database, its owner, a reader, and a stranger who may read nothing."""

    port: int
    place: Path
    """Of its socket, for the owner, and of ``ca.pem``."""

    def own(self) -> psycopg.Connection[tuple[object, ...]]:
        """Connect as the owner; the caller closes it."""
        return psycopg.connect(
            host=str(self.place), port=self.port, user=OWNER, dbname=DATABASE, autocommit=True
        )

    def fill(self, tables: Mapping[str, str]) -> None:
        """Create tables from SELECTs; the reader may do anything with them."""
        with self.own() as owner:
            for name, select in tables.items():
                owner.execute(f"DROP TABLE IF EXISTS {name}".encode())
                owner.execute(f"CREATE TABLE {name} AS {select}".encode())
            owner.execute(_GRANTS.encode())


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


@contextmanager
def started(*names: str) -> Generator[Server]:
    """Start a server of its own; skips the test where this machine has none. ``names`` are those
    of its certificate, in place of the loopback's.
    """
    programs = _programs()
    place = Path(tempfile.mkdtemp(prefix="reportops-pg-"))
    certificates.server(place, *(names or ("127.0.0.1", "localhost")))
    (place / "server.pem").chmod(0o600)
    shell, port = _shell(place), _free_port()
    place.chmod(0o755)
    data, server = place / "data", Server(port=port, place=place)
    shell.run(programs / "initdb", "-D", data, "-U", OWNER, "--auth=trust", "--no-sync")
    (data / "pg_hba.conf").write_text(_RULES, "ascii")
    control = (programs / "pg_ctl", "-D", data, "-w")
    shell.run(*control, "-o", _options(server), "-l", place / "log", "start")
    try:
        with psycopg.connect(
            host=str(place), port=port, user=OWNER, dbname="postgres", autocommit=True
        ) as first:
            first.execute(f"CREATE DATABASE {DATABASE}".encode())
            first.execute(_USERS.encode())
        yield server
    finally:
        shell.run(*control, "-m", "immediate", "stop")
        shutil.rmtree(place)


def _options(server: Server) -> str:
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(server.place),
        "ssl": "on",
        "ssl_cert_file": str(server.place / "server.pem"),
        "ssl_key_file": str(server.place / "server.pem"),
        "fsync": "off",
        "max_connections": "20",
        "shared_buffers": "8MB",
        "TimeZone": "America/New_York",
    }
    return " ".join((f"-p {server.port}", *(f"-c {name}={of}" for name, of in settings.items())))


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("this machine has no PostgreSQL (apt-get install postgresql)")
    return found[-1].parent


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


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])
