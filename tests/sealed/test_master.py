"""Where the master key may come from, and what is refused without being repeated."""

import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

from bot import errors
from bot.domain.kept import Fault
from bot.ipc import keyring
from bot.sealed import age, master
from tests.ipc import session

KEY = age.generate().identity


def find(folder: Path, told: str = "", **more: str) -> str | None:
    return master.find({master.NAME: told, **more}, folder=folder)


def test_nobody_gave_one(tmp_path: Path) -> None:
    assert find(tmp_path) is None
    assert find(tmp_path, CREDENTIALS_DIRECTORY=str(tmp_path)) is None


def test_it_is_taken_from_the_environment_also_as_age_keygen_writes_it(tmp_path: Path) -> None:
    assert find(tmp_path, KEY) == KEY
    assert find(tmp_path, f"# created: today\n# public key: age1\n{KEY}\n") == KEY


def test_it_is_read_from_a_pipe_that_is_closed_then(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, KEY.encode())
    os.close(writing)
    assert find(tmp_path, f"fd://{reading}") == KEY
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(reading)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="a GNOME keyring is Linux's")
def test_it_is_taken_from_a_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with session.started() as running:
        running.put("master", KEY)
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        assert find(tmp_path, "keyring://master") == KEY
        with pytest.raises(errors.ConfigurationError, match="keyring set reportops other"):
            find(tmp_path, "keyring://other")


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (Fault.LOCKED, "the keyring is locked. Unlock it"),
        (Fault.NO_KEYRING, "no keyring that is trusted"),
        (Fault.NO_PACKAGE, r"pip install 'reportops\[keyring\]'"),
    ],
)
def test_a_keyring_that_gives_nothing_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, why: Fault, said: str
) -> None:
    def unread(_name: str) -> str:
        raise keyring.Unread(why)

    monkeypatch.setattr(keyring, "read", unread)
    with pytest.raises(errors.ConfigurationError, match=said):
        find(tmp_path, "keyring://master")


def test_a_keyring_that_writes_plain_files_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine may be told to use one: its file lies on the disk that holds what it opens."""

    class PlaintextKeyring:
        priority = 100
        viable = True

        def get_password(self, service: str, username: str) -> str:
            return KEY

    alt = ModuleType("keyrings.alt.file")
    vars(alt).update(PlaintextKeyring=PlaintextKeyring, alt=alt, file=alt)
    for name in ("keyrings", "keyrings.alt", "keyrings.alt.file"):
        monkeypatch.setitem(sys.modules, name, alt)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyrings.alt.file.PlaintextKeyring")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(errors.ConfigurationError, match="no keyring that is trusted"):
        find(tmp_path, "keyring://master")


def test_it_is_taken_from_systemd_where_that_keeps_it_elsewhere(tmp_path: Path) -> None:
    file = tmp_path / master.CREDENTIAL
    file.write_text(KEY)
    elsewhere = Path("/proc")  # another disk than the file's
    assert find(elsewhere, CREDENTIALS_DIRECTORY=str(tmp_path)) == KEY
    with pytest.raises(errors.ConfigurationError, match="the disk that holds what it opens"):
        find(tmp_path, CREDENTIALS_DIRECTORY=str(tmp_path))


def test_a_file_of_the_same_disk_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(KEY)
    with file.open("rb") as opened:
        with pytest.raises(errors.ConfigurationError, match="the disk that holds what it opens"):
            find(tmp_path / "not-there-yet", f"fd://{opened.fileno()}")
        for told in (str(file), f"file://{file}", "./key", "~/key"):
            with pytest.raises(errors.ConfigurationError, match="names a file"):
                find(tmp_path, told)


@pytest.mark.parametrize(
    "told",
    ["hunter22", KEY[:-1], f"{KEY}\n{KEY}", "fd://x", "fd://999"],
    ids=["word", "cut", "two", "no descriptor", "no such descriptor"],
)
def test_what_is_no_key_is_not_repeated(tmp_path: Path, told: str) -> None:
    with pytest.raises(errors.ConfigurationError, match=master.NAME) as caught:
        find(tmp_path, told)
    assert told not in str(caught.value)
