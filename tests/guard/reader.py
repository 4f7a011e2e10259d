"""A walled process that reads from PostgreSQL with psycopg, whose libpq makes its own sockets."""

from collections.abc import Callable, Mapping
from pathlib import Path

import psycopg
from psycopg import conninfo

from tests import postgresql
from tests.guard import run

_ADDRESS = "127.9.0.1"
"""Where the first host of a run stands in its own network."""


def main(channel: str, place: str, allowed: str, port: str, namespaces: str = "yes") -> None:
    """Wall this process in and try to read."""
    inside = run.enter(int(channel), Path(place), allowed=allowed, namespaces=namespaces == "yes")
    run.say(_attempts(int(port), str(Path(place, "ca.pem"))), inside=inside)


def _attempts(port: int, ca: str) -> Mapping[str, Callable[[], str]]:
    def read(host: str, mode: str = "verify-full") -> Callable[[], str]:
        return lambda: _read(host=host, port=str(port), sslmode=mode, sslrootcert=ca)

    return {
        "verified": read("db.example.com"),
        "by a name that the certificate lacks": read(_ADDRESS),
        "without TLS": read("db.example.com", "disable"),
        "elsewhere": read("evil.example.com"),
    }


def _read(**where: str) -> str:
    try:
        at = conninfo.make_conninfo(
            dbname=postgresql.DATABASE,
            user=postgresql.READER,
            password=postgresql.PASSWORDS[postgresql.READER],
            connect_timeout=5,
            **where,
        )
        with psycopg.connect(at) as asking:
            version = asking.execute(
                "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
            ).fetchone()
            total = asking.execute("SELECT sum(i) FROM generate_series(1, 100) i").fetchone()
    except psycopg.OperationalError as error:
        return f"refused: {error}"
    assert version is not None
    assert total is not None
    return f"{version[0]} {total[0]}"
