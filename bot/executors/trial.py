"""The bot attacks itself: a run behind its walls tries what a hostile one would, on things made
for it, which are left as open as files and sockets can be.
"""

import asyncio
import contextlib
import fcntl
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import AsyncGenerator, Generator, Iterable
from pathlib import Path

from bot.domain import walls
from bot.executors import process

SHARED = Path("/dev/shm")  # noqa: S108 - what runs are to be kept out of
_GROUND = "reportops-trial-"
_WORD = b"figures of somebody else"


async def attacked(
    executor: process.ProcessExecutor, *, place: Path, pids: Iterable[int] = ()
) -> walls.Trial:
    """Return what this machine holds; raises RunError when no run could be started.

    ``place`` is an empty folder that runs may pass, in the folder of all clients or beside it;
    ``pids`` are processes that are attacked as this one is: those that hold secrets.
    """
    async with _targets(place, (os.getpid(), *pids)) as targets:
        return await executor.attack(targets)


@contextlib.contextmanager
def ground() -> Generator[Path]:
    """A folder for it, gone afterwards, that the user whom runs become can read; and with it those
    of bots that were killed, which nobody holds any more.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{_GROUND}*"):
        with contextlib.suppress(OSError), _held(left):
            shutil.rmtree(left, ignore_errors=True)
    path = Path(tempfile.mkdtemp(prefix=_GROUND))
    path.chmod(0o755)
    with _held(path):
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def _held(path: Path) -> Generator[None]:
    """Lock a folder; BlockingIOError: another process, which lives, has it."""
    file = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(file)


@contextlib.asynccontextmanager
async def _targets(place: Path, pids: tuple[int, ...]) -> AsyncGenerator[walls.Targets]:
    name = f"reportops-{secrets.token_hex(8)}"
    clients, beside, shared = place / "clients", place / "beside", SHARED / name
    with contextlib.ExitStack() as stack:
        for path in (clients / "own/own", clients / "other/secret"):
            _open(path)
        stack.callback(shared.unlink, missing_ok=True)
        shared.write_bytes(_WORD)
        shared.chmod(0o666)
        for one in ("database", "figures", "credentials/sealed", "credentials/keys/other.age"):
            _open(beside / one)
        sockets = [
            stack.enter_context(_listening(socket.AF_INET, ("127.0.0.1", 0))),
            stack.enter_context(_listening(socket.AF_UNIX, str(beside / "bot"))),
            stack.enter_context(_listening(socket.AF_UNIX, f"\0{name}")),
        ]
        (beside / "bot").chmod(0o777)
        yield walls.Targets(
            other=str(clients / "other"),
            beside=str(beside),
            shared=str(shared),
            pids=pids,
            port=sockets[0].getsockname()[1],
            abstract=name,
        )
    await asyncio.sleep(0)


def _open(path: Path) -> None:
    """Make a file that nothing but walls keeps anybody from."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_WORD)
    path.chmod(0o666)
    path.parent.chmod(0o777)
    path.parent.parent.chmod(path.parent.parent.stat().st_mode | 0o055)


def _listening(family: socket.AddressFamily, address: tuple[str, int] | str) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    made.bind(address)
    made.listen()
    return made
