"""Looks at clients before their reports are due: when, how many at a time, and what is told."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import clock, errors, wire
from bot.domain import client, credential, foresight, ids, run
from bot.foresight import Foresight, known, ports
from bot.foresight import foresight as module
from bot.store import Store
from tests import samples
from tests.foresight.test_marks import MONDAY
from tests.store import make

SATURDAY = MONDAY - timedelta(days=2)
"""After Friday's mark: whoever starts now looks at once."""
Told = tuple[ids.ClientId, tuple[run.Failure, ...], tuple[run.Failure, ...]]
SLACK = run.Failure(code=run.FailureCode.POST_REFUSED, said="not_in_channel")


@dataclass
class House:
    """Everything around the looks; fills the Protocols that are not the store's."""

    kept: Store
    clock: clock.HeldClock
    found: list[client.Client] = field(default_factory=lambda: [samples.CLIENT])
    fails: dict[str, run.Failure] = field(default_factory=dict[str, run.Failure])
    lost: bool = False
    seen: tuple[credential.Seen, ...] = ()
    slack: run.Failure | None = None
    told: list[Told] = field(default_factory=list[Told])
    opened: list[ids.ClientId] = field(default_factory=list[ids.ClientId])
    endings: list[Sequence[foresight.Ending]] = field(
        default_factory=list[Sequence[foresight.Ending]]
    )
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    most: int = 0
    busy: bool = False
    under_way: int = 0
    full: asyncio.Event = field(default_factory=asyncio.Event)
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def known(self) -> known.Known:
        """What is known of credentials."""
        return known.Known(self.kept.foresight, self.kept.audit, now=self.clock)

    def clients(self) -> Sequence[client.Client]:
        return self.found

    async def open(self, of: client.Client) -> wire.Checked:
        self.opened.append(of.id)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        if self.under_way >= module.SEATS:
            self.full.set()
        try:
            await self.gate.wait()
        finally:
            self.under_way -= 1
        if self.lost:
            raise errors.RunLost("the guard went")
        return wire.Checked(
            sources=tuple(
                wire.Source(name=name, failure=self.fails.get(name)) for name in of.sources
            ),
            seen=self.seen,
        )

    async def fault(self, of: client.Client) -> run.Failure | None:
        return self.slack if of in self.found else None

    async def foreseen(
        self, client: ids.ClientId, found: Sequence[run.Failure], *, met: Sequence[run.Failure] = ()
    ) -> None:
        self.told.append((client, tuple(found), tuple(met)))

    def spare(self, of: client.Client, *, beside: Sequence[client.Client]) -> bool:
        return not self.busy and of not in beside

    async def ending(self, found: Sequence[foresight.Ending]) -> None:
        self.endings.append(found)

    def life(self, group: asyncio.TaskGroup) -> Foresight:
        """A life of the bot."""
        return Foresight(
            ports.Ports(
                rows=self.kept.foresight,
                known=self.known,
                pauses=self.kept.pauses,
                clients=self,
                opener=self.open,
                channels=self,
                incidents=self,
                room=self,
                notices=self,
            ),
            plan=foresight.Plan(),
            now=self.clock,
            group=group,
            wake=self.woken.set,
        )

    async def swept(self, looking: Foresight) -> None:
        """Sweep, and wait for the look that this began."""
        self.woken.clear()
        await looking.sweep()
        await self.woken.wait()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with Store.open(tmp_path / "a.db") as kept:
        made = House(kept, clock.HeldClock(SATURDAY))
        made.gate.set()
        yield made


async def test_what_is_due_is_looked_at_once_and_a_restart_knows_it(house: House) -> None:
    async with asyncio.TaskGroup() as group:
        looking = house.life(group)
        await house.swept(looking)
        upcoming = await looking.sweep()
        assert house.opened == [samples.ACME]
        assert house.told == [(samples.ACME, (), ())]
        assert upcoming is not None
        assert MONDAY - timedelta(minutes=80) < upcoming <= MONDAY - timedelta(hours=1)
        again = house.life(group)
        await again.sweep()
        assert house.opened == [samples.ACME]
        house.clock.advance(upcoming - SATURDAY)
        await house.swept(again)
    assert house.opened == [samples.ACME, samples.ACME]


async def test_who_uses_what_was_replaced_is_looked_at_at_once(house: House) -> None:
    globex = replace(samples.CLIENT, id=ids.ClientId("globex"))
    house.found.append(globex)
    name = samples.CLIENT.sources["warehouse"].credential or ""
    async with asyncio.TaskGroup() as group:
        await house.life(group).sweep()
    house.opened.clear()
    house.woken.clear()
    async with asyncio.TaskGroup() as group:
        looking = house.life(group)
        looking.soon(name, of=samples.ACME)
        looking.soon("local://of-nobody", of=None)
        assert house.woken.is_set()
        await house.swept(looking)
        await looking.sweep()
        assert house.opened == [samples.ACME]
        looking.soon(name, of=None)
        await house.swept(looking)
    assert sorted(house.opened) == [samples.ACME, samples.ACME, globex.id]


async def test_what_stands_in_the_way_is_told(house: House) -> None:
    house.fails["warehouse"], house.slack = make.REFUSED, SLACK
    async with asyncio.TaskGroup() as group:
        await house.swept(house.life(group))
    assert house.told == [(samples.ACME, (make.REFUSED, SLACK), ())]
    (look,) = await house.kept.foresight.looks()
    assert look.failures == (make.REFUSED, SLACK)
    assert look.again_at is None


