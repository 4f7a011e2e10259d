"""The world is closed off: a clean environment, and no network beyond loopback."""

import os
import socket
from collections.abc import Iterator
from ipaddress import ip_address

import pytest
from hypothesis import settings

from tests import postgresql

# How long an example takes says nothing on a machine that others use too: timeouts bound the test.
settings.register_profile("shared_machine", deadline=None)
settings.load_profile("shared_machine")

_KEPT = ("PATH", "HOME", "TMPDIR", "LANG", "UPDATE_GOLDEN", "PYTEST_", "COVERAGE_", "COV_")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A slow test waits for processes: on a busy machine it gets the time they need."""
    for item in items:
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(120))


@pytest.fixture(scope="session")
def database() -> Iterator[postgresql.Server]:
    """Start a PostgreSQL server, once for all tests of a process."""
    with postgresql.started() as server:
        yield server


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove every variable that a test did not set itself."""
    for name in list(os.environ):
        if not name.startswith(_KEPT):
            monkeypatch.delenv(name)


def _is_loopback(host: object) -> bool:
    if not isinstance(host, str) or host in {"localhost", ""}:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def loopback_only() -> Iterator[None]:
    """Refuse connections and name look-ups that would leave this machine, and tell at the end
    whether anything tried, in a thread of its own too.
    """
    tried: list[str] = []
    connect, resolve = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: object) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and isinstance(address, tuple):
            host = str(address[0])  # pyright: ignore[reportUnknownArgumentType]
            if not _is_loopback(host):
                tried.append(host)
                raise OSError(f"tests may not connect to {host!r}")
        return connect(self, address)  # pyright: ignore[reportArgumentType]

    def guarded_resolve(host: object, *rest: object, **named: object) -> object:
        if not _is_loopback(host):
            tried.append(str(host))
            raise socket.gaierror(f"tests may not look up {host!r}")
        return resolve(host, *rest, **named)  # pyright: ignore[reportArgumentType, reportCallIssue]

    socket.socket.connect = guarded_connect
    socket.getaddrinfo = guarded_resolve  # pyright: ignore[reportAttributeAccessIssue]
    yield
    socket.socket.connect = connect
    socket.getaddrinfo = resolve
    assert not tried, f"something tried to reach {sorted(set(tried))}"
