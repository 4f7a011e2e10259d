"""Incidents: when a card is opened, where it stands, what it says, and how it ends."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot import clock, incidents
from bot.domain import audience, client, delivery, ids, incident, run, views
from bot.slack.screens import card
from bot.store import Store
from tests import samples
from tests.store import make

OPS = ids.ChannelId("C0OPS")
ALERTS = ids.ChannelId("C0ALERTS")
BREAK = make.NOW + timedelta(hours=3, seconds=1)
"""Just after the promise."""


@dataclass
class World:
    """The clients as their files say, and who reads which channel."""

    found: client.Client | None = samples.CLIENT
    outside: set[ids.ChannelId] = field(default_factory=set[ids.ChannelId])
    confirmed: bool = True
    faults: tuple[views.Fault, ...] = ()

    def clients(self) -> Sequence[client.Client]:
        return [] if self.found is None else [self.found]

    def client(self, client_id: ids.ClientId) -> client.Client | None:
        return self.found if client_id == samples.ACME else None

    async def audience(self, channel: ids.ChannelId) -> audience.Audience:
        return audience.Audience(
            outside=channel in self.outside, known=True, confirmed=self.confirmed
        )


@dataclass
class Desk:
    """Everything a test of incidents touches."""

    kept: Store
    world: World
    clock: clock.HeldClock
    incidents: incidents.Incidents

    async def card(self) -> delivery.Delivery:
        (opened,) = await self.kept.incidents.all_open()
        return await self.card_of(opened)

    async def card_of(self, of: incident.Incident) -> delivery.Delivery:
        found = await self.kept.deliveries.get(f"card:{of.id}")
        assert found is not None
        return found

    async def thread(self, of: incident.Incident) -> list[str]:
        rows = await self.kept.deliveries.of_incident(of.id)
        return [row.bodies[0].text for row in rows if row.kind is delivery.Kind.REPLY]

    async def view(self) -> views.CardView:
        (opened,) = await self.kept.incidents.all_open()
        found = await self.incidents.view(opened.id)
        assert found is not None
        return found

    async def fail(self, failure: run.Failure = make.REFUSED, *, weeks: int = 0) -> run.Run:
        """One attempt that fails for good, told."""
        stopped = await make.failed(self.kept, make.of_week(make.a_run(), weeks), failure=failure)
        await self.incidents.failed(stopped, failure)
        return stopped

    async def stumble(self, one: run.Run, failure: run.Failure = make.BUSY) -> run.Run:
        """One attempt that fails and is tried again by itself, told."""
        again = self.clock.now() + timedelta(minutes=5)
        ended = make.stopped(failure, to=run.Status.QUEUED, again=again)
        stopped = await make.tried(self.kept, one, ended)
        await self.incidents.failed(stopped, failure)
        return stopped

    async def recover(
        self, stopped: run.Run, *, at: datetime = make.LATER, tell: bool = True
    ) -> run.Run:
        """A person's retry that ends in a post, told."""
        await self.kept.runs.move(
            stopped.id, run.Status.QUEUED, expect={run.Status.FAILED, run.Status.QUEUED}
        )
        there = await make.tried(self.kept, stopped, make.made())
        return await self._post(there, at=at, tell=tell)

    async def deliver(self, running: run.Run, *, at: datetime, tell: bool = True) -> run.Run:
        """The attempt that is under way ends in a post, told."""
        there = await self.kept.runs.end(running.id, make.made(), attempt=1)
        return await self._post(there, at=at, tell=tell)

    async def _post(self, there: run.Run, *, at: datetime, tell: bool) -> run.Run:
        wanted = make.post(there)
        await self.kept.runs.enter_posting(there.id, wanted)
        await self.kept.deliveries.posted(wanted.key, ts=make.TS, at=at)
        now = await self.kept.runs.get(there.id)
        assert now is not None
        if tell:
            await self.incidents.changed(now)
        return now


async def opened(tmp_path: Path, *, ops: ids.ChannelId | None = OPS) -> AsyncIterator[Desk]:
    """Yield a desk with a store of its own."""
    async with Store.open(tmp_path / "a.db") as kept:
        world, held = World(), clock.HeldClock(make.LATER)
        yield Desk(
            kept,
            world,
            held,
            incidents.Incidents(
                kept, clients=world, audiences=world, cards=card, clock=held, ops_channel=ops
            ),
        )


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async for one in opened(tmp_path):
        yield one


