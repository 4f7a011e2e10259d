"""One message per day with fires in it, derived from the rows each time."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import clock
from bot.digest import Digest
from bot.digest.digest import usual_zone
from bot.domain import client, delivery, expected, ids, run, views
from bot.slack.screens import digest
from bot.store import Store
from tests import samples
from tests.store import make

OPS = ids.ChannelId("C0OPS")
KEY = "digest:2026-11-23"


class Clients:
    """One client, as its files say."""

    faults: tuple[views.Fault, ...] = ()

    def clients(self) -> Sequence[client.Client]:
        return (samples.CLIENT,)

    def client(self, client_id: ids.ClientId) -> client.Client | None:
        return samples.CLIENT if client_id == samples.ACME else None


@dataclass
class Desk:
    """The digest and what it stands on."""

    kept: Store
    clock: clock.HeldClock
    digest: Digest

    def reborn(
        self, channel: ids.ChannelId | None = OPS, faults: tuple[views.Fault, ...] = ()
    ) -> None:
        clients = Clients()
        clients.faults = faults
        self.digest = Digest(
            self.kept, clients=clients, screen=digest.draw, clock=self.clock, channel=channel
        )

    async def sweep(self) -> delivery.Delivery | None:
        self.clock.advance(timedelta(seconds=6))
        assert await self.digest.sweep() is None
        return await self.kept.deliveries.get(KEY)

    async def said(self) -> str:
        found = await self.sweep()
        assert found is not None
        return found.bodies[0].text


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with Store.open(tmp_path / "a.db") as kept:
        held = clock.HeldClock(make.NOW)
        one = Desk(
            kept,
            held,
            Digest(kept, clients=Clients(), screen=digest.draw, clock=held, channel=OPS),
        )
        yield one


async def test_a_day_without_fires_has_none(desk: Desk) -> None:
    assert await desk.sweep() is None
    asked = replace(make.a_run("ask:1"), trigger=run.Trigger.SLACK)
    await desk.kept.runs.claim(asked)
    assert await desk.sweep() is None


async def test_it_comes_with_the_first_fire_and_follows_it_to_its_end(desk: Desk) -> None:
    one = make.a_run()
    await desk.kept.runs.claim(one)
    assert await desk.said() == "Monday 23 Nov · 0 sent · 1 waiting"
    await make.tried(desk.kept, one, make.stopped())
    assert await desk.said() == "Monday 23 Nov · 0 sent · 1 needs you"
    await desk.kept.runs.move(one.id, run.Status.QUEUED, expect={run.Status.FAILED})
    await make.tried(desk.kept, one, make.made())
    wanted = make.post(one)
    await desk.kept.runs.enter_posting(one.id, wanted)
    await desk.kept.deliveries.posted(wanted.key, ts=make.TS, at=make.LATER)
    assert await desk.said() == "Monday 23 Nov · 1 sent"


async def test_then_it_is_quiet(desk: Desk) -> None:
    await make.posted(desk.kept)
    before = await desk.sweep()
    desk.clock.advance(timedelta(days=1))
    for _ in range(3):
        assert await desk.sweep() == before
        desk.reborn()


async def test_a_restart_loses_and_repeats_nothing(desk: Desk) -> None:
    await make.failed(desk.kept)
    before = await desk.sweep()
    desk.reborn()
    assert await desk.sweep() == before
    rows = await desk.kept.deliveries.due(desk.clock.now())
    assert [row.key for row in rows] == [KEY]


async def test_it_is_looked_at_every_few_seconds_at_most(desk: Desk) -> None:
    one = make.a_run()
    await desk.kept.runs.claim(one)
    await desk.sweep()
    await make.tried(desk.kept, one, make.stopped())
    desk.clock.advance(timedelta(seconds=2))
    assert await desk.digest.sweep() == desk.clock.now() + timedelta(seconds=3)
    before = await desk.kept.deliveries.get(KEY)
    assert before is not None
    assert "waiting" in before.bodies[0].text
    assert "needs you" in await desk.said()


async def test_what_is_left_of_yesterday_is_still_told_there(desk: Desk) -> None:
    one = await make.failed(desk.kept)
    await desk.sweep()
    desk.clock.advance(timedelta(days=2))
    later = replace(make.of_week(make.a_run(), 1), created_at=desk.clock.now())
    await desk.kept.runs.claim(later)
    assert "1 needs you" in await desk.said()
    await desk.kept.runs.move(one.id, run.Status.SKIPPED, expect={run.Status.FAILED})
    assert "1 skipped" in await desk.said()
    assert await desk.kept.deliveries.get("digest:2026-11-25") is not None


async def test_a_day_on_which_all_was_skipped_has_nothing_to_tell(desk: Desk) -> None:
    await desk.kept.runs.claim(replace(make.a_run(), status=run.Status.SKIPPED))
    assert await desk.sweep() is None


async def test_missed_fires_are_of_the_day_on_which_they_were_seen(desk: Desk) -> None:
    missed = replace(
        make.a_run(), status=run.Status.MISSED, scheduled_for="2026-11-21T06:00 Europe/Paris"
    )
    await desk.kept.runs.claim(missed)
    assert await desk.said() == "Monday 23 Nov · 0 sent · 1 missed"
    found = await desk.sweep()
    assert found is not None
    told = str(found.bodies)
    assert "due Sat 21 Nov 06:00" in told
    assert "'value': 'acme weekly 2026-W47'" in told
    again = await make.ready(
        desk.kept, replace(make.a_run(), key="ask:1", trigger=run.Trigger.SLACK)
    )
    wanted = make.post(again)
    await desk.kept.runs.enter_posting(again.id, wanted)
    await desk.kept.deliveries.posted(wanted.key, ts="1.0", at=make.NOW)
    assert await desk.said() == "Monday 23 Nov · 1 sent"


async def test_without_an_ops_channel_there_is_none(desk: Desk) -> None:
    await make.failed(desk.kept)
    desk.reborn(None)
    assert await desk.sweep() is None


async def test_the_day_is_that_of_the_zone_most_clients_share(desk: Desk) -> None:
    tokyo = replace(samples.CLIENT, timezone="Asia/Tokyo")
    assert usual_zone([samples.CLIENT, tokyo, samples.CLIENT]) == "Europe/Paris"
    assert usual_zone([]) == "UTC"
    night = make.NOW.replace(hour=23, minute=30) - timedelta(days=1)
    await desk.kept.runs.claim(replace(make.a_run(), created_at=night))
    assert "Monday 23 Nov" in await desk.said()


async def test_five_hundred_fires_are_one_message(desk: Desk) -> None:
    for number in range(500):
        one = replace(make.a_run(), client=ids.ClientId(f"c{number}"))
        await desk.kept.runs.claim(one)
    assert await desk.said() == "Monday 23 Nov · 0 sent · 500 waiting"


async def test_a_client_whose_files_cannot_be_read_needs_its_owner(desk: Desk) -> None:
    gone = expected.Expected(
        client=ids.ClientId("globex"),
        report=samples.WEEKLY,
        key="fire:2026-11-23T06:00 Europe/Paris",
        due_at=make.NOW,
        deliver_by=make.NOW + timedelta(hours=3),
        client_name="Globex",
        report_title="Weekly KPIs",
        timezone="Europe/Paris",
        owner=ids.UserId("U0BOB"),
    )
    await desk.kept.fires.expect({gone.client: [gone]})
    assert await desk.sweep() is None  # its folder was taken away
    fault = views.Fault(
        client="globex", file="globex/client.yaml", line=7, key="stage", problem="", remedy=""
    )
    desk.reborn(faults=(fault,))
    assert await desk.said() == "Monday 23 Nov · 0 sent · 1 needs you"
    found = await desk.kept.deliveries.get(KEY)
    assert found is not None
    shown = str(found.bodies[0].blocks)
    assert "*Needs you* · <@U0BOB>" in shown
    why = "nothing runs, its files have faults (globex/client.yaml:7 stage) · promise"
    assert f"*Globex · Weekly KPIs* · {why}" in shown
