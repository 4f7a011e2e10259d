"""The spawner as the bot hears it: which code it runs, when its template comes and goes."""

import os
import shutil
import signal
import socket
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.guard import fingerprint, programs
from bot.ipc import channel
from bot.ipc.start import Start
from tests.guard import run

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's"),
    pytest.mark.slow,
    pytest.mark.timeout(60),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spawner:
    """Its channel; the keeper and the broker are ours as well, and say nothing."""

    bot: socket.socket
    keeper: socket.socket

    def start(self, token: str, *modules: str) -> None:
        """Have a run started, which then waits for its credentials."""
        start = Start(token=token, memory_mb=2048, cpu_seconds=30, modules=modules)
        channel.send(self.bot, start.write(), files=[0, 1, 2])

    def say(self, what: str) -> None:
        """Say a word that needs no more."""
        channel.send(self.bot, {"do": what, "modules": ""})

    def begun(self) -> None:
        """Wait until a run was told of to the keeper."""
        _, files = channel.receive(self.keeper)
        for file in files:
            os.close(file)

    def told(self) -> channel.Message:
        """Return what it says next."""
        message, _ = channel.receive(self.bot)
        return message


@contextmanager
def spawned(place: Path, *, made_of: str = "", idle: float = 600.0) -> Generator[Spawner]:
    pairs = [channel.pair() for _ in range(3)]
    theirs = [their for _, their in pairs]
    process = programs.start(
        "spawner",
        *(str(place), *(str(one.fileno()) for one in theirs)),
        files=theirs,
        made_of=made_of or fingerprint.current(),
        idle=str(idle),
    )
    for one in theirs:
        one.close()
    for ours, _ in pairs:
        ours.settimeout(30)
    try:
        yield Spawner(bot=pairs[0][0], keeper=pairs[1][0])
    finally:
        for ours, _ in pairs:
            ours.close()
        assert process.wait(30) == 0


def test_a_template_comes_when_work_does_and_goes_when_it_rests(tmp_path: Path) -> None:
    with spawned(tmp_path, idle=0.05) as spawner:
        spawner.say("warm")
        came = spawner.told()
        assert came["told"] == "template"
        assert came["pid"] != 0
        assert spawner.told() == {"told": "template", "pid": 0}


def test_no_run_is_started_of_other_code_than_the_bots(tmp_path: Path) -> None:
    with spawned(tmp_path, made_of="another") as spawner:
        spawner.say("warm")
        assert spawner.told() == {"told": "stale"}
        for token in ("1", "2"):
            spawner.start(token)
            assert spawner.told() == {"told": "lost", "token": token}


def test_a_run_under_which_the_code_changed_counts_as_never_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = tmp_path / "code"
    for name in (*fingerprint.FOLDERS, *fingerprint.MODULES):
        source, target = run.ROOT / "bot" / name, copied / "bot" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, target)
    monkeypatch.setattr("bot.guard.programs._ROOT", copied)
    monkeypatch.setattr("bot.guard.fingerprint._ROOT", copied / "bot")
    with spawned(tmp_path) as spawner:
        for token in ("1", "2"):
            spawner.start(token)
            spawner.begun()
        assert spawner.told()["told"] == "template"
        late = copied / "bot/worker/late.py"
        late.write_text("NEW = True\n", "utf-8")
        channel.send(spawner.bot, {"do": "kill", "token": "1"})
        assert spawner.told() == {"told": "stale"}
        lost = [spawner.told(), spawner.told()]
        assert sorted(str(one["token"]) for one in lost) == ["1", "2"]
        assert {one["told"] for one in lost} == {"lost"}
        assert spawner.told() == {"told": "template", "pid": 0}


def test_a_template_that_dies_loses_its_runs(tmp_path: Path) -> None:
    with spawned(tmp_path) as spawner:
        spawner.start("1")
        spawner.begun()
        pid = spawner.told()["pid"]
        assert isinstance(pid, int)
        os.kill(pid, signal.SIGKILL)
        assert spawner.told() == {"told": "lost", "token": "1"}
        assert spawner.told() == {"told": "template", "pid": 0}


def test_a_template_that_cannot_start_fails_its_runs_and_says_why(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Lost ones would begin again at once, and for ever."""
    with spawned(tmp_path) as spawner:
        spawner.start("1", "bot.no_such_module")
        assert spawner.told() == {"told": "ended", "token": "1", "code": 1}
        assert spawner.told() == {"told": "template", "pid": 0}
    assert "No module named 'bot.no_such_module'" in capfd.readouterr().err
