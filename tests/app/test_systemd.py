"""What systemd is told, over real datagram sockets."""

import os
import socket
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot import settings
from bot.app import systemd


@contextmanager
def _listening(address: str) -> Generator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(address.replace("@", "\0", 1) if address.startswith("@") else address)
        listening.settimeout(1)
        yield listening


@pytest.mark.parametrize("is_abstract", [False, True])
def test_every_fact_is_one_datagram(tmp_path: Path, *, is_abstract: bool) -> None:
    if is_abstract and not sys.platform.startswith("linux"):
        pytest.skip("the abstract namespace is Linux's")
    address = f"@reportops-{os.getpid()}" if is_abstract else str(tmp_path / "notify")
    with _listening(address) as listening:
        notifier = systemd.Notifier(settings.Supervisor(address=address))
        notifier.ready()
        notifier.status("two\nlines")
        notifier.alive()
        notifier.stopping()
        heard = [listening.recv(100).decode() for _ in range(4)]
    assert heard == ["READY=1", "STATUS=two", "WATCHDOG=1", "STOPPING=1"]


@pytest.mark.parametrize("address", ["", "/nowhere/at/all"])
def test_where_nobody_listens_nothing_happens(address: str) -> None:
    systemd.Notifier(settings.Supervisor(address=address)).ready()


def test_what_systemd_asks_is_taken_out_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", "@here")
    monkeypatch.setenv("WATCHDOG_USEC", "30000000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    asked = settings.supervisor()
    assert asked == settings.Supervisor(address="@here", watchdog=timedelta(seconds=30))
    assert not {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"} & {*os.environ}
    assert settings.supervisor() == settings.Supervisor()


def test_a_watchdog_that_is_meant_for_another_process_is_not_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "30000000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid() + 1))
    assert settings.supervisor().watchdog is None
