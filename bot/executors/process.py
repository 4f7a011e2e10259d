"""Runs an order in a process of its own on this machine: started from nothing, bounded, ended.

The child is started by the event loop's own thread. It asks the kernel to die with its parent, and
the kernel means the *thread* that started it: start it from another one and it dies with that.
"""

import asyncio
import base64
import binascii
import compileall
import contextlib
import math
import os
import shutil
import signal
import sys
import tempfile
from asyncio import subprocess
from collections.abc import AsyncGenerator, Callable, Generator
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

import bot
from bot import errors, wire
from bot.domain import delivery, run
from bot.domain.run import FailureCode
from bot.executors import checks, listening
from bot.kinds import mask

_ROOT = Path(bot.__file__).parents[1]
"""What holds the package: an isolated Python does not look into a plain checkout by itself."""
_BOOT = (
    "import sys; root, memory, cpu, parent = sys.argv[1:]; sys.path.append(root); "
    "from bot.worker import limits; limits.apply(int(memory), int(cpu), parent=int(parent)); "
    "from bot.worker.__main__ import main; main()"
)
_MOST_LINES = 100
_ENDING_SECONDS = 2.0
_LEFT = 65_536
_LINE = 500
_PNG = b"\x89PNG\r\n\x1a\n"

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """One start of a worker."""

    order: bytes
    """Holds credentials: never logged."""
    deadline: float
    scratch: Path
    clean: Callable[[str], str]
    on_progress: listening.OnProgress | None = None


class ProcessExecutor:
    """One process per order. Holds nothing of any run.

    Each has a directory of its own in ``scratch``, which whoever named it clears of what a death
    left there; None: where this machine keeps temporary files.
    """

    def __init__(
        self, *, memory_mb: int, python: str = sys.executable, scratch: Path | None = None
    ) -> None:
        self._memory_mb = memory_mb
        self._python = python
        self._parent = scratch
        self._compiled = False

    async def execute(
        self, order: wire.RunOrder, *, on_progress: listening.OnProgress | None = None
    ) -> wire.RunOutcome:
        """Run one order to its outcome; never raises for what the worker does.

        Its ``scratch`` is made here and gone afterwards. Cancelling kills the process group.
        """
        secrets = [*order.credentials.values(), *([order.model.key] if order.model else [])]
        with _scratch(self._parent) as scratch:
            job = _Job(
                order=wire.write_order(_placed(order, scratch)),
                deadline=order.deadline_seconds,
                scratch=scratch,
                clean=mask.Mask(secrets),
                on_progress=on_progress,
            )
            with structlog.contextvars.bound_contextvars(client=order.client.id, run=order.run):
                outcome = await self._answer(job)
        if isinstance(outcome, wire.ChartMade) or not checks.fits(outcome, order):
            return _crashed("the outcome does not match its order")
        if isinstance(outcome, wire.RunFailed):
            return checks.bounded(outcome, order)
        return outcome

    async def draw(self, trend: delivery.Trend) -> bytes:
        """Return a trend as a PNG; raises RunError when no worker could draw it."""
        with _scratch(self._parent) as scratch:
            order = wire.ChartOrder(trend=trend, scratch=scratch)
            job = _Job(
                order=wire.write_order(order),
                deadline=order.deadline_seconds,
                scratch=scratch,
                clean=str,
            )
            outcome = await self._answer(job)
        if isinstance(outcome, wire.ChartMade):
            with contextlib.suppress(binascii.Error):
                png = base64.b64decode(outcome.png, validate=True)
                if png.startswith(_PNG):
                    return png
        failed = outcome if isinstance(outcome, wire.RunFailed) else _crashed("it drew no PNG")
        raise errors.RunError(failed.failure)

    async def _answer(self, job: _Job) -> listening.Outcome:
        heard = listening.Heard(on_progress=job.on_progress)
        try:
            async with asyncio.timeout(job.deadline), self._child(job, heard) as child:
                await listening.listen(child, heard, order=job.order)
        except TimeoutError:
            seconds = f"{job.deadline:g}"
            failure = run.Failure(code=FailureCode.DEADLINE, params={"seconds": seconds})
            return wire.RunFailed(failure=failure, timings={})
        finally:
            _relay(heard, job)
        return _concluded(heard)

    @contextlib.asynccontextmanager
    async def _child(self, job: _Job, heard: listening.Heard) -> AsyncGenerator[subprocess.Process]:
        if not self._compiled:
            self._compiled = True
            await asyncio.to_thread(_compile)
        bounds = (self._memory_mb, math.ceil(job.deadline) + 1, os.getpid())
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
        try:
            yield child
        finally:
            listening.kill(child)
            await _over(child)
            heard.code = child.returncode


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


def _concluded(heard: listening.Heard) -> listening.Outcome:
    if heard.fault:
        return _crashed(heard.fault)
    if len(heard.outcomes) > 1:
        return _crashed("it gave more than one outcome")
    return heard.outcomes[0] if heard.outcomes else _crashed(_ended(heard.code))


def _ended(code: int | None) -> str:
    if code is None or code >= 0:
        return f"it ended with exit code {code} and without an outcome"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"it was ended by {name}"


def _crashed(how: str) -> wire.RunFailed:
    return wire.RunFailed(failure=run.Failure(code=FailureCode.CRASHED, said=how), timings={})


def _relay(heard: listening.Heard, job: _Job) -> None:
    """Log what came on stderr: bounded, and without a credential."""
    text = job.clean(heard.stderr.decode("utf-8", "replace"))
    for line in text.splitlines()[:_MOST_LINES]:
        if line.strip():
            _log.info("worker_stderr", line=line[:_LINE])


def _environment(scratch: Path) -> dict[str, str]:
    """Everything that the worker inherits from us."""
    return {
        "HOME": str(scratch / "home"),
        "TMPDIR": str(scratch / "tmp"),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
    }


def _placed(order: wire.RunOrder, scratch: Path) -> wire.RunOrder:
    """The order for a process that stands in its scratch directory."""
    folder = order.client.folder.resolve()
    return replace(order, scratch=scratch, client=replace(order.client, folder=folder))


@contextlib.contextmanager
def _scratch(parent: Path | None) -> Generator[Path]:
    """A fresh directory that only this user can enter, gone afterwards."""
    path = Path(tempfile.mkdtemp(prefix="reportops-", dir=parent))
    try:
        for name in ("home", "tmp"):
            (path / name).mkdir(mode=0o700)
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _compile() -> None:
    """The worker writes nothing beside its scratch, so its bytecode is made here, where it can."""
    for name in ("worker", "rendering"):
        compileall.compile_dir(_ROOT / "bot" / name, quiet=2)
