"""What a worker says on stdout and stderr, heard within bounds; what it is told on stdin."""

import asyncio
import contextlib
import os
import signal
from asyncio import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field

from bot import errors, wire

_CHUNK = 65_536
_MOST_STDERR = 262_144
_STAGE = 40
_LINGER_SECONDS = 1.0
"""How long a worker may take to end after its outcome."""

Outcome = wire.RunOutcome | wire.ChartMade
OnProgress = Callable[[str], None]


@dataclass(slots=True, kw_only=True)
class Heard:
    """What a worker said, as far as it was listened to."""

    outcomes: list[Outcome] = field(default_factory=list[Outcome])
    stderr: bytearray = field(default_factory=bytearray)
    fault: str = ""
    """Why it was not listened to any longer."""
    on_progress: OnProgress | None = None
    code: int | None = None
    """Its exit code; negative: the signal that ended it."""


async def listen(child: subprocess.Process, heard: Heard, *, order: bytes) -> None:
    """Hand over the order and listen until the worker has ended, or is ended for what it said."""
    async with asyncio.TaskGroup() as group:
        group.create_task(_feed(child, order))
        group.create_task(_overhear(child, heard))
        group.create_task(_hear(child, heard))


async def _feed(child: subprocess.Process, order: bytes) -> None:
    stdin = child.stdin
    if stdin is None:
        raise AssertionError
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        stdin.write(order)
        await stdin.drain()
    stdin.close()


async def _overhear(child: subprocess.Process, heard: Heard) -> None:
    """Keep the beginning of stderr, and read on so that the worker never waits for us."""
    stderr = child.stderr
    if stderr is None:
        raise AssertionError
    while chunk := await stderr.read(_CHUNK):
        heard.stderr += chunk[: _MOST_STDERR - len(heard.stderr)]


async def _hear(child: subprocess.Process, heard: Heard) -> None:
    """Read lines until the end, the first fault, or a moment after the outcome; then end it."""
    pending = bytearray()
    total = 0
    with contextlib.suppress(_Lingers):
        while not heard.fault and (chunk := await _next(child, after_all=bool(heard.outcomes))):
            total += len(chunk)
            if total > wire.MAX_OUTCOME_BYTES:
                heard.fault = "it wrote more than it may"
                break
            pending += chunk
            _take_lines(pending, heard)
    if pending and not heard.fault:
        heard.fault = "its last line has no end"
    kill(child)


def _take_lines(pending: bytearray, heard: Heard) -> None:
    """Take every whole line off the front of what came."""
    end = pending.rfind(b"\n") + 1
    if end:
        lines = bytes(pending[: end - 1]).split(b"\n")
        del pending[:end]
        for line in lines:
            _take(line, heard)


class _Lingers(Exception):  # noqa: N818 - not an error
    """It said its outcome and did not end."""


async def _next(child: subprocess.Process, *, after_all: bool) -> bytes:
    stdout = child.stdout
    if stdout is None:
        raise AssertionError
    if not after_all:
        return await stdout.read(_CHUNK)
    try:
        return await asyncio.wait_for(stdout.read(_CHUNK), _LINGER_SECONDS)
    except TimeoutError:
        raise _Lingers from None


def _take(line: bytes, heard: Heard) -> None:
    if heard.fault:
        return
    try:
        said = wire.read_line(line)
    except errors.WireError as error:
        heard.fault = str(error)
        return
    if not isinstance(said, wire.Progress):
        heard.outcomes.append(said)
    elif heard.on_progress is not None:
        heard.on_progress(said.stage[:_STAGE])


def kill(child: subprocess.Process) -> None:
    """End the whole group, of which the child is the leader; grandchildren die with it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
