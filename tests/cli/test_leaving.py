"""`reportops client remove` from the shell: asked first; the folder goes only when told to."""

from pathlib import Path

import pytest

from bot.catalog import agency
from tests.cli.conftest import Shell


def test_it_asks_first_and_no_is_no(shell: Shell, clients: Path) -> None:
    told = shell("client", "remove", "globex")
    assert told.exit_code == 1
    assert "It cannot be undone. Go on?" in told.stdout
    assert "Removed" not in told.stdout
    assert "paused" not in shell("status", "globex").stdout.lower()
    assert (clients / "globex").exists()


def test_the_receipt_says_what_went_what_stays_and_what_is_left_to_do(
    shell: Shell, clients: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPORTOPS_BACKUP_DIR", str(tmp_path / "daily"))
    declared = "ads:\n  kind: google_ads\n  credential: env://ADS\n  clients: [globex]\n"
    (clients / agency.FILE).write_text(declared, "utf-8")
    shell("rerun", "globex")
    told = shell("client", "remove", "globex", "--yes")
    assert told.exit_code == 0, told.output
    for said in (
        "Removed globex:",
        "1 ended; nothing of them is posted",
        "0 versions deleted, with the key",
        "(the audit trail)",
        f"Delete its folder when nobody needs it: {clients / 'globex'}",
        f"Take globex out of clients of ads in {clients / 'agency.yaml'}.",
        f"The copies in {tmp_path / 'daily'} hold it",
    ):
        assert said in told.stdout
    assert "Paused" in shell("status", "globex").stdout
    assert "skipped" in shell("history", "globex").stdout


def test_the_folder_goes_too_where_that_is_asked_for(shell: Shell, clients: Path) -> None:
    told = shell("client", "remove", "globex", "--yes", "--folder")
    assert told.exit_code == 0
    assert f"The folder {clients / 'globex'} is deleted." in told.stdout
    assert not (clients / "globex").exists()
    again = shell("client", "remove", "globex", "--yes", "--folder")
    assert (again.exit_code, again.stdout) == (2, "")
    assert "There is no client “globex”, and there was none." in again.stderr


def test_a_folder_that_is_a_link_is_left_alone(shell: Shell, clients: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (clients / "globex").rename(elsewhere)
    (clients / "globex").symlink_to(elsewhere)
    told = shell("client", "remove", "globex", "--yes", "--folder")
    assert "leads elsewhere and is left alone" in told.stdout
    assert (elsewhere / "client.yaml").exists()


def test_a_typo_removes_nobody(shell: Shell) -> None:
    told = shell("client", "remove", "globx", "--yes")
    assert told.exit_code == 2
    assert "no client “globx”" in told.stderr
