"""`reportops key`, as it is called."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot import cli
from bot.sealed import age, places, writing


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("REPORTOPS_MASTER_KEY", raising=False)
    return tmp_path / "credentials"


def called(*words: str, key: str = "", typed: str = "") -> Result:
    environment = {"REPORTOPS_MASTER_KEY": key} if key else {}
    return CliRunner().invoke(cli.main, ["key", *words], env=environment, input=typed)


def test_it_is_printed_once_and_kept_nowhere(folder: Path) -> None:
    made = called("new")
    assert made.exit_code == 0
    key = made.stdout.strip()
    assert places.Places(root=folder).master.read_text().strip() == age.recipient(key)
    assert "REPORTOPS_MASTER_KEY" in made.stderr
    assert not any(key.encode() in one.read_bytes() for one in folder.rglob("*") if one.is_file())
    again = called("new")
    assert (again.exit_code, "key rotate" in again.stderr) == (cli.USAGE, True)


def test_what_it_opens_is_shown_and_never_itself(folder: Path) -> None:
    assert "key new" in called("show").stderr
    key = called("new").stdout.strip()
    writing.Sealed(folder).put("acme", "shop", text="word")
    shown = called("show", key=key)
    assert (shown.exit_code, "opens 1 of 1 keys" in shown.stdout) == (0, True)
    other = age.generate().identity
    shown = called("show", key=other)
    assert (shown.exit_code, "acme: sealed to another master key" in shown.stdout) == (1, True)
    assert key not in shown.output
    assert other not in shown.output


def test_a_new_one_takes_its_place_once_somebody_has_it(folder: Path) -> None:
    old = called("new").stdout.strip()
    writing.Sealed(folder).put("acme", "shop", text="word")
    assert called("rotate", key=old, typed="n\n").exit_code == 1
    assert called("show", key=old).exit_code == 0
    done = called("rotate", key=old, typed="y\n")
    assert "1 key sealed again" in done.stderr
    new = done.stdout.splitlines()[0]
    assert [called("show", key=one).exit_code for one in (old, new)] == [1, 0]


def test_the_new_one_may_come_from_stdin(folder: Path) -> None:
    old, new = called("new").stdout.strip(), age.generate().identity
    assert called("rotate", "--new-key", "-", key=old, typed=new).exit_code == 0
    assert called("show", key=new).exit_code == 0
    for words, said in ((("-",), "hunter22"), (("key.txt",), "")):
        refused = called("rotate", "--new-key", *words, key=new, typed=said)
        assert refused.exit_code == cli.USAGE
        assert "hunter22" not in refused.output
    assert called("rotate").exit_code == cli.USAGE
