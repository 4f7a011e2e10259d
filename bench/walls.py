"""The walls in figures: what a run costs cold, forked and many at once, what each layer adds, how
late a run that will not end is ended, and the table of attacks on this machine.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path

from bot import logs, wire
from bot.domain.run import FailureCode
from bot.executors import process, walled
from bot.guard import launcher
from bot.ipc import guarded
from tests.attacks import nobody
from tests.executors import acting
from tests.guard.walls import layers

AT_ONCE = 50
_GOES = 5
_NAMES = ("spawner", "broker", "keeper")
"""As ``Guard.programs`` has them."""
_GREEDY = {
    "hangs": "while True: time.sleep(60)",
    "computes": "while True: pass",
    "floods": "out = find()\nwhile True: out.write(b'x' * 2**16)",
    "forks": "while True: os.fork()",
    "eats memory": "held = []\nwhile True: held.append(bytearray(2**24))",
    "daemonises": "os.setsid()\nos.fork()",
}
_DEADLINE = 2.0


async def _seconds(work: Callable[[], Awaitable[wire.RunOutcome]]) -> float:
    """The best of some goes: the machine's mood takes, and never gives."""
    best = float("inf")
    for _ in range(_GOES):
        began = time.perf_counter()
        made = await work()
        assert isinstance(made, wire.ReportMade), made
        best = min(best, time.perf_counter() - began)
    return best


async def measured(place: Path) -> str:
    """Return the figures of runs, a line each."""
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
        programs = _programs(guard)
    finally:
        guard.close()
    return (
        f"cold, no walls              {plain:6.2f} s\n"
        f"first behind walls          {first:6.2f} s (the template starts)\n"
        f"forked and walled           {alone:6.2f} s\n"
        f"{AT_ONCE} at once, forked, walled  {many:6.2f} s, {memory:.0f} MiB at most (PSS)\n"
        f"resident: {programs}"
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


def _programs(guard: guarded.Guard) -> str:
    """MiB that each small program holds."""
    held = {name: _resident(one.pid) for name, one in zip(_NAMES, guard.programs, strict=True)}
    return ", ".join(f"{name} {mib:.0f} MiB" for name, mib in held.items())


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


async def bounded(place: Path) -> str:
    """Return how each greedy run ended, and how long after its deadline or its first word."""
    guard = launcher.start({}, clients=place)
    try:
        stage = acting.Stage(place=place, starter=acting.walledly(guard))
        await stage.executor().execute(stage.order())
        return "\n".join([await _ended(stage, name, code) for name, code in _GREEDY.items()])
    finally:
        guard.close()


async def _ended(stage: acting.Stage, name: str, code: str) -> str:
    executor = stage.executor(code)
    began = time.perf_counter()
    outcome = await executor.execute(stage.order(deadline=_DEADLINE))
    took = time.perf_counter() - began
    failure = acting.failure(outcome)
    late = failure.code is FailureCode.DEADLINE
    said = (
        f"{took - _DEADLINE:.2f} s after its deadline" if late else f"{took:.2f} s after it began"
    )
    return f"{name:12} ended {said}: {failure.said or failure.code.value}"


def _layered(cost: Mapping[str, float]) -> str:
    return "\n".join(f"{name:24} {1000 * seconds:6.2f} ms" for name, seconds in cost.items())


def _attacked() -> str:
    lines: list[str] = []
    for who in ("as we are", nobody.NOBODY) if os.geteuid() == 0 else ("as we are",):
        walled_in, openly = nobody.told(who), nobody.told(who, nobody.OPEN)
        lines.append(f"attacks, begun {who} ({walled_in.trial.level.value}): behind walls, without")
        lines += [
            f"  {one.name:58} {one.came.value:9} {other.came.value}"
            for one, other in zip(walled_in.trial.attacks, openly.trial.attacks, strict=True)
        ]
    return "\n".join(lines)


def _placed(work: Callable[[Path], Awaitable[str]]) -> str:
    async def done(place: Path) -> str:
        return await work(place)

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        return asyncio.run(done(place))


def main() -> None:
    """Print the figures."""
    logs.configure(style="json", level="error")
    sys.stdout.write(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors\n")
    for part in (_placed(measured), _placed(bounded), _layered(layers.cost()), _attacked()):
        sys.stdout.write(f"{part}\n\n")


if __name__ == "__main__":
    main()
