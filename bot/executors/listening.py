"""What a worker says on stdout and stderr, heard within bounds; what it is told on stdin."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

from bot import errors, wire
from bot.domain.walls import Walls
from bot.executors import brokering, spawning

_CHUNK = 65_536
_MOST_STDERR = 262_144
_STAGE = 40
_MOST_STAGES = 100
"""Of which a worker may tell; it has four."""
_TOO_MUCH = "it wrote more than it may"
_LINGER_SECONDS = 1.0
"""How long a worker may take to end after its outcome."""

Outcome = wire.RunOutcome | wire.Checked | wire.Estimated | wire.ChartMade | wire.Attacked
OnProgress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A worker that was started, however it was."""

    stdin: asyncio.StreamWriter
    stdout: asyncio.StreamReader
    stderr: asyncio.StreamReader
    kill: Callable[[], None]
    """Ends it, and all that it started; may be called again."""


@dataclass(slots=True, kw_only=True)
class Heard:
    """What a worker said, as far as it was listened to."""

    outcomes: list[Outcome] = field(default_factory=list[Outcome])
    stderr: bytearray = field(default_factory=bytearray)
    fault: str = ""
    """Why it was not listened to any longer."""
    on_progress: OnProgress | None = None
    stages: int = 0
    """How many it told of."""
    walls: Walls | None = None
    """What stood around it, as it said before it read its order; None: nothing was said."""
    code: int | None = None
    """Its exit code; negative: the signal that ended it."""
    outside: brokering.Outside | None = None
    """What the broker saw of it; None: no broker stands between it and the world."""
    over: spawning.Over | None = None
    """Why it was ended for its memory; None: it was not."""
    lost: bool = False
    """What held it died, and it with that: nobody's failure."""


async def listen(child: Child, heard: Heard, *, order: bytes) -> None:
    """Hand over the order and listen until the worker has ended, or is ended for what it said."""
    async with asyncio.TaskGroup() as group:
        group.create_task(_feed(child, order))
        group.create_task(_overhear(child, heard))
        group.create_task(_hear(child, heard))


async def _feed(child: Child, order: bytes) -> None:
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        child.stdin.write(order)
        await child.stdin.drain()
    child.stdin.close()


async def _overhear(child: Child, heard: Heard) -> None:
    """Keep the beginning of stderr, and read on so that the worker never waits for us."""
    total = 0
    while chunk := await child.stderr.read(_CHUNK):
        heard.stderr += chunk[: _MOST_STDERR - len(heard.stderr)]
        total += len(chunk)
        if total > wire.MAX_OUTCOME_BYTES:
            heard.fault = _TOO_MUCH
            child.kill()


async def _hear(child: Child, heard: Heard) -> None:
    """Read lines until the end, the first fault, or a moment after the outcome; then end it."""
    pending = bytearray()
    total = 0
    with contextlib.suppress(_Lingers):
        while not heard.fault and (chunk := await _next(child, after_all=bool(heard.outcomes))):
            total += len(chunk)
            if total > wire.MAX_OUTCOME_BYTES:
                heard.fault = _TOO_MUCH
                break
            pending += chunk
            _take_lines(pending, heard)
    if pending and not heard.fault:
        heard.fault = "its last line has no end"
    child.kill()


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


async def _next(child: Child, *, after_all: bool) -> bytes:
    if not after_all:
        return await child.stdout.read(_CHUNK)
    try:
        return await asyncio.wait_for(child.stdout.read(_CHUNK), _LINGER_SECONDS)
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
    match said:
        case wire.Walled():
            _walled(said, heard)
        case wire.Progress():
            _progressed(said, heard)
        case _:
            heard.outcomes.append(said)


def _progressed(said: wire.Progress, heard: Heard) -> None:
    heard.stages += 1
    if heard.stages > _MOST_STAGES:
        heard.fault = _TOO_MUCH
    elif heard.on_progress is not None:
        heard.on_progress(said.stage[:_STAGE])


def _walled(said: wire.Walled, heard: Heard) -> None:
    """Its first word, or a fault: what a run says of its walls later is not to be believed."""
    if heard.walls is not None:
        heard.fault = "it spoke of its walls twice"
    heard.walls = said.walls
