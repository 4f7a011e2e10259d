"""A worker as a plain process of this user: bounded and ended, and behind no wall at all.

The child is started by the event loop's own thread. It asks the kernel to die with its parent, and
the kernel means the *thread* that started it: start it from another one and it dies with that.
"""

import asyncio
import compileall
import contextlib
import math
import os
import signal
import sys
from asyncio import subprocess
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace
from pathlib import Path

import bot
from bot import settings
from bot.domain.kept import Fault, Kept
from bot.domain.reference import Scheme
from bot.domain.walls import NOTHING, Level
from bot.executors import listening, sealing, starting
from bot.ipc import keyring
from bot.sealed import opening

_ROOT = Path(bot.__file__).parents[1]
"""What holds the package: an isolated Python does not look into a plain checkout by itself."""
_BOOT = (
    "import sys; root, memory, cpu, parent = sys.argv[1:]; sys.path.append(root); "
    "from bot.guard.walls import limits; limits.apply(int(memory), int(cpu), parent=int(parent)); "
    "from bot.worker.__main__ import main; main()"
)
_ENDING_SECONDS = 2.0
_LEFT = 65_536
_KEYRING = f"{Scheme.KEYRING.value}://"


Keep = Callable[[str, Sequence[str]], Kept]
"""A client's id and credential references → what is sealed of them, and the keys to it."""


class Plain:
    """Starts workers where no walls are to be had, such as on macOS."""

    def __init__(self, *, python: str = sys.executable, keep: Keep | None = None) -> None:
        self._python = python
        self._keep = keep
        self._compiled = False

    @property
    def most(self) -> Level:
        """None: it stands in the open."""
        return Level.NONE

    def fit(self, order: starting.Ordered) -> starting.Ordered:
        """Return it whole: nobody else keeps its credentials, so that we do the keeper's part."""
        if self._keep is None:
            return order
        sealed = self._keep(str(order.client.id), order.references)
        texts, faults = _of_keyring(order.references)
        sealed = replace(sealed, faults={**sealed.faults, **faults})
        return order.with_kept({**order.credentials, **texts}, sealed)

    @contextlib.asynccontextmanager
    async def child(
        self, job: starting.Job, heard: listening.Heard
    ) -> AsyncGenerator[listening.Child]:
        """Start a worker and end it at the end, with everything that it started."""
        if not self._compiled:
            self._compiled = True
            await asyncio.to_thread(_compile)
        bounds = (job.memory_mb, math.ceil(job.deadline) + 1, os.getpid())
        child = await subprocess.create_subprocess_exec(
            *(self._python, "-I", "-B", "-c", _BOOT, str(_ROOT), *map(str, bounds)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(job.scratch),
            cwd=job.scratch,
            start_new_session=True,
            close_fds=True,
            umask=0o077,
        )
        heard.walls = NOTHING
        try:
            yield _seen(child)
        finally:
            _kill(child)
            await _over(child)
            heard.code = child.returncode


def configured(config: settings.Settings) -> Plain:
    """Return what starts workers where there is no guard, as the settings say.

    Raises ConfigurationError where the master key cannot be had.
    """
    told = sealing.found(config)
    return Plain(keep=opening.Opener(Path(told.folder), master=told.master).kept)


def _of_keyring(references: Sequence[str]) -> tuple[dict[str, str], dict[str, Fault]]:
    """What references into the machine's keyring stand for, and why there is nothing for others."""
    texts: dict[str, str] = {}
    faults: dict[str, Fault] = {}
    for one in references:
        if one.startswith(_KEYRING):
            try:
                texts[one] = keyring.read(one.removeprefix(_KEYRING))
            except keyring.Unread as unread:
                faults[one] = unread.why
    return texts, faults


async def _over(child: subprocess.Process) -> None:
    """Wait until a killed worker and its pipes have ended.

    asyncio's wait() waits for the pipes too, and a pipe whose reader is full never ends by itself:
    what nobody listened to is read away. A process that got away could hold them, and is not
    waited for.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_ENDING_SECONDS):
            await _to_the_end(child.stdout)
            await _to_the_end(child.stderr)
            await child.wait()


async def _to_the_end(stream: asyncio.StreamReader | None) -> None:
    while stream is not None and await stream.read(_LEFT):
        pass


def _seen(child: subprocess.Process) -> listening.Child:
    if child.stdin is None or child.stdout is None or child.stderr is None:
        raise AssertionError
    return listening.Child(
        stdin=child.stdin,
        stdout=child.stdout,
        stderr=child.stderr,
        kill=lambda: _kill(child),
    )


def _kill(child: subprocess.Process) -> None:
    """End the whole group, of which the child is the leader; grandchildren die with it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


def _environment(scratch: Path) -> dict[str, str]:
    """Everything that the worker inherits from us."""
    return {
        "HOME": str(scratch / "home"),
        "TMPDIR": str(scratch / "tmp"),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
    }


def _compile() -> None:
    """The worker writes nothing beside its scratch, so its bytecode is made here, where it can."""
    for name in ("worker", "rendering"):
        compileall.compile_dir(_ROOT / "bot" / name, quiet=2)
