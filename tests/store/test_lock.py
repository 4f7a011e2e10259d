"""One process owns the database, and no child of it does."""

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot import errors
from bot.store import Store, lock

_HOLD = """
import sys, pathlib
from bot.store import lock
with lock.own(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


async def test_a_second_owner_in_the_same_process_is_refused(tmp_path: Path) -> None:
    async with Store.open(tmp_path / "a.db"):
        with pytest.raises(errors.OwnedElsewhere):
            async with Store.open(tmp_path / "a.db"):
                pass
    async with Store.open(tmp_path / "a.db"):
        pass


@pytest.mark.slow
def test_another_process_is_named_and_its_death_frees_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    command = [sys.executable, "-c", _HOLD, str(path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(errors.OwnedElsewhere, match=rf"process {holder.pid}\b"), lock.own(path):
            pass
        holder.kill()
    with lock.own(path):
        pass


@pytest.mark.slow
def test_a_child_does_not_inherit_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    sleeper = [sys.executable, "-c", "import sys; print('up', flush=True); sys.stdin.read()"]
    with ExitStack() as owning:
        owning.enter_context(lock.own(path))
        with subprocess.Popen(
            sleeper, stdin=subprocess.PIPE, stdout=subprocess.PIPE, close_fds=False
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"up\n"
            owning.close()
            with lock.own(path):
                child.kill()


def test_a_lock_that_cannot_be_made_is_told_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(errors.StoreError, match="writable"), lock.own(tmp_path / "file" / "a.db"):
        pass
