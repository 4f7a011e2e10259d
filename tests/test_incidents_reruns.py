"""What a card says of a rerun: its period, and the post that stands whatever becomes of it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain import client, ids, run
from bot.slack.screens import card
from tests import samples
from tests import test_incidents as bench
from tests.store import make

Desk = bench.Desk


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async for one in bench.opened(tmp_path):
        yield one


async def test_a_card_names_the_period_where_it_is_not_the_one_everybody_thinks_of(
    desk: Desk,
) -> None:
    await desk.fail()
    assert (await desk.view()).period is None
    desk.clock.move_to(make.NOW + timedelta(weeks=1))
    assert (await desk.view()).period == samples.THIS_WEEK
    assert "16–22 Nov" in card.card(await desk.view()).text


async def _rerun(desk: Desk) -> run.Run:
    """A rerun of a week that was posted; it fails."""
    await make.posted(desk.kept, make.of_week(make.a_run(), 1))
    later = make.LATER + timedelta(minutes=1)
    asked = make.of_week(make.a_run(created_at=later), 1)
    asked = replace(asked, trigger=run.Trigger.SLACK, deliver_by=None)
    stopped = await make.failed(desk.kept, asked)
    await desk.incidents.failed(stopped, make.REFUSED)
    return stopped


async def test_a_failed_rerun_of_what_was_posted_says_that_the_post_stands(desk: Desk) -> None:
    await _rerun(desk)
    view = await desk.view()
    assert (view.period, view.stands) == (samples.LAST_WEEK, make.LATER)
    assert "9–15 Nov rerun failed" in (await desk.card()).bodies[0].text


async def test_what_only_the_operators_saw_does_not_stand_for_the_client(desk: Desk) -> None:
    desk.world.found = replace(samples.CLIENT, channel=ids.ChannelId("C0ANEW"))
    await _rerun(desk)
    assert (await desk.view()).stands is None
    desk.world.found = replace(desk.world.found, stage=client.Stage.INTERNAL)
    assert (await desk.view()).stands == make.LATER


async def test_a_rerun_that_replaced_the_post_says_so_on_its_card(desk: Desk) -> None:
    stopped = await _rerun(desk)
    (found,) = await desk.kept.incidents.all_open()
    await desk.kept.runs.move(stopped.id, run.Status.QUEUED, expect={run.Status.FAILED})
    ended = replace(make.made(to=run.Status.HELD), hold="changed")
    held = await make.tried(desk.kept, stopped, ended)
    await desk.incidents.changed(held)
    assert "waits for somebody to choose" in (await desk.card()).bodies[0].text
    key = make.post(stopped).key
    assert await desk.kept.deliveries.revise(key, make.post(stopped).bodies, run=held.id)
    done = await desk.kept.runs.move(held.id, run.Status.SUCCEEDED, expect={run.Status.HELD})
    await desk.incidents.changed(done)
    assert "is corrected" in (await desk.card_of(found)).bodies[0].text
