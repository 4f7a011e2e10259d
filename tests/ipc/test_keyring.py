"""The session's keyring: a real one is read, one that writes plain files is never taken."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from bot.domain.kept import Fault
from bot.ipc import keyring
from tests.ipc import session

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a GNOME keyring is Linux's")


@pytest.fixture(scope="module")
def running() -> Iterator[session.Session]:
    with session.started() as made:
        made.put("acme-bigquery", "the-quiet-word-of-acme")
        yield made


def _in(monkeypatch: pytest.MonkeyPatch, made: session.Session) -> None:
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)


@pytest.mark.slow
def test_a_name_is_read(running: session.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    _in(monkeypatch, running)
    assert keyring.read("acme-bigquery") == "the-quiet-word-of-acme"
    with pytest.raises(keyring.Unread) as caught:
        keyring.read("globex-bigquery")
    assert caught.value.why is Fault.MISSING


def test_without_a_session_there_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(keyring.Unread) as caught:
        keyring.read("acme-bigquery")
    assert caught.value.why is Fault.NO_KEYRING


def test_one_that_writes_plain_files_is_not_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As keyrings.alt would put itself forward, and as the machine may be told to use it."""

    class PlaintextKeyring:
        priority = 100
        viable = True

        def get_password(self, service: str, username: str) -> str:
            return "from-a-plain-file"

    alt = ModuleType("keyrings.alt.file")
    vars(alt)["PlaintextKeyring"] = PlaintextKeyring
    for name in ("keyrings", "keyrings.alt", "keyrings.alt.file"):
        monkeypatch.setitem(sys.modules, name, alt)
    vars(alt).update(alt=alt, file=alt)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyrings.alt.file.PlaintextKeyring")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    with pytest.raises(keyring.Unread):
        keyring.read("acme-bigquery")


def test_a_missing_package_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring.errors", None)
    with pytest.raises(keyring.Unread) as caught:
        keyring.read("acme-bigquery")
    assert caught.value.why is Fault.NO_PACKAGE
