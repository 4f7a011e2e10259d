"""Pauses: what is due is skipped, what is under way is held, and what becomes of it afterwards."""

from datetime import time, timedelta

import pytest

from bot import errors
from bot.domain import delivery, period, run
from tests.runs.people import FLAKY, HOUR, MINUTE, MONDAY, customer
from tests.runs.stage import CLAIRE, Store, stage

DAY = timedelta(days=1)
DAILY = period.PeriodRule(kind=period.PeriodKind.DAY)


async def test_due_fires_are_skipped_and_not_caught_up(store: Store) -> None:
    of = customer("acme", cron="0 6 * * *", rule=DAILY)
    async with stage(store, of) as here:
        await here.pause("acme")
        await here.live_until(MONDAY + DAY + HOUR)
        await here.resume("acme")
        await here.live_until(MONDAY + 2 * DAY + HOUR)
        assert await here.statuses("acme") == ["skipped", "skipped", "succeeded"]
        assert not here.people.missed_fires


async def test_a_paused_client_takes_no_slot(store: Store) -> None:
    of = [customer(name) for name in ("acme", "pvcp", "xyz")]
    async with stage(store, *of) as here:
        await here.pause("acme")
        await here.live_until(MONDAY + HOUR)
        assert sorted(here.worker.times("pvcp") + here.worker.times("xyz")) == [0, 10]


async def test_a_running_run_finishes_unposted_and_is_posted_on_resume(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.worker.gate.clear()
        here.clock.move_to(MONDAY)
        await here.runner.sweep()
        await here.worker.begun.wait()
        await here.pause("acme")
        here.worker.gate.set()
        await here.live_until(MONDAY + DAY)
        assert await here.statuses("acme") == ["ready"]
        assert await here.posted("acme") is None
        await here.resume("acme")
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]


async def test_what_waits_in_the_outbox_is_taken_back(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.slack_is_up = False
        await here.live_until(MONDAY)
        assert await here.statuses("acme") == ["posting"]
        await here.pause("acme")
        here.slack_is_up = True
        await here.live_until(MONDAY + HOUR)
        assert await here.statuses("acme") == ["ready"]
        await here.resume("acme")
        await here.sweep()
        posted = await here.posted("acme")
        assert posted is not None
        assert posted.state is delivery.State.POSTED


async def test_what_is_on_its_way_goes_on(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.slack_is_up = False
        await here.live_until(MONDAY)
        wanted = await here.posted("acme")
        assert wanted is not None
        await store.outbox.begin(wanted.key, since="1.0")
        await here.pause("acme")
        assert await here.statuses("acme") == ["posting"]


async def test_a_held_retry_runs_on_resume_while_its_period_is_the_last_one(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.worker.script["acme"] = [FLAKY]
        await here.live_until(MONDAY)
        await here.pause("acme")
        await here.live_until(MONDAY + 3 * DAY)
        assert await here.statuses("acme") == ["queued"]
        await here.resume("acme")
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]


@pytest.mark.parametrize("held", ["delivery", "retry"])
async def test_what_is_out_of_date_on_resume_ends_skipped(store: Store, held: str) -> None:
    async with stage(store, customer("acme", post_at=time(8, 30))) as here:
        here.worker.script["acme"] = [FLAKY] if held == "retry" else []
        await here.live_until(MONDAY)
        await here.pause("acme")
        await here.live_until(MONDAY + 7 * DAY - 12 * HOUR)  # Sunday evening
        await here.runner.resumed((await here.only("acme")).client)
        assert await here.statuses("acme") == ["queued" if held == "retry" else "ready"]
        here.clock.move_to(MONDAY + 7 * DAY - MINUTE)
        await here.resume("acme")
        await here.sweep()
        assert await here.statuses("acme") == ["skipped"]
        assert ("acme", run.Status.SKIPPED) in here.people.changes


async def test_a_rerun_of_an_older_week_is_not_out_of_date(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.slack_is_up = False
        await here.ask("acme", "2026-W40")
        await here.sweep()
        await here.pause("acme")
        await here.live_until(MONDAY + 6 * DAY)
        here.slack_is_up = True
        await here.resume("acme")
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded", "skipped"]


async def test_a_pause_ends_by_itself(store: Store) -> None:
    of = customer("acme", cron="0 6 * * *", rule=DAILY)
    midnight = MONDAY + 19 * HOUR - HOUR  # Tuesday 00:00 in Paris
    async with stage(store, of) as here:
        await here.pause("acme", until=midnight)
        await here.live_until(MONDAY + HOUR)
        assert await here.sweep() == midnight
        await here.live_until(MONDAY + DAY + HOUR)
        assert await here.statuses("acme") == ["skipped", "succeeded"]
        assert await store.pauses.current(of.id) is None


async def test_fires_of_a_pause_that_ended_while_the_bot_was_down_stay_skipped(
    store: Store,
) -> None:
    of = customer("acme", cron="0 6,8 * * *", rule=DAILY)
    async with stage(store, of) as here:
        await here.pause("acme", until=MONDAY + HOUR)
        here.clock.move_to(MONDAY + 3 * HOUR)
        here.boot()
        await here.sweep()
        assert await here.statuses("acme") == ["skipped", "succeeded"]


async def test_a_person_is_told_to_resume_first(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.worker.script["acme"] = [FLAKY]
        await here.live_until(MONDAY)
        await here.pause("acme")
        found = await here.only("acme")
        with pytest.raises(errors.UsageError, match="Acme is paused; resume it first"):
            await here.ask("acme")
        with pytest.raises(errors.UsageError, match="paused"):
            await here.runner.retry(found.id, CLAIRE)
