"""Runs that take all they can: each ends at its bound and says so; its neighbour never knows."""

import asyncio
import os
import select
import sys
from dataclasses import dataclass

import pytest

from bot import wire
from bot.domain.run import FailureCode
from tests.executors import acting

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's"),
    pytest.mark.slow,
]
READY = "tell(str(os.getpid()))\n"
SOON, AMPLE = 3.0, 45.0
"""A run that would go on for ever meets the first; no other may meet the second, however slow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Greed:
    """What a run does once it is ready, and how that ends."""

    code: str
    end: FailureCode
    said: str = ""


CRASHED, LATE = FailureCode.CRASHED, FailureCode.DEADLINE
TOO_MUCH = "it wrote more than it may"
GREEDY = {
    "hangs": Greed(code="while True: time.sleep(60)", end=LATE),
    "computes": Greed(code="while True: pass", end=LATE),
    "floods its outcome": Greed(
        code="out = find()\nwhile True: out.write(b'x' * 2**16)", end=CRASHED, said=TOO_MUCH
    ),
    "floods with stages": Greed(code="while True: tell('x')", end=CRASHED, said=TOO_MUCH),
    "floods its log": Greed(
        code="while True: sys.stderr.write('x' * 2**16)", end=CRASHED, said=TOO_MUCH
    ),
    "forks": Greed(code="while True: os.fork()", end=CRASHED, said="builtins.PermissionError"),
    "starts threads": Greed(
        code="while True: threading.Thread(target=time.sleep, args=(60,)).start()",
        end=CRASHED,
        said="builtins.RuntimeError",
    ),
    "eats memory": Greed(
        code="held = []\nwhile True: held.append(bytearray(2**24))",
        end=CRASHED,
        said="builtins.MemoryError",
    ),
    "fills its disk": Greed(
        code="file = open(order.scratch / 'x', 'wb')\nwhile True: file.write(bytes(2**24))",
        end=CRASHED,
        said="builtins.OSError",
    ),
    "daemonises": Greed(
        code="os.setsid()\nos.fork()", end=CRASHED, said="builtins.PermissionError"
    ),
    "says goodbye and stays": Greed(
        code=f"find().write(wire.write_line({acting.FAILED.removeprefix('return ')}))\n"
        "find().flush()\nout = find().fileno()\nos.close(out)\ntime.sleep(60)",
        end=FailureCode.SOURCE_BUSY,
    ),
}


@pytest.mark.parametrize("greed", GREEDY.values(), ids=GREEDY)
async def test_a_run_ends_at_its_bound_and_harms_no_neighbour(
    walled: acting.Stage, greed: Greed
) -> None:
    ready: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()

    def told(stage: str) -> None:
        if not ready.done():
            ready.set_result(_watched(int(stage)))

    deadline = SOON if greed.end is LATE else AMPLE
    executor = walled.executor(READY + greed.code, memory_mb=768)
    neighbour = acting.order(walled.place / "globex")
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        greedy = group.create_task(
            executor.execute(walled.order(deadline=deadline), on_progress=told)
        )
        handle = await ready
        beside = group.create_task(executor.execute(neighbour))
    failure = acting.failure(greedy.result())
    assert (failure.code, failure.said) == (greed.end, greed.said)
    assert isinstance(beside.result(), wire.ReportMade)
    assert handle is None or _is_over(handle), "its process is still there"


def _watched(process: int) -> int | None:
    """A handle of the process; None where it has ended in this short time."""
    try:
        return os.pidfd_open(process)
    except ProcessLookupError:
        return None


def _is_over(handle: int) -> bool:
    ended, _, _ = select.select([handle], [], [], 0)
    os.close(handle)
    return bool(ended)
