"""What becomes of the bot where its guard fails, and when work is about to come."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import clock
from bot.app import guarding, systemd
from bot.executors import spawning

AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class Around:
    """What stands around it, and what came of it, in order."""

    came: list[str] = field(default_factory=list[str])
    tell: Callable[[spawning.Halt], None] = print

    def watch(self, halted: Callable[[spawning.Halt], None]) -> None:
        """Be watched."""
        self.tell = halted

    def warm(self) -> None:
        """Work is about to come."""
        self.came.append("warm")

    def halt(self) -> None:
        """Begin nothing more."""
        self.came.append("halt")

    async def warned(self, what: str) -> None:
        """Tell the operators."""
        self.came.append(what)


@pytest.fixture
def around() -> Around:
    return Around()


@pytest.fixture
def guard(around: Around) -> guarding.Guarding:
    now = clock.HeldClock(AT)
    made = guarding.Guarding(around, runner=around, outward=around, now=now)
    made.begin(
        ends=lambda why: around.came.append(f"ends: {why}"), wake=lambda: around.came.append("wake")
    )
    return made


async def test_newer_code_stops_the_runs_and_is_said_once(
    around: Around, guard: guarding.Guarding
) -> None:
    await guard.say()
    assert around.came == []
    around.tell(spawning.Halt.STALE)
    for _ in range(2):
        await guard.say()
    assert around.came[:2] == ["halt", "wake"]
    assert around.came[2:] == [guard.problem]
    assert "seen at 06:00 UTC" in guard.problem
    assert "restart" in guard.problem
    guard.expect(AT)
    assert "warm" not in around.came


async def test_without_one_of_its_programs_the_bot_ends(
    around: Around, guard: guarding.Guarding
) -> None:
    around.tell(spawning.Halt.GONE)
    assert around.came == ["halt", f"ends: {guard.problem}"]
    await guard.say()
    assert around.came[-1] == guard.problem
    assert "ended at 06:00 UTC" in guard.problem


@pytest.mark.parametrize(
    ("seconds", "came"), [(-5, ["warm"]), (0, ["warm"]), (30, ["warm"]), (31, []), (None, [])]
)
def test_it_is_warm_half_a_minute_before_work_comes(
    around: Around, guard: guarding.Guarding, seconds: int | None, came: list[str]
) -> None:
    guard.expect(None if seconds is None else AT + timedelta(seconds=seconds))
    assert around.came == came


@pytest.mark.parametrize(
    ("membership", "unit"),
    [
        ("0::/system.slice/reportops.service\n", "reportops.service"),
        ("4:memory:/system.slice/bots.service\n0::/\n", "bots.service"),
        ("0::/user.slice/user@0.service/app.slice/term.scope\n", ""),
        ("0::/\n", ""),
    ],
)
def test_the_unit_is_named_where_there_is_one(tmp_path: Path, membership: str, unit: str) -> None:
    (tmp_path / "cgroup").write_text(membership, "utf-8")
    assert systemd.unit(tmp_path / "cgroup") == unit
    assert systemd.unit(tmp_path / "none") == ""
