"""Copies from the shell, and the probe."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.store import copies, lock
from tests.cli.conftest import Shell
from tests.gates import source


def _copies(folder: Path) -> list[Path]:
    return sorted(folder.glob("reportops-*.db"))


def test_a_folder_gets_a_dated_copy(shell: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    told = shell("backup", str(folder))
    assert told.exit_code == 0, told.output
    (copy,) = _copies(folder)
    assert told.stdout == f"The database is copied to {copy}.\n"


def test_a_copy_goes_where_the_bot_itself_does_not_write(
    shell: Shell, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What the bot may write lies beside its database; the shell takes it from there."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    told = shell("backup", str(elsewhere / "a.db"))
    assert told.stdout == f"The database is copied to {elsewhere / 'a.db'}.\n"
    assert shell("backup", str(elsewhere / "a.db")).exit_code == 2
    assert shell("backup", str(elsewhere)).exit_code == 0
    assert len(_copies(elsewhere)) == 1
    assert len(list(elsewhere.iterdir())) == 2
    assert not list(tmp_path.glob("*.carried-*"))
    assert copies.check(elsewhere / "a.db")
    assert (elsewhere / "a.db").stat().st_mode & 0o777 == 0o600


def test_keep_names_a_folder_that_is_not_there_yet(shell: Shell, tmp_path: Path) -> None:
    assert shell("backup", str(tmp_path / "copies"), "--keep", "3").exit_code == 0
    assert len(_copies(tmp_path / "copies")) == 1


def test_without_a_name_it_goes_where_the_settings_say(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = shell("backup")
    assert (told.exit_code, told.stdout) == (2, "")
    assert "REPORTOPS_BACKUP_DIR" in told.stderr
    monkeypatch.setenv("REPORTOPS_BACKUP_DIR", str(tmp_path / "daily"))
    assert shell("backup").exit_code == 0
    assert len(_copies(tmp_path / "daily")) == 1


def test_a_copy_is_put_back_and_what_stood_there_is_kept(shell: Shell, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    shell("pause", "globex", "until", "2099-01-01", "winter", "sleep")
    shell("backup", str(copy))
    shell("resume", "globex")
    told = shell("restore", str(copy))
    assert told.exit_code == 0, told.output
    assert "before the bot posts a report of that time" in told.stdout
    assert "winter sleep" in shell("status", "globex").stdout
    (kept,) = tmp_path.glob("reportops.db.replaced-*")
    assert str(kept) in told.stdout


def test_nothing_is_put_back_while_somebody_has_the_database(shell: Shell, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    shell("backup", str(copy))
    with lock.own(tmp_path / "reportops.db"):
        told = shell("restore", str(copy))
    assert told.exit_code == 2
    assert "stop it first" in told.stderr
    assert not list(tmp_path.glob("*.replaced-*"))


def test_what_is_no_copy_is_not_put_back(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_bytes(b"no database" * 1000)
    told = shell("restore", str(tmp_path / "copy.db"))
    assert told.exit_code == 2
    assert "not sound" in told.stderr


def test_the_probe_tells_starting_from_gone(shell: Shell, tmp_path: Path) -> None:
    gone = shell("health", "--json")
    assert gone.exit_code == 1
    assert json.loads(gone.stdout) == {
        "ok": False,
        "live": False,
        "problems": ["The bot is not running."],
        "facts": {},
        "starting": False,
        "stuck": True,
    }
    assert shell("health", "--live").exit_code == 1
    with lock.own(tmp_path / "reportops.db"):
        told = shell("health")
        assert (told.exit_code, told.stderr) == (1, "Starting:\n  The bot is starting.\n")
        assert shell("health", "--live").exit_code == 0


@pytest.mark.slow
def test_the_probe_brings_nothing_heavy_with_it() -> None:
    program = (
        "import sys, bot.cli.health; print(*{'bot.wire', 'bot.slack', 'bot.store', 'aiohttp', "
        "'babel', 'structlog'} & {*sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=source.ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