async def test_a_failure_that_cannot_heal_has_a_card_at_once(desk: Desk) -> None:
    stopped = await desk.fail()
    shown = await desk.card()
    assert (shown.kind, shown.channel) == (delivery.Kind.CARD, samples.CHANNEL)
    assert "not sent" in shown.bodies[0].text
    (found,) = await desk.kept.incidents.all_open()
    assert found.runs == (stopped.id,)
    assert found.cause == "env://ACME_BIGQUERY:credential"
    (line,) = await desk.thread(found)
    assert "Attempt 1" in line


async def test_a_blip_leaves_only_history(desk: Desk) -> None:
    one = make.a_run()
    await desk.kept.runs.claim(one)
    stopped = await desk.stumble(one)
    assert await desk.kept.incidents.all_open() == []
    await desk.recover(stopped)
    assert [row async for row in _cards(desk)] == []


async def _cards(desk: Desk) -> AsyncIterator[delivery.Delivery]:
    for row in await desk.kept.deliveries.due(make.LATER):
        if row.kind is delivery.Kind.CARD:
            yield row


async def test_from_the_second_failed_attempt_on_there_is_a_card_with_both(desk: Desk) -> None:
    one = make.a_run()
    await desk.kept.runs.claim(one)
    await desk.stumble(await desk.stumble(one))
    (found,) = await desk.kept.incidents.all_open()
    lines = await desk.thread(found)
    assert ["Attempt 1" in lines[0], "Attempt 2" in lines[1]] == [True, True]
    view = await desk.view()
    assert view.next_retry_at == desk.clock.now() + timedelta(minutes=5)


async def test_an_attempt_that_the_bot_died_under_is_no_failure(desk: Desk) -> None:
    one = make.a_run()
    await desk.kept.runs.claim(one)
    cut = run.Ended(end=run.AttemptEnd.ABANDONED, to=run.Status.QUEUED, at=make.NOW, timings={})
    await make.tried(desk.kept, one, cut)
    await desk.stumble(one)
    assert await desk.kept.incidents.all_open() == []


async def test_used_up_retries_have_a_card_even_after_one_failure(desk: Desk) -> None:
    await desk.fail(make.BUSY)
    assert (await desk.card()).kind is delivery.Kind.CARD


async def test_two_runs_of_one_cause_share_the_card(desk: Desk) -> None:
    await desk.fail()
    await desk.fail(weeks=1)
    (found,) = await desk.kept.incidents.all_open()
    assert len(found.runs) == 2
    assert len(await desk.thread(found)) == 2


async def test_a_new_failure_of_a_run_edits_its_card(desk: Desk) -> None:
    stopped = await desk.fail()
    before = await desk.card()
    await desk.kept.runs.move(stopped.id, run.Status.QUEUED, expect={run.Status.FAILED})
    again = await make.tried(desk.kept, stopped, make.stopped(make.BUSY))
    await desk.incidents.failed(again, make.BUSY)
    after = await desk.card()
    assert after.key == before.key
    assert after.version > before.version
    (found,) = await desk.kept.incidents.all_open()
    assert found.failure == make.BUSY
    assert len(await desk.thread(found)) == 2


async def test_saying_it_twice_changes_nothing(desk: Desk) -> None:
    stopped = await desk.fail()
    before = await desk.card()
    await desk.incidents.changed(stopped)
    await desk.incidents.refresh(samples.ACME)
    await desk.incidents.sweep()
    assert await desk.card() == before
    (found,) = await desk.kept.incidents.all_open()
    assert found.replies == len(await desk.thread(found)) == 1


@pytest.mark.parametrize(
    ("change", "outside", "place"),
    [
        ({}, set[str](), samples.CHANNEL),
        ({}, {samples.CHANNEL}, OPS),
        ({"alerts": ALERTS}, set[str](), ALERTS),
        ({"alerts": ALERTS}, {ALERTS}, OPS),
        ({"stage": client.Stage.INTERNAL}, set[str](), OPS),
    ],
)
async def test_where_the_card_stands(
    desk: Desk, change: dict[str, ids.ChannelId], outside: set[ids.ChannelId], place: str
) -> None:
    desk.world.found = replace(samples.CLIENT, **change)
    desk.world.outside = outside
    await desk.fail()
    assert (await desk.card()).channel == place
    assert (await desk.view()).in_ops_channel is (place == OPS)


async def test_a_client_whose_folder_is_gone_is_still_told_of(desk: Desk) -> None:
    desk.world.found = None
    await desk.fail()
    assert (await desk.card()).channel == OPS
    assert (await desk.view()).client_name == "acme"


