"""The attack on ourselves: when, what is said of it, and what it changes."""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot import clock, errors
from bot.app import siege
from bot.domain import run, walls
from bot.domain.walls import Attack, Came, Layer, Level
from bot.executors import process
from bot.ipc import guarded

HELD = Attack(name="fork", came=Came.STOPPED, how="EPERM")
LOST = Attack(name="trace the bot", came=Came.THROUGH)
OWN = Attack(name="the bot: read a sealed credential", came=Came.STOPPED)
WHOLE = walls.Walls(stand=frozenset(Layer))
LESS = walls.Walls(
    stand=frozenset(Layer) - {Layer.NETWORK, Layer.EGRESS},
    missing={Layer.NETWORK: "operation not permitted", Layer.EGRESS: "needs a network namespace"},
)


class Executor(process.ProcessExecutor):
    """One whose workers find what the test wants."""

    def __init__(self, found: walls.Trial | None) -> None:
        super().__init__(memory_mb=512)
        self._found = found
        self.attacks = 0
        self.distrusted: tuple[str, ...] = ()

    async def attack(self, targets: walls.Targets) -> walls.Trial:
        """Tell it."""
        self.attacks += 1
        if self._found is None:
            raise errors.RunError(run.Failure(code=run.FailureCode.CRASHED))
        return self._found

    def distrust(self, breached: tuple[str, ...]) -> None:
        """Remember it."""
        self.distrusted = breached


@dataclass(slots=True, kw_only=True)
class Bench:
    """A siege, and those around it."""

    siege: siege.Siege
    executor: Executor
    clock: clock.HeldClock
    said: list[str] = field(default_factory=list[str])

    async def lay(self, *looks: bool) -> None:
        """Attack at once, and for each look that is true only after it."""
        left = list(looks)
        await self.siege.lay(busy=lambda: bool(left) and left.pop(0), after=0, again=0)


def a_bench(
    place: Path | None,
    *attacks: Attack,
    stood: walls.Walls = WHOLE,
    inside: Sequence[str] = (),
) -> Bench:
    """A siege that will find this; no attacks: it cannot be laid."""
    held = clock.HeldClock(datetime(2026, 11, 23, 6, tzinfo=UTC))
    said: list[str] = []

    async def warn(text: str) -> None:
        said.append(text)

    acting = Executor(walls.Trial(walls=stood, attacks=attacks) if attacks else None)
    with socket.socket() as nobody:
        guard = guarded.Guard(spawner=nobody, broker=nobody, ground=place, own=(OWN,))
    made = siege.Siege(guard if place else None, acting, now=held, warn=warn, inside=inside)
    return Bench(siege=made, executor=acting, clock=held, said=said)


async def test_what_holds_is_told_with_how_long_ago_it_was_tried(tmp_path: Path) -> None:
    bench = a_bench(tmp_path, HELD)
    assert bench.siege.told == "not tried yet"
    with capture_logs() as logged:
        await bench.lay()
    bench.clock.advance(timedelta(minutes=2))
    assert bench.siege.told == "strong · 2 of 2 attacks stopped, tried 2 min ago"
    assert (bench.siege.problem, bench.said, bench.executor.distrusted) == ("", [], ())
    (event,) = logged
    assert event["table"] == {HELD.name: "stopped EPERM", OWN.name: "stopped"}


async def test_one_that_comes_through_takes_the_name_away_and_is_told_once(tmp_path: Path) -> None:
    bench = a_bench(tmp_path, HELD, LOST)
    await bench.lay()
    assert bench.executor.distrusted == (LOST.name,)
    assert bench.siege.told.startswith("none (an attack came through: trace the bot) · 2 of 3")
    assert LOST.name in bench.siege.problem
    (said,) = bench.said
    assert "reportops check --walls" in said


async def test_where_a_layer_is_missing_that_is_said_and_is_no_alarm(tmp_path: Path) -> None:
    bench = a_bench(tmp_path, HELD, LOST, stood=LESS)
    await bench.lay()
    without = "without allowed hosts, network namespace"
    assert bench.siege.told.startswith(f"partial ({without}) · 2 of 3 attacks stopped")
    assert (bench.siege.problem, bench.said, bench.executor.distrusted) == ("", [], ())


async def test_it_waits_until_no_report_is_being_made(tmp_path: Path) -> None:
    bench = a_bench(tmp_path, HELD)
    busy = asyncio.Event()
    busy.set()
    async with asyncio.TaskGroup() as group:
        group.create_task(bench.siege.lay(busy=busy.is_set, after=0, again=0))
        for _ in range(20):
            await asyncio.sleep(0)
        assert bench.executor.attacks == 0
        busy.clear()
    assert bench.executor.attacks == 1


async def test_that_it_could_not_be_tried_is_said(tmp_path: Path) -> None:
    bench = a_bench(tmp_path)
    await bench.lay(True, False)
    assert bench.siege.told == "could not be tried"
    assert "could not be tried" in bench.siege.problem


async def test_plain_processes_are_called_what_they_are() -> None:
    bench = a_bench(None, HELD)
    await bench.lay()
    assert (bench.siege.told, bench.executor.attacks) == ("none", 0)


async def test_inside_addresses_that_runs_may_reach_are_shown(tmp_path: Path) -> None:
    bench = a_bench(tmp_path, HELD, inside=("db.office:5432", "10.0.0.0/8"))
    assert bench.siege.told == "not tried yet · open inside: db.office:5432, 10.0.0.0/8"


@pytest.mark.parametrize("breached", [(), ("trace the bot",)])
def test_walls_that_were_breached_are_none(breached: tuple[str, ...]) -> None:
    stood = replace(WHOLE, breached=breached)
    assert stood.level is (Level.NONE if breached else Level.STRONG)
