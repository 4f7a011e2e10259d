"""A run cold, a run forked behind its walls, and many of these at once: time, and memory."""

import asyncio
import tempfile
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path

from bot import wire
from bot.executors import process, walled
from bot.guard import launcher
from tests.executors import acting

AT_ONCE = 50
_GOES = 5


async def _seconds(work: Callable[[], Coroutine[object, object, wire.RunOutcome]]) -> float:
    """The best of some goes: the machine's mood takes, and never gives."""
    best = float("inf")
    for _ in range(_GOES):
        began = time.perf_counter()
        made = await work()
        assert isinstance(made, wire.ReportMade), made
        best = min(best, time.perf_counter() - began)
    return best


async def measured(place: Path) -> str:
    """Return the figures, a line each."""
    order = acting.order(place / "acme", deadline=120)
    guard = launcher.start({}, clients=place)
    try:
        cold = process.ProcessExecutor(memory_mb=2048)
        forked = process.ProcessExecutor(memory_mb=2048, starter=walled.starter(guard, private=()))
        began = time.perf_counter()
        await forked.execute(order)
        first = time.perf_counter() - began
        alone = await _seconds(lambda: forked.execute(order))
        plain = await _seconds(lambda: cold.execute(order))
        many, memory = await _many(forked, order)
    finally:
        guard.close()
    return (
        f"cold, no walls              {plain:6.2f} s\n"
        f"first behind walls          {first:6.2f} s (the template starts)\n"
        f"forked and walled           {alone:6.2f} s\n"
        f"{AT_ONCE} at once, forked, walled  {many:6.2f} s, {memory:.0f} MiB at most (PSS)"
    )


async def _many(executor: process.ProcessExecutor, order: wire.RunOrder) -> tuple[float, float]:
    began, most = time.perf_counter(), 0.0
    async with asyncio.TaskGroup() as group:
        runs = [
            group.create_task(executor.execute(replace(order, attempt=number + 1)))
            for number in range(AT_ONCE)
        ]
        while not all(one.done() for one in runs):
            most = max(most, await asyncio.to_thread(_memory))
            await asyncio.sleep(0.2)
    assert all(isinstance(one.result(), wire.ReportMade) for one in runs)
    return time.perf_counter() - began, most


def _memory() -> float:
    """MiB of every run and its template, shared pages once (proc(5), smaps_rollup).

    Runs cannot be looked into but by root: 0 for others.
    """
    total = 0
    for status in Path("/proc").glob("[0-9]*/smaps_rollup"):
        try:
            if b"template" not in status.with_name("cmdline").read_bytes():
                continue
            lines = status.read_text("ascii").splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        print(asyncio.run(measured(place)))


if __name__ == "__main__":
    main()
