"""The sweep over a store that refuses: told once, tried again, said once when it is over."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from bot import clock, settings
from bot.app import house, service
from bot.domain import delivery
from bot.store import Store, database

AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
_BIG = "x" * 200_000


@dataclass(slots=True, kw_only=True)
class Slack:
    """The ops channel, as far as it is posted to and read."""

    said: dict[str, str] = field(default_factory=dict[str, str])
    is_up: bool = True

    async def find(
        self, wanted: delivery.Delivery, *, thread_ts: str | None
    ) -> delivery.Sent | delivery.Refused | None:
        """What stands there."""
        return delivery.Sent(ts="1.0") if wanted.key in self.said else None

    async def send(
        self, wanted: delivery.Delivery, body: delivery.Body, *, thread_ts: str | None
    ) -> delivery.SendResult:
        """Post it, where Slack is up."""
        if not self.is_up:
            return delivery.Refused(code="unreachable", retry_after=5.0)
        self.said[wanted.key] = body.text
        return delivery.Sent(ts="1.0")


@dataclass(slots=True, kw_only=True)
class Bench:
    """A service, its store's owner, and what the operators read."""

    service: service.Service
    owner: database.Database
    slack: Slack
    clock: clock.HeldClock
    runner: SimpleNamespace
    parts: SimpleNamespace

    async def full(self, *, is_full: bool) -> None:
        """Fill the disk up, or make space."""
        pages = 1 if is_full else 1_000_000
        await self.owner.read(lambda one: _limit(one, pages))

    async def later(self, seconds: float) -> None:
        """Sweep after so long."""
        self.clock.advance(timedelta(seconds=seconds))
        await self.service.sweep()


def _limit(connection: sqlite3.Connection, pages: int) -> None:
    connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()


def _always(answer: object) -> Callable[..., object]:
    def asked(*_: object, **__: object) -> object:
        return answer

    return asked


@pytest.fixture
async def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    """A service over a real store, with nothing to do but to write."""
    held, slack = clock.HeldClock(AT), Slack()
    async with database.connect(tmp_path / "a.db") as owner, asyncio.TaskGroup() as group:
        kept = Store(owner)

        async def nothing(*_: object) -> None:
            return None

        async def write() -> None:
            await kept.meta.set(f"k{held.monotonic()}", _BIG)

        ground = house.Ground(
            config=settings.Settings(
                database=tmp_path / "a.db", ops_channel="C0OPS", backup_dir=tmp_path / "copies"
            ),
            clock=held,
            store=kept,
            group=group,
            scratch=tmp_path,
            guard=None,
            wake=lambda: None,
        )
        runner = SimpleNamespace(sweep=write, next_fire=None)
        parts = SimpleNamespace(
            clients=SimpleNamespace(clients=tuple, refresh=lambda: None),
            connection=None,
            deliveries=SimpleNamespace(pump=nothing),
            desk=SimpleNamespace(catch_up=nothing),
            digest=SimpleNamespace(sweep=nothing),
            foresight=SimpleNamespace(sweep=nothing),
            guarding=SimpleNamespace(expect=_always(None), say=nothing),
            operations=SimpleNamespace(credentials=SimpleNamespace(sweep=nothing)),
            incidents=SimpleNamespace(sweep=nothing),
            outward=SimpleNamespace(warned=nothing),
            poster=slack,
            runner=runner,
        )
        silent = SimpleNamespace(look=nothing)
        monkeypatch.setattr(service.lookout, "Lookout", _always(silent))
        serving = service.Service(ground, cast("house.House", parts))
        yield Bench(
            service=serving, owner=owner, slack=slack, clock=held, runner=runner, parts=parts
        )


async def test_a_full_disk_is_told_once_and_its_end_once_and_the_next_one_again(
    bench: Bench,
) -> None:
    await bench.later(1)
    for _ in range(2):
        await bench.full(is_full=True)
        for _ in range(4):
            await bench.later(20)
        assert bench.service.trouble is not None
        assert bench.service.silent >= 80
        await bench.full(is_full=False)
        for _ in range(4):
            await bench.later(20)
        assert bench.service.trouble is None
        assert bench.service.silent == 0
    words = [text.split(":")[0] for text in bench.slack.said.values()]
    begins, ends = "⚠️ Nothing can be kept, so nothing new is posted", "⚠️ The database can be used"
    assert len(words) == 4
    assert [words[0], words[2]] == [begins] * 2
    assert all(word.startswith(ends) for word in (words[1], words[3]))


async def test_a_word_that_slack_did_not_take_is_said_later(bench: Bench) -> None:
    bench.slack.is_up = False
    await bench.full(is_full=True)
    await bench.later(20)
    await bench.later(20)
    assert not bench.slack.said
    bench.slack.is_up = True
    await bench.later(20)
    await bench.later(20)
    assert len(bench.slack.said) == 1


async def test_a_fire_that_nobody_took_up_is_seen_after_the_sweep(bench: Bench) -> None:
    bench.runner.next_fire = AT + timedelta(seconds=10)
    await bench.later(100)
    assert bench.service.unclaimed is None
    await bench.later(31)
    assert bench.service.unclaimed == AT + timedelta(seconds=10)
    bench.runner.next_fire = AT + timedelta(days=1)
    await bench.later(1)
    assert bench.service.unclaimed is None


async def test_a_sweep_writes_that_it_lives_and_keeps_the_days_copy(
    bench: Bench, tmp_path: Path
) -> None:
    await bench.later(1)
    (copy,) = (tmp_path / "copies").glob("reportops-*.db")
    assert copy.stat().st_size
    assert await Store(bench.owner).meta.get("alive_at") is not None
    await bench.later(24 * 3600)
    assert len(list((tmp_path / "copies").glob("reportops-*.db"))) == 2


@pytest.mark.parametrize("part", ["incidents", "digest"])
async def test_a_part_that_fails_keeps_no_message_back_and_is_told(bench: Bench, part: str) -> None:
    pumped: list[bool] = []

    async def broken() -> None:
        raise KeyError(part)

    async def pump() -> None:
        pumped.append(True)

    async def nothing() -> None:
        return None

    bench.parts.deliveries.pump = pump
    getattr(bench.parts, part).sweep = broken
    await bench.later(1)
    assert pumped
    assert bench.service.failing == [part]
    assert bench.service.silent == 0
    getattr(bench.parts, part).sweep = nothing
    await bench.later(1)
    assert bench.service.failing == []
