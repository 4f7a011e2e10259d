"""Outages: a cause that stops several clients is told once, where all of them may be named."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import clock, incidents
from bot.domain import audience, client, delivery, ids, incident, run, views
from bot.slack.screens import card
from bot.store import Store
from tests import samples
from tests.store import make

OPS = ids.ChannelId("C0OPS")
Step = Callable[[], Awaitable[object]]
AWAY = run.Failure(
    code=run.FailureCode.SOURCE_UNREACHABLE, source="warehouse", kind="bigquery", said="no route"
)

UNWELCOME = run.Failure(
    code=run.FailureCode.POST_REFUSED,
    said="invalid_auth",
    params={"fault": "the bot token is not valid", "remedy": "Reinstall.", "of": "workspace"},
)


@dataclass
class Fleet:
    """Clients that have nothing in common but their agency, and where they stand."""

    size: int
    faults: tuple[views.Fault, ...] = ()

    def clients(self) -> Sequence[client.Client]:
        found = (self.client(ids.ClientId(f"c{number}")) for number in range(self.size))
        return [one for one in found if one is not None]

    def client(self, client_id: ids.ClientId) -> client.Client | None:
        number = int(client_id.removeprefix("c"))
        if number >= self.size:
            return None
        return replace(
            samples.CLIENT,
            id=client_id,
            name=f"Client {number}",
            channel=ids.ChannelId(f"C{number:08d}"),
        )

    async def audience(self, channel: ids.ChannelId) -> audience.Audience:
        return audience.Audience(outside=False, known=True, confirmed=True)


@dataclass
class Desk:
    """A store, a clock, and the life of the bot that is under way."""

    kept: Store
    fleet: Fleet
    clock: clock.HeldClock
    ops: ids.ChannelId | None = OPS
    life: incidents.Incidents | None = None

    @property
    def speaker(self) -> incidents.Incidents:
        return self.life or self.reborn()

    def reborn(self) -> incidents.Incidents:
        """The next life of the bot."""
        self.life = incidents.Incidents(
            self.kept,
            clients=self.fleet,
            audiences=self.fleet,
            cards=card,
            clock=self.clock,
            ops_channel=self.ops,
        )
        return self.life

    async def fail(self, number: int, failure: run.Failure = AWAY, *, tell: bool = True) -> run.Run:
        one = replace(make.a_run(), client=ids.ClientId(f"c{number}"))
        stopped = await make.failed(self.kept, one, failure=failure)
        if tell:
            await self.speaker.failed(stopped, failure)
        return stopped

    async def sweep(self, after: timedelta = timedelta(seconds=10)) -> None:
        self.clock.advance(after)
        await self.speaker.sweep()

    async def recover(self, stopped: run.Run) -> None:
        await self.kept.runs.move(
            stopped.id, run.Status.QUEUED, expect={run.Status.FAILED, run.Status.QUEUED}
        )
        there = await make.tried(self.kept, stopped, make.made())
        wanted = make.post(there)
        await self.kept.runs.enter_posting(there.id, wanted)
        await self.kept.deliveries.posted(
            wanted.key, ts=f"1795410001.{stopped.client[1:]:0>6}", at=make.LATER
        )
        now = await self.kept.runs.get(there.id)
        assert now is not None
        await self.speaker.changed(now)

    async def said(self, kind: delivery.Kind) -> list[delivery.Delivery]:
        rows = await self.kept.deliveries.due(self.clock.now() + timedelta(days=1))
        replies = {row.parent for row in rows}
        assert all(row.parent is None or row.parent in replies for row in rows)
        return [row for row in rows if row.kind is kind]

    async def outage(self) -> incident.Outage:
        (found,) = await self.kept.outages.recent(make.NOW - timedelta(days=1))
        return found

    async def card(self) -> delivery.Delivery:
        shown = await self.kept.deliveries.get(f"outage:{(await self.outage()).id}")
        assert shown is not None
        return shown

    async def thread(self) -> list[str]:
        """What was said below the card, in order."""
        own = f"outage:{(await self.outage()).id}"
        await self.kept.deliveries.posted(own, ts=make.TS, at=self.clock.now())
        found: list[str] = []
        while rows := [one for one in await self.said(delivery.Kind.REPLY) if one.parent == own]:
            found.append(rows[0].bodies[0].text)
            ts = f"1795410002.{len(found):06d}"
            await self.kept.deliveries.posted(rows[0].key, ts=ts, at=self.clock.now())
        return found


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with Store.open(tmp_path / "a.db") as kept:
        yield Desk(kept, Fleet(1000), clock.HeldClock(make.LATER))


async def test_two_clients_may_meet_by_chance_three_have_one_cause(desk: Desk) -> None:
    for number in range(2):
        await desk.fail(number)
    await desk.sweep()
    assert await desk.kept.outages.all_open() == []
    await desk.fail(2)
    await desk.sweep()
    shown = await desk.card()
    assert (shown.channel, shown.kind) == (OPS, delivery.Kind.OPS)
    assert "3 reports of 3 clients not sent" in shown.bodies[0].text
    assert "None of them is tried again by itself any more: press Retry all now." in str(
        shown.bodies[0].blocks
    )
    assert all(f"Client {number}" in str(shown.bodies[0].blocks) for number in range(3))


async def test_one_login_is_one_thing_for_two_clients(desk: Desk) -> None:
    for number in range(2):
        await desk.fail(number, make.REFUSED)
    await desk.sweep()
    shown = await desk.card()
    assert "Fix and rerun all" in str(shown.bodies[0].blocks)
    assert make.REFUSED.said not in str(shown.bodies)


async def test_a_workspace_that_refuses_us_is_one_card_from_the_first_on(desk: Desk) -> None:
    for number in range(3):
        await desk.fail(number, UNWELCOME)
    await desk.sweep()
    assert await desk.said(delivery.Kind.CARD) == []
    (told,) = await desk.said(delivery.Kind.OPS)
    assert "3 reports of 3 clients not sent" in told.bodies[0].text
    await desk.kept.deliveries.failed(told.key, error="invalid_auth")
    desk.reborn()  # with a new token
    await desk.sweep()
    (again,) = await desk.said(delivery.Kind.OPS)
    assert again.key == told.key


async def test_a_channel_that_refuses_us_is_its_clients_own(desk: Desk) -> None:
    gone = replace(UNWELCOME, said="is_archived", params={"fault": "it is archived"})
    for number in range(3):
        await desk.fail(number, gone)
    await desk.sweep()
    assert len(await desk.said(delivery.Kind.CARD)) == 3
    assert await desk.said(delivery.Kind.OPS) == []


async def test_two_hundred_clients_at_once_are_one_card(desk: Desk) -> None:
    for number in range(200):
        await desk.fail(number)
    await desk.sweep()
    cards = await desk.said(delivery.Kind.CARD)
    assert len(cards) == 2
    (told,) = await desk.said(delivery.Kind.OPS)
    assert "200 reports of 200 clients" in told.bodies[0].text
    assert "and 188 more reports" in str(told.bodies[0].blocks)
    before = (await desk.card()).version
    for _ in range(5):
        await desk.sweep()
    assert (await desk.card()).version == before


async def test_no_clients_channel_sees_another_clients_name(desk: Desk) -> None:
    for number in range(5):
        await desk.fail(number)
    await desk.sweep()
    for kind in delivery.Kind:
        for row in await desk.said(kind):
            if row.channel != OPS:
                own = f"Client {int(row.channel[1:])}"
                others = {f"Client {number}" for number in range(5)} - {own}
                assert not any(name in str(row.bodies) for name in others)


async def test_a_card_that_stood_before_says_where_the_one_for_all_is(desk: Desk) -> None:
    await desk.fail(0)
    for number in range(1, 4):
        await desk.fail(number)
    desk.reborn()
    await desk.sweep()
    first, second = await desk.said(delivery.Kind.CARD)
    for shown in (first, second):
        assert "one card for all is in <#C0OPS>" in str(shown.bodies[0].blocks)


async def test_an_outage_is_over_once_and_says_so_once(desk: Desk) -> None:
    stopped = [await desk.fail(number) for number in range(4)]
    await desk.sweep()
    for one in stopped[:3]:
        await desk.recover(one)
    await desk.sweep()
    assert "1 report of 1 client not sent" in (await desk.card()).bodies[0].text
    assert "3 sent meanwhile" in str((await desk.card()).bodies[0].blocks)
    await desk.recover(stopped[3])
    await desk.sweep()
    for _ in range(2):
        desk.reborn()
        await desk.sweep()
    assert (await desk.outage()).status is incident.IncidentStatus.RECOVERED
    assert (await desk.card()).bodies[0].text.endswith("over · 4 of 4 reports sent")
    (over,) = await desk.thread()
    assert "Over: 4 of 4 reports sent." in over


async def test_a_cause_that_comes_back_soon_is_the_same_card(desk: Desk) -> None:
    for one in [await desk.fail(number) for number in range(3)]:
        await desk.recover(one)
    await desk.sweep()
    first = await desk.outage()
    assert first.status is incident.IncidentStatus.RECOVERED
    desk.clock.advance(timedelta(hours=1))
    for number in range(10, 13):
        await desk.fail(number)
    await desk.sweep()
    again = await desk.outage()
    assert (again.id, again.status) == (first.id, incident.IncidentStatus.OPEN)
    lines = await desk.thread()
    assert ["Over" in lines[0], "Again" in lines[1], len(lines)] == [True, True, 2]


async def test_much_later_it_is_another_outage(desk: Desk) -> None:
    for one in [await desk.fail(number) for number in range(3)]:
        await desk.recover(one)
    await desk.sweep()
    desk.clock.advance(timedelta(hours=9))
    for number in range(10, 13):
        await desk.fail(number)
    await desk.sweep()
    assert len(await desk.kept.outages.recent(make.NOW)) == 2


async def test_of_two_presses_one_wins(desk: Desk) -> None:
    for number in range(3):
        await desk.fail(number)
    await desk.sweep()
    found = await desk.outage()
    other = ids.UserId("U0OTHER")
    for by, won in ((samples.OWNER, True), (other, False)):
        acted = await desk.speaker.act_on_outage(found.id, 1, by=by, what="retry all")
        assert acted.won is won
        assert acted.now is not None
        assert acted.now.acted_by == samples.OWNER
    (line,) = await desk.thread()
    assert "asked for all of them again" in line
    gone = await desk.speaker.act_on_outage(ids.OutageId("none"), 1, by=other, what="retry all")
    assert (gone.won, gone.now) == (False, None)


async def test_without_an_ops_channel_each_has_its_own_card(desk: Desk) -> None:
    desk.ops = None
    for number in range(5):
        await desk.fail(number)
    await desk.sweep()
    assert len(await desk.said(delivery.Kind.CARD)) == 5
    assert await desk.kept.outages.all_open() == []


async def test_a_clients_own_mistake_is_nobody_elses(desk: Desk) -> None:
    broken = run.Failure(code=run.FailureCode.QUERY_INVALID, source="shop", kind="duckdb")
    for number in range(5):
        await desk.fail(number, broken)
    await desk.sweep()
    assert len(await desk.said(delivery.Kind.CARD)) == 5
    assert await desk.kept.outages.all_open() == []


async def test_the_neutral_line_comes_only_when_the_promise_breaks(desk: Desk) -> None:
    stopped = [await desk.fail(number) for number in range(4)]
    await desk.sweep()
    assert await desk.said(delivery.Kind.NOTICE) == []
    desk.clock.move_to(make.NOW + timedelta(hours=3, minutes=1))
    await desk.sweep()
    notices = {row.run: row.channel for row in await desk.said(delivery.Kind.NOTICE)}
    assert notices == {one.id: f"C{one.client[1:]:0>8}" for one in stopped[2:]}
    assert "missed" in str((await desk.card()).bodies[0].blocks)


@pytest.mark.parametrize("cut", ["joined", "gathered"])
async def test_a_death_between_two_writes_is_mended_by_the_next_life(desk: Desk, cut: str) -> None:
    for number in range(3):
        await desk.fail(number, tell=number < 2)
    if cut == "gathered":
        third = await make.failed(
            desk.kept, replace(make.a_run(), client=ids.ClientId("c7")), failure=AWAY
        )
        await desk.kept.incidents.join(
            incident.Incident(
                id=ids.IncidentId(ids.new_id()),
                client=third.client,
                cause="warehouse:source_unreachable",
                shared="source:bigquery",
                failure=AWAY,
                status=incident.IncidentStatus.OPEN,
                runs=(third.id,),
                opened_at=desk.clock.now(),
            )
        )
    desk.reborn()
    for _ in range(2):
        await desk.sweep()
    (told,) = await desk.said(delivery.Kind.OPS)
    count = 4 if cut == "gathered" else 3
    assert f"{count} reports of {count} clients" in told.bodies[0].text
    stopped = await desk.kept.incidents.all_open()
    assert {one.outage for one in stopped} == {(await desk.outage()).id}
