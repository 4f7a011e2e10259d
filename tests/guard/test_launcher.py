"""The three programs, as they are started."""

import contextlib
import resource
import sys
from pathlib import Path

import pytest

from bot.guard import launcher
from bot.ipc.sealing import Sealing

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's"),
    pytest.mark.slow,
    pytest.mark.timeout(60),
]


def test_no_run_can_use_up_what_the_programs_hand_over(tmp_path: Path) -> None:
    """A run may have 256 files open, and thrice as many on their way."""
    tmp_path.chmod(0o755)
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[1] < 4096:
        pytest.skip("this machine lets nobody open as many")
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
    try:
        guard = launcher.start({}, clients=tmp_path)
        bounds = [resource.prlimit(pid, resource.RLIMIT_NOFILE)[0] for pid in guard.pids.values()]
        guard.close()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert min(bounds) >= 4096


def test_the_master_key_is_in_nobodys_environment(tmp_path: Path) -> None:
    """Not in the bot's, nor in a small program's: the keeper is told it."""
    environment = {"REPORTOPS_MASTER_KEY": "quiet", "REPORTOPS_DEMO": "1", "GLOBEX": "word"}
    own, kept = launcher.split(environment, settings={"REPORTOPS_MASTER_KEY", "REPORTOPS_DEMO"})
    assert (own, kept) == ({"REPORTOPS_DEMO": "1"}, {"GLOBEX": "word"})
    tmp_path.chmod(0o755)
    told = Sealing(folder=str(tmp_path / "credentials"), master="a-quiet-word")
    guard = launcher.start({}, clients=tmp_path, sealing=told)
    try:
        for pid in guard.pids.values():
            for place in ("environ", "cmdline"):
                with contextlib.suppress(PermissionError):
                    assert b"a-quiet" not in Path(f"/proc/{pid}/{place}").read_bytes()
    finally:
        guard.close()
