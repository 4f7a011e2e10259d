"""A death between any two writes: the next life says the same, and nothing twice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from bot import clock
from bot.digest import Digest
from bot.domain import client, delivery, ids, run
from bot.slack.screens import digest
from bot.store import Store, database
from tests import test_outages as bench
from tests.store import make

T = TypeVar("T")
FAILED = 3
NEVER = 10_000


class DeathError(Exception):
    """The process is gone."""


class Mortal(database.Database):
    """A database under which the process dies at its n-th write of what is told."""

    def __init__(self, whole: database.Database) -> None:
        self._whole = whole
        self.left = NEVER

    async def write(self, work: database.Work[T]) -> T:
        if self.left == 0:
            raise DeathError
        self.left -= 1
        return await self._whole.write(work)

    async def read(self, work: database.Work[T]) -> T:
        return await self._whole.read(work)


class Fleet(bench.Fleet):
    """The same clients, for the digest too."""

    def clients(self) -> Sequence[client.Client]:
        found = (self.client(ids.ClientId(f"c{number}")) for number in range(5))
        return tuple(one for one in found if one is not None)


@dataclass
class Story:
    """A morning, told in steps; each may be cut short once."""

    desk: bench.Desk
    under: Mortal
    deaths: int = 0

    async def told(self, *, dies_after: int) -> dict[str, str]:
        """Tell it all; return what every message says at the end."""
        self.under.left = dies_after
        runs = [await self._spared(number) for number in range(FAILED)]
        held = await self._held()
        for one in runs:
            await self._step(lambda one=one: self.desk.speaker.failed(one, bench.AWAY))
        await self._sweeps()
        found = await self.desk.outage()
        await self._step(
            lambda: self.desk.speaker.act_on_outage(
                found.id, 1, by=ids.UserId("U0CLAIRE"), what="retry all"
            )
        )
        self.desk.clock.move_to(make.NOW + timedelta(hours=2, minutes=45))
        await self._sweeps()
        for one in runs:
            await self._recovered(one)
        left, self.under.left = self.under.left, NEVER
        await self.desk.kept.runs.move(held.id, run.Status.SKIPPED, expect={run.Status.HELD})
        self.under.left = left
        await self._sweeps()
        return await self._messages()

    async def _spared(self, number: int) -> run.Run:
        left, self.under.left = self.under.left, NEVER
        stopped = await self.desk.fail(number, tell=False)
        self.under.left = left
        return stopped

    async def _held(self) -> run.Run:
        """A report that nobody is told of before its promise comes near."""
        left, self.under.left = self.under.left, NEVER
        held = await make.ready(self.desk.kept, replace(make.a_run(), client=ids.ClientId("c4")))
        held = await self.desk.kept.runs.move(held.id, run.Status.HELD, expect={held.status})
        self.under.left = left
        return held

    async def _recovered(self, stopped: run.Run) -> None:
        left, self.under.left = self.under.left, NEVER
        kept = self.desk.kept
        await kept.runs.move(stopped.id, run.Status.QUEUED, expect={run.Status.FAILED})
        there = await make.tried(kept, stopped, make.made())
        wanted = make.post(there)
        await kept.runs.enter_posting(there.id, wanted)
        ts = f"1795410001.{stopped.client[1:]:0>6}"
        await kept.deliveries.posted(wanted.key, ts=ts, at=make.LATER)
        now = await kept.runs.get(there.id)
        assert now is not None
        self.under.left = left
        await self._step(lambda: self.desk.speaker.changed(now))

    async def _sweeps(self) -> None:
        for _ in range(2):
            await self._step(self.desk.sweep)
            await self._step(self._morning)

    async def _morning(self) -> None:
        told = Digest(
            self.desk.kept,
            clients=Fleet(5),
            screen=digest.draw,
            clock=self.desk.clock,
            channel=bench.OPS,
        )
        await told.sweep()

    async def _step(self, do: bench.Step) -> None:
        """Do it; where the process dies under it, the next life sweeps, and does what was asked."""
        try:
            await do()
        except DeathError:
            self.deaths += 1
            self.under.left = NEVER
            self.desk.reborn()
            await self.desk.sweep()
            await self._morning()
            await do()

    async def _messages(self) -> dict[str, str]:
        rows = await self.desk.kept.deliveries.due(self.desk.clock.now() + timedelta(days=9))
        cards = [row.bodies[0].text for row in rows if row.kind is delivery.Kind.CARD]
        assert len(cards) < FAILED  # a life that finds all of them at once needs none of their own
        assert all("🟢" in text for text in cards)
        kinds = {delivery.Kind.OPS, delivery.Kind.NOTICE}
        found = [row for row in rows if row.kind in kinds]
        told = {row.key.partition(":")[0]: row.bodies[0].text for row in found}
        assert len(told) == len(found)
        return told


async def _tell(folder: Path, *, dies_after: int) -> tuple[dict[str, str], Story]:
    async with database.connect(folder / "a.db") as whole:
        under = Mortal(whole)
        desk = bench.Desk(Store(under), Fleet(5), clock.HeldClock(make.LATER))
        story = Story(desk, under)
        return await story.told(dies_after=dies_after), story


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_wherever_it_dies_the_same_is_said_and_nothing_twice(tmp_path: Path) -> None:
    whole, story = await _tell(tmp_path / "whole", dies_after=NEVER)
    writes = NEVER - story.under.left
    assert story.deaths == 0
    assert writes > 25
    assert set(whole) == {"outage", "digest"}
    for number in range(writes):
        cut, story = await _tell(tmp_path / f"cut{number}", dies_after=number)
        assert story.deaths == 1
        assert cut == whole, f"died at write {number}"