async def test_recovery_turns_the_card_green_and_says_so(desk: Desk) -> None:
    stopped = await desk.fail()
    (found,) = await desk.kept.incidents.all_open()
    await desk.recover(stopped)
    after = await desk.kept.incidents.get(found.id)
    assert after is not None
    assert after.status is incident.IncidentStatus.RECOVERED
    assert "🟢" in (await desk.card_of(after)).bodies[0].text
    assert "Attempt 2" in (await desk.thread(after))[1]
    view = await desk.incidents.view(found.id)
    assert view is not None
    assert (view.buttons, view.posted_at) == ((), make.LATER)


async def test_a_recovered_card_leads_to_the_report(desk: Desk) -> None:
    asked: list[str] = []

    async def link() -> str:
        asked.append("link")
        return "https://example.com/p1"

    first, second = await desk.fail(), await desk.fail(weeks=1)
    (found,) = await desk.kept.incidents.all_open()
    await desk.incidents.changed(await desk.recover(first, tell=False), link=link)
    assert asked == []
    await desk.incidents.changed(await desk.recover(second, tell=False), link=link)
    assert "https://example.com/p1" in str((await desk.card_of(found)).bodies[0].blocks)


async def test_an_incident_is_over_when_all_its_runs_are(desk: Desk) -> None:
    first, second = await desk.fail(), await desk.fail(weeks=1)
    await desk.recover(first)
    (found,) = await desk.kept.incidents.all_open()
    assert (await desk.view()).also_affected == ()
    skipped = await desk.kept.runs.move(second.id, run.Status.SKIPPED, expect={run.Status.FAILED})
    await desk.incidents.changed(skipped)
    after = await desk.kept.incidents.get(found.id)
    assert after is not None
    assert after.status is incident.IncidentStatus.RECOVERED


async def test_an_older_success_recovers_nothing_that_failed_again(desk: Desk) -> None:
    await desk.recover(await desk.fail())
    again = await desk.fail(weeks=1)
    (found,) = await desk.kept.incidents.all_open()
    skipped = await desk.kept.runs.move(again.id, run.Status.SKIPPED, expect={run.Status.FAILED})
    await desk.incidents.changed(skipped)
    after = await desk.kept.incidents.get(found.id)
    assert after is not None
    assert after.status is incident.IncidentStatus.CLOSED


async def test_skipped_is_closed_not_recovered(desk: Desk) -> None:
    stopped = await desk.fail()
    (found,) = await desk.kept.incidents.all_open()
    skipped = await desk.kept.runs.move(stopped.id, run.Status.SKIPPED, expect={run.Status.FAILED})
    await desk.incidents.changed(skipped)
    after = await desk.kept.incidents.get(found.id)
    assert after is not None
    assert after.status is incident.IncidentStatus.CLOSED


async def test_one_press_wins_and_the_other_learns_whose(desk: Desk) -> None:
    await desk.fail()
    (found,) = await desk.kept.incidents.all_open()
    other = ids.UserId("U0OTHER")
    won = await desk.incidents.act(found.id, found.version, by=samples.OWNER, what="retry")
    lost = await desk.incidents.act(found.id, found.version, by=other, what="skip")
    assert (won.won, lost.won) == (True, False)
    assert lost.now is not None
    assert (lost.now.acted_by, lost.now.acted) == (samples.OWNER, "retry")
    lines = await desk.thread(found)
    assert "asked for another attempt" in lines[-1]
    none = await desk.incidents.act(ids.IncidentId("none"), 1, by=other, what="skip")
    assert (none.won, none.now) == (False, None)


async def test_what_a_crash_left_unsaid_is_said_by_the_sweep(desk: Desk) -> None:
    stopped = await make.failed(desk.kept)
    await desk.incidents.sweep()
    (found,) = await desk.kept.incidents.all_open()
    assert found.failure == make.REFUSED
    await desk.kept.runs.move(stopped.id, run.Status.SKIPPED, expect={run.Status.FAILED})
    await desk.incidents.sweep()
    assert await desk.kept.incidents.all_open() == []


async def test_details_are_of_the_run_that_the_card_is_about(desk: Desk) -> None:
    stopped = await desk.fail()
    (found,) = await desk.kept.incidents.all_open()
    details = await desk.incidents.details(found.id)
    assert details is not None
    assert details.said == make.REFUSED.said
    assert details.run_ref == ids.short_ref(stopped.id)
    assert len(details.attempts) == 1
    assert await desk.incidents.details(ids.IncidentId("none")) is None
