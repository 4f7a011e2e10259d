"""What holds the runs, from the bot's side: it ends, and is heard to; it is warm in time."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot import errors, wire
from bot.domain.run import FailureCode
from bot.executors import spawning, vigil, walled
from bot.guard import launcher
from bot.ipc import channel
from bot.ipc.start import Start
from tests.executors import acting

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's"),
    pytest.mark.slow,
    pytest.mark.timeout(60),
]
WAIT = "tell('ready')\ntime.sleep(60)"
MODULES = (*walled.MODULES, "tests.executors.puppet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A guard that the test may break."""

    stage: acting.Stage
    starter: walled.Walled
    pids: Mapping[str, int]
    halts: "asyncio.Queue[spawning.Halt]"

    async def template(self) -> int:
        """Return the process id of the template, once there is one."""
        self.starter.warm()
        async with asyncio.timeout(30):
            while not self.starter.template:
                await self.starter.changed()
        return self.starter.template


@pytest.fixture
async def held(tmp_path: Path) -> AsyncGenerator[Held]:
    os.chmod(tmp_path, 0o755)  # noqa: PTH101 - at once
    guard = launcher.start({}, clients=tmp_path)
    starter = walled.starter(guard, private=(), modules=MODULES, budget_mb=512)
    halts: asyncio.Queue[spawning.Halt] = asyncio.Queue()
    starter.watch(halts.put_nowait)
    stage = acting.Stage(place=tmp_path, starter=starter)
    try:
        yield Held(stage=stage, starter=starter, pids=guard.pids, halts=halts)
    finally:
        starter.close()
        guard.close()


async def _begun(held: Held, group: asyncio.TaskGroup) -> "asyncio.Task[Exception | None]":
    """Begin a run that goes on until it is ended; what is returned is how that was told."""
    ready = asyncio.Event()
    executor = held.stage.executor(WAIT)

    async def run() -> Exception | None:
        try:
            await executor.execute(held.stage.order(deadline=40), on_progress=lambda _: ready.set())
        except errors.RunLost as lost:
            return lost
        return None

    task = group.create_task(run())
    await ready.wait()
    return task


@pytest.mark.parametrize("name", ["spawner", "broker", "keeper"])
async def test_a_program_that_dies_ends_its_runs_and_is_told_of_at_once(
    held: Held, name: str
) -> None:
    async with asyncio.TaskGroup() as group:
        running = await _begun(held, group)
        os.kill(held.pids[name], signal.SIGKILL)
        assert await held.halts.get() is spawning.Halt.GONE
    assert isinstance(running.result(), errors.RunLost)
    assert held.halts.empty()
    with pytest.raises(errors.RunLost, match="has ended"):
        await held.stage.executor().execute(held.stage.order())


async def test_a_template_that_dies_loses_its_runs_and_another_takes_its_place(held: Held) -> None:
    first = await held.template()
    async with asyncio.TaskGroup() as group:
        running = await _begun(held, group)
        os.kill(first, signal.SIGKILL)
    assert isinstance(running.result(), errors.RunLost)
    (held.stage.place / "acme/act.py").unlink()
    outcome = await held.stage.executor().execute(held.stage.order())
    assert isinstance(outcome, wire.ReportMade)
    assert held.starter.template not in {0, first}
    assert held.halts.empty()


async def test_the_largest_is_ended_where_all_have_too_much_and_no_neighbour(held: Held) -> None:
    """Two of them fit into 512 MiB beside each other, and the third does not."""
    code = (
        "mine = b'x' * ({1: 60, 2: 120, 3: 400}[order.attempt] * 2**20)\ntell('ready')\n"
        "while not (order.client.folder / 'on').exists(): time.sleep(0.05)\n" + acting.FAILED
    )
    executor = held.stage.executor(code)
    outcomes: dict[int, wire.RunOutcome] = {}

    async def run(number: int) -> None:
        order = acting.numbered(held.stage.order(deadline=40), number)
        outcomes[number] = await executor.execute(order)
        (held.stage.place / "acme/on").touch()

    async with asyncio.TaskGroup() as group:
        for number in (1, 2, 3):
            group.create_task(run(number))
    ends = {number: acting.failure(one) for number, one in outcomes.items()}
    assert [ends[number].code for number in (1, 2, 3)] == [
        *(FailureCode.SOURCE_BUSY, FailureCode.SOURCE_BUSY, FailureCode.MEMORY)
    ]
    assert ends[3].params["budget"] == "512"
    assert int(ends[3].params["used"]) >= 200
    assert "512 MiB" in errors.describe(ends[3])


async def test_a_run_that_the_kernel_holds_is_waited_for_within_bounds() -> None:
    """A spawner that never tells of the end stands for it."""
    ours, theirs = channel.pair()
    spawner = spawning.Spawner(ours, patience=0.05)
    with theirs, capture_logs() as logs:
        await spawner.start(Start(token="1", memory_mb=1, cpu_seconds=1), [0, 1, 2])
        spawner.kill("1")
        assert await spawner.ended("1") == spawning.Ended()
        told = [channel.receive(theirs) for _ in range(2)]
        spawner.close()
    for file in told[0][1]:
        os.close(file)
    assert told[1][0] == {"do": "kill", "token": "1"}
    assert [one["event"] for one in logs] == ["run_does_not_end"]


async def test_the_end_of_a_program_is_known_with_how_it_came() -> None:
    ended = asyncio.Event()
    with subprocess.Popen(["/bin/sleep", "60"]) as started:  # noqa: ASYNC220 - ours to see off
        watching = vigil.Vigil({"keeper": started.pid}, ended=ended.set)
        watching.begin()
        with capture_logs() as logs:
            started.kill()
            await ended.wait()
        watching.end()
    assert started.returncode == -signal.SIGKILL  # left for whoever has started it
    assert {"program": "keeper", "how": "signal 9"}.items() <= logs[0].items()


async def test_newer_code_is_known_before_the_runs_that_were_lost_to_it() -> None:
    """Who queues them again must not start them again."""
    ours, theirs = channel.pair()
    halts: list[spawning.Halt] = []
    spawner = spawning.Spawner(ours, halted=halts.append)
    order = Start(token="1", memory_mb=1, cpu_seconds=1)
    with theirs:
        await spawner.start(order, [0, 1, 2])
        channel.send(theirs, {"told": "stale"})
        channel.send(theirs, {"told": "lost", "token": "1"})
        assert (await spawner.ended("1")).lost
        assert halts == [spawning.Halt.STALE]
        with pytest.raises(errors.RunLost, match="the code has changed"):
            await spawner.start(order, [0, 1, 2])
        _, files = channel.receive(theirs)
        for file in files:
            os.close(file)
        spawner.close()
    assert halts == [spawning.Halt.STALE]
