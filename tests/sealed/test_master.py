"""Where the master key may come from, and what is refused without being repeated."""

import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

from bot import errors
from bot.sealed import age, master

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


class Locked(Exception):  # noqa: N818
    """What a keyring fails with."""


class Keyring(ModuleType):
    """A keyring of the system, and its errors."""

    KeyringError = Locked

    def get_password(self, service: str, name: str) -> str | None:
        """Look it up."""
        if name == "locked":
            raise Locked("the word " + KEY)
        return KEY if (service, name) == ("reportops", "master") else None


def test_it_is_taken_from_a_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("keyring", "keyring.errors"):
        monkeypatch.setitem(sys.modules, name, Keyring(name))
    assert find(tmp_path, "keyring://master") == KEY
    for name, said in {"other": "keyring set reportops other", "locked": "Locked"}.items():
        with pytest.raises(errors.ConfigurationError, match=said) as caught:
            find(tmp_path, f"keyring://{name}")
        assert KEY not in str(caught.value)


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


@pytest.mark.parametrize("told", ["hunter22", KEY[:-1], f"{KEY}\n{KEY}", "fd://x", "fd://999"])
def test_what_is_no_key_is_not_repeated(tmp_path: Path, told: str) -> None:
    with pytest.raises(errors.ConfigurationError, match=master.NAME) as caught:
        find(tmp_path, told)
    assert told not in str(caught.value)
