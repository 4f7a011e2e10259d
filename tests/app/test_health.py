"""Each thing that makes the bot unsound, by itself; and what is not a fault."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from bot import clock, errors, settings
from bot.app import health, house, joints, service
from bot.slack import connection
from bot.store import Store
from tests import samples
from tests.store import make

AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def _always(answer: object) -> Callable[[object], object]:
    return lambda _asked: answer


@dataclass(slots=True, kw_only=True)
class Looking:
    """As much of the service as is looked at."""

    silent: float = 1.0
    age: float = 3600.0
    unclaimed: datetime | None = None
    trouble: errors.StoreTrouble | None = None
    copying: str = ""
    failing: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Bench:
    """A sound bot, and the screws to turn."""

    health: health.Health
    looking: Looking
    store: Store
    outward: joints.Outward
    clock: clock.HeldClock
    line: SimpleNamespace = field(default_factory=SimpleNamespace)
    deliveries: SimpleNamespace = field(default_factory=SimpleNamespace)
    walls: SimpleNamespace = field(default_factory=SimpleNamespace)

    def says(self, state: connection.State, *, silence: float = 0.0) -> None:
        """Let the socket stand so, or be away for so many seconds."""
        self.line.state, self.line.silence = state, silence


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """A bot of which everything is sound."""
    held = clock.HeldClock(AT)
    async with Store.open(tmp_path / "a.db") as kept, asyncio.TaskGroup() as group:
        ground = house.Ground(
            config=settings.Settings(database=tmp_path / "a.db"),
            clock=held,
            store=kept,
            group=group,
            scratch=tmp_path,
            guard=None,
            wake=lambda: None,
        )
        clients = SimpleNamespace(clients=tuple, faults=())
        outward = joints.Outward(
            kept, cast("joints.ports.Clients", clients), channel=None, now=held
        )
        line = SimpleNamespace(state=connection.State(connected=True, sockets=2), silence=0.0)
        deliveries = SimpleNamespace(unedited=0)
        walls = SimpleNamespace(told="strong", problem="")
        parts = SimpleNamespace(
            clients=clients,
            connection=line,
            guarding=SimpleNamespace(problem=""),
            deliveries=deliveries,
            outward=outward,
            runner=SimpleNamespace(running=0),
            siege=walls,
        )
        looking = Looking()
        judging = health.Health(
            ground, cast("house.House", parts), looking=cast("service.Service", looking)
        )
        yield Bench(
            health=judging,
            looking=looking,
            store=kept,
            outward=outward,
            clock=held,
            line=line,
            deliveries=deliveries,
            walls=walls,
        )


async def test_a_sound_bot_has_no_problem(bench: Bench) -> None:
    found = await bench.health()
    assert (found.problems, found.stuck, found.starting) == ((), False, False)
    assert found.facts["store"] == "sound"
    assert found.facts["isolation"] == "strong"


async def test_a_removal_that_was_cut_is_told_until_it_is_over(bench: Bench) -> None:
    began = bench.clock.now() - timedelta(hours=1)
    await bench.store.leaving.begin(samples.ACME, by="shell:ana", at=began)
    (told,) = (await bench.health()).problems
    assert told.startswith("1 removal of a client was cut in the middle: call `reportops client")
    await bench.store.leaving.end(samples.ACME, at=bench.clock.now())
    assert (await bench.health()).problems == ()


async def test_walls_that_let_an_attack_through_are_a_fault(bench: Bench) -> None:
    bench.walls.problem = "The walls let an attack through."
    assert (await bench.health()).problems == ("The walls let an attack through.",)


@pytest.mark.parametrize(
    ("screw", "says", "is_stuck"),
    [
        ({"silent": 121.0}, "Nothing was looked at for 121 s.", True),
        ({"unclaimed": AT}, "A report fell due at 06:00 UTC and was not taken up.", False),
        ({"trouble": errors.StoreTrouble("no space")}, "cannot be used: no space.", False),
        ({"failing": ("digest", "messages")}, "and the log says why: digest, messages.", False),
        ({"copying": "The daily copy failed."}, "The daily copy failed.", False),
    ],
)
async def test_what_the_engine_tells(
    bench: Bench, screw: dict[str, object], says: str, *, is_stuck: bool
) -> None:
    for name, value in screw.items():
        setattr(bench.looking, name, value)
    found = await bench.health()
    assert len(found.problems) == 1
    assert says in found.problems[0]
    assert found.stuck is is_stuck


async def test_a_socket_that_is_away_for_a_moment_is_no_fault(bench: Bench) -> None:
    bench.says(connection.State(connected=False), silence=29.0)
    assert (await bench.health()).ok
    bench.says(connection.State(connected=False), silence=31.0)
    found = await bench.health()  # also for who asks for the first time
    assert found.problems == ("Slack's socket is not connected: no hello yet.",)
    assert not found.stuck
    bench.says(connection.State(connected=True, sockets=1))
    assert (await bench.health()).ok
    bench.says(connection.State(connected=False, error="invalid_auth"))
    assert "invalid_auth" in (await bench.health()).problems[0]


async def test_a_bot_that_has_just_begun_is_starting(bench: Bench) -> None:
    bench.looking.age = 2.0
    bench.says(connection.State(connected=False))
    found = await bench.health()
    assert (found.starting, found.ok) == (True, False)
    bench.looking.age = 61.0
    assert not (await bench.health()).starting


async def test_messages_that_wait_or_failed_or_had_no_channel(bench: Bench) -> None:
    old = AT - timedelta(minutes=16)
    await bench.store.deliveries.put(replace(make.word("ops:old"), created_at=old))
    await bench.store.deliveries.put(replace(make.word("ops:new"), created_at=AT))
    failed = replace(make.word("ops:failed"), created_at=AT)
    await bench.store.deliveries.put(failed)
    await bench.store.deliveries.failed(failed.key, error="channel_not_found")
    await bench.outward.warned("something")
    assert (await bench.health()).problems == (
        "1 message waited more than 15 minutes to be posted.",
        "2 messages of the last day could not be said anywhere: set REPORTOPS_OPS_CHANNEL.",
    )
    bench.clock.advance(timedelta(days=1, minutes=1))
    assert (await bench.health()).problems == (
        "2 messages waited more than 15 minutes to be posted.",
    )


async def test_messages_that_slack_does_not_let_be_edited(bench: Bench) -> None:
    bench.deliveries.unedited = 2
    (problem,) = (await bench.health()).problems
    assert problem == "2 messages cannot be brought up to date: Slack refuses."


async def test_a_disk_that_is_nearly_full_is_told_before_it_is(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = SimpleNamespace(total=10**12, free=30 * 1024 * 1024)
    monkeypatch.setattr(health.shutil, "disk_usage", _always(usage))
    (problem,) = (await bench.health()).problems
    assert "30 MiB are free" in problem
    usage.total = 10**8
    assert (await bench.health()).ok