async def test_what_may_pass_is_told_only_when_it_stays(house: House) -> None:
    house.fails["warehouse"] = make.BUSY
    async with asyncio.TaskGroup() as group:
        looking = house.life(group)
        for _ in range(module.PATIENCE):
            await house.swept(looking)
            house.clock.advance(module.AGAIN)
        await looking.sweep()
    quiet, told = (samples.ACME, (), (make.BUSY,)), (samples.ACME, (make.BUSY,), ())
    assert house.told == [quiet] * (module.PATIENCE - 1) + [told]


async def test_paused_clients_are_left_alone(house: House) -> None:
    await house.kept.pauses.pause(
        samples.ACME, None, by=ids.UserId("U0CLAIRE"), reason="", at=SATURDAY
    )
    async with asyncio.TaskGroup() as group:
        await house.life(group).sweep()
    assert house.opened == []


async def test_few_at_a_time_and_none_where_runs_need_the_room(house: House) -> None:
    house.found = [replace(samples.CLIENT, id=ids.ClientId(f"c{number}")) for number in range(7)]
    house.gate.clear()
    async with asyncio.TaskGroup() as group:
        looking = house.life(group)
        house.busy = True
        await looking.sweep()
        assert house.opened == []
        house.busy = False
        await looking.sweep()
        await house.full.wait()
        await looking.sweep()
        house.gate.set()
        while len(house.told) < len(house.found):
            await house.swept(looking)
    assert house.most == module.SEATS
    assert sorted(house.opened) == [f"c{number}" for number in range(7)]


async def test_a_look_that_is_lost_tells_nothing_and_is_made_again(house: House) -> None:
    house.lost = True
    async with asyncio.TaskGroup() as group:
        looking = house.life(group)
        await house.swept(looking)
        await looking.sweep()
        assert (house.told, len(house.opened)) == ([], 1)
        house.lost = False
        house.clock.advance(module.AGAIN)
        await house.swept(looking)
    assert house.told == [(samples.ACME, (), ())]


async def test_at_the_end_looks_are_cut_and_begun_no_more(house: House) -> None:
    house.gate.clear()
    async with asyncio.TaskGroup() as group:
        looking = house.life(group)
        await looking.sweep()
        looking.stop()
        await looking.sweep()
    assert house.told == []
    assert await house.kept.foresight.looks() == []


async def test_a_credential_that_works_is_known_and_its_first_use_audited(house: House) -> None:
    async with asyncio.TaskGroup() as group:
        looking = house.life(group)
        await looking.look(samples.CLIENT)
        house.clock.advance(timedelta(hours=5))
        await looking.look(samples.CLIENT)
        house.fails["warehouse"] = make.REFUSED
        house.clock.advance(timedelta(hours=5))
        await looking.look(samples.CLIENT)
    (found,) = await house.kept.foresight.standings(samples.ACME)
    assert found.reference == "env://ACME_BIGQUERY"
    assert (found.first_at, found.good_at) == (SATURDAY, SATURDAY + timedelta(hours=5))
    lines = await house.kept.audit.latest()
    assert [(one.what, one.detail) for one in lines] == [(known.FIRST_USE, "env://ACME_BIGQUERY")]


async def test_what_a_credential_tells_of_itself_is_known(house: House) -> None:
    name, made = "env://ACME_BIGQUERY", SATURDAY - timedelta(days=84)
    house.seen = (credential.Seen(reference=name, made_at=made, version="3"),)
    async with asyncio.TaskGroup() as group:
        await house.life(group).look(samples.CLIENT)
    (found,) = await house.kept.foresight.standings()
    assert (found.made_at, found.version) == (made, "3")


async def test_an_end_is_announced_once_and_survives_a_restart(house: House) -> None:
    used = credential.Seen(
        reference="env://ACME_BIGQUERY",
        expires_at=SATURDAY + timedelta(days=6),
        expires_what="token",
    )
    async with asyncio.TaskGroup() as group:
        await house.known.used(samples.ACME, [used])
        await house.life(group).sweep()
        await house.life(group).sweep()
    assert [[one.standing.told for one in found] for found in house.endings] == [[7]]


@pytest.mark.parametrize(
    ("moved", "told"), [(timedelta(minutes=1), 7), (timedelta(days=-3), 7), (timedelta(60), None)]
)
async def test_only_a_later_end_is_announced_anew(
    house: House, moved: timedelta, told: int | None
) -> None:
    rows, end = house.kept.foresight, SATURDAY + timedelta(days=6)
    seen = credential.Seen(reference="env://ACME_BIGQUERY", expires_at=end, expires_what="token")
    await rows.used(samples.ACME, [seen], at=SATURDAY)
    await rows.told([replace((await rows.standings())[0], told=7)])
    await rows.used(samples.ACME, [replace(seen, expires_at=end + moved)], at=SATURDAY)
    (found,) = await rows.standings()
    assert (found.expires_at, found.told) == (end + moved, told)


async def test_another_version_begins_anew(house: House) -> None:
    rows, name = house.kept.foresight, "aws-sm://acme"
    end = SATURDAY + timedelta(days=6)
    first = credential.Seen(reference=name, version="1", expires_at=end, expires_what="it")
    assert await rows.used(samples.ACME, [first], at=SATURDAY) == [name]
    await rows.told([replace((await rows.standings())[0], told=7)])
    assert await rows.used(samples.ACME, [first], at=SATURDAY) == []
    assert (await rows.standings())[0].told == 7
    later = SATURDAY + timedelta(days=1)
    second = credential.Seen(reference=name, version="2")
    assert await rows.used(samples.ACME, [second], at=later) == [name]
    (found,) = await rows.standings()
    assert (found.first_at, found.made_at, found.expires_at, found.told) == (
        later,
        later,
        None,
        None,
    )
    await rows.forget(samples.ACME)
    assert await rows.standings() == []
