"""Where a report goes, and whether it may."""

from datetime import time, timedelta

import pytest

from bot.domain import audience, run
from bot.runs import posting
from tests.runs.people import HOUR, MINUTE, MONDAY, WEEKLY, customer
from tests.runs.stage import CLAIRE, OPS, Stage, Store, stage

GUESTS = audience.Audience(outside=True, known=True, confirmed=False)
MEANT = audience.Audience(outside=True, known=True, confirmed=True)
UNKNOWN = audience.Audience(outside=True, known=False, confirmed=False)


def read_by(here: Stage, who: audience.Audience) -> None:
    here.audiences.outside[customer("acme").channel] = who


def test_internal_clients_go_to_the_ops_channel() -> None:
    inside, live = customer("acme", internal=True), customer("acme")
    assert posting.destination(inside, WEEKLY, ops_channel=OPS) == OPS
    assert posting.destination(inside, WEEKLY, ops_channel=None) is None
    assert posting.destination(live, WEEKLY, ops_channel=OPS) == "C0ACME"


async def test_outside_people_hold_the_post_until_an_operator_confirms(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        read_by(here, GUESTS)
        await here.live_until(MONDAY + HOUR)
        found = await here.only("acme")
        assert (found.status, found.hold) == (run.Status.HELD, posting.OUTSIDERS)
        assert here.people.holds == [posting.OUTSIDERS]
        assert await here.posted("acme") is None
        read_by(here, MEANT)
        assert (await here.runner.confirm_audience(found.id, CLAIRE)).done
        assert not (await here.runner.confirm_audience(found.id, CLAIRE)).done
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]


async def test_it_goes_on_by_itself_when_the_reason_is_gone(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        read_by(here, GUESTS)
        await here.live_until(MONDAY + MINUTE)
        read_by(here, MEANT)
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]


async def test_confirmed_people_are_meant_to_read_it(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        read_by(here, MEANT)
        await here.live_until(MONDAY)
        assert await here.statuses("acme") == ["succeeded"]


async def test_nobody_is_asked_before_slack_had_a_moment_to_answer(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        read_by(here, UNKNOWN)
        await here.live_until(MONDAY + 4 * MINUTE)
        assert await here.statuses("acme") == ["ready"]
        await here.live_until(MONDAY + 6 * MINUTE)
        assert await here.statuses("acme") == ["held"]
        assert here.people.holds == [posting.UNSURE]
        read_by(here, GUESTS)
        await here.sweep()
        await here.sweep()
        assert here.people.holds == [posting.UNSURE, posting.OUTSIDERS]
        read_by(here, MEANT)
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]


async def test_only_what_is_held_for_its_audience_is_confirmed(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        await here.live_until(MONDAY + HOUR)
        found = await here.only("acme")
        assert not (await here.runner.confirm_audience(found.id, CLAIRE)).done
        assert not (await here.runner.release(found.id, "replace", by=CLAIRE)).done


@pytest.mark.parametrize(
    ("due", "seen_after", "late"),
    [
        (time(9), 2 * HOUR, False),  # caught up, and still in time
        (time(7), 2 * HOUR, True),
        (None, 2 * HOUR, True),
        (None, timedelta(), False),
        (time(9), timedelta(), False),
    ],
)
async def test_a_post_is_called_late_where_its_promise_is_broken(
    store: Store, due: time | None, seen_after: timedelta, late: bool
) -> None:
    async with stage(store, customer("acme", deliver_by=due)) as here:
        here.clock.move_to(MONDAY + seen_after)
        await here.sweep()
        await here.live_until(MONDAY + seen_after + MINUTE)
        posted = await here.posted("acme")
        assert posted is not None
        assert ("(late)" in posted.bodies[0].text) is late
