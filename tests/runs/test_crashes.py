"""The bot dies, or is told to end, at any moment: nothing is lost, nothing is posted twice."""

import asyncio
from datetime import time, timedelta

import pytest

from bot.domain import delivery, run
from bot.runs import settle
from tests.runs.people import FLAKY, HOUR, MINUTE, MONDAY, REVOKED, customer
from tests.runs.stage import CLAIRE, Stage, Store, stage


async def reboot(here: Stage) -> None:
    """The process is gone with all it knew; another one starts on the same rows."""
    await here.runner.drain(timedelta())
    here.boot()
    await here.runner.start()


async def cut(here: Stage) -> run.Run:
    """An attempt that the bot died under."""
    here.worker.begun.clear()
    here.worker.gate.clear()
    await here.runner.sweep()
    await here.worker.begun.wait()
    await reboot(here)
    return await here.only("acme")


async def test_an_attempt_that_was_cut_resumes_at_once_and_uses_no_retry(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.clock.move_to(MONDAY)
        resumed = await cut(here)
        assert resumed.status is run.Status.QUEUED
        here.worker.gate.set()
        await here.sweep()
        found = await here.only("acme")
        assert (found.status, found.attempts, found.retries) == (run.Status.SUCCEEDED, 2, 0)
        first, _ = await store.runs.attempts(found.id)
        assert first.end is run.AttemptEnd.ABANDONED
        assert not here.people.failures


async def test_a_run_that_the_bot_keeps_dying_under_backs_off(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.clock.move_to(MONDAY)
        for _ in range(settle.POISON - 1):
            assert (await cut(here)).next_attempt_at == MONDAY
        found = await cut(here)
        assert found.next_attempt_at is not None
        assert found.next_attempt_at > MONDAY
        assert found.retries == 1
        here.worker.gate.set()


async def test_a_poisonous_run_without_patience_left_fails_and_is_said(store: Store) -> None:
    async with stage(store, customer("acme", deliver_by=time(7, 0))) as here:
        here.clock.move_to(MONDAY)
        for _ in range(settle.POISON - 1):
            await cut(here)
        here.clock.move_to(MONDAY + HOUR)
        found = await cut(here)
        assert found.status is run.Status.FAILED
        assert here.people.failures == [("acme", run.Status.FAILED)]
        here.worker.gate.set()


@pytest.mark.parametrize("post_at", [None, time(8, 30)])
async def test_a_crash_at_every_step_loses_and_doubles_nothing(
    store: Store, post_at: time | None
) -> None:
    """The process is replaced after every single sweep, and after every change in the outbox."""
    async with stage(store, customer("acme", post_at=post_at)) as here:
        here.slack_is_up = False
        here.worker.script["acme"] = [FLAKY]
        for minute in range(-1, 200, 3):
            here.clock.move_to(MONDAY + minute * MINUTE)
            await here.sweep()
            await reboot(here)
            here.slack_is_up = minute > 180
        assert await here.statuses("acme") == ["succeeded"]
        assert len(here.worker.orders) == 2
        posted = await here.posted("acme")
        assert posted is not None
        assert posted.state is delivery.State.POSTED
        assert await here.posted("acme", 1) is None


async def test_a_delivery_that_was_taken_back_is_ready_again(store: Store) -> None:
    """The bot died between taking a paused client's delivery back and the run's row."""
    async with stage(store, customer("acme")) as here:
        here.slack_is_up = False
        await here.live_until(MONDAY)
        wanted = await here.posted("acme")
        assert wanted is not None
        await store.outbox.cancel(wanted.key)
        await reboot(here)
        here.slack_is_up = True
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]


async def test_what_failed_or_is_held_stays_so_across_a_restart(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.worker.script["acme"] = [REVOKED]
        await here.live_until(MONDAY)
        await reboot(here)
        await here.live_until(MONDAY + HOUR)
        assert await here.statuses("acme") == ["failed"]
        await here.runner.retry((await here.only("acme")).id, CLAIRE)
        await reboot(here)  # the press was written before the process went
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]


async def test_draining_begins_nothing_and_lets_attempts_finish(store: Store) -> None:
    async with stage(store, customer("acme"), customer("pvcp")) as here:
        here.clock.move_to(MONDAY)
        here.worker.gate.clear()
        await here.runner.sweep()
        await here.worker.begun.wait()
        async with asyncio.TaskGroup() as group:
            draining = group.create_task(here.runner.drain(timedelta(seconds=20)), name="drain")
            await asyncio.sleep(0)
            assert await here.runner.sweep() is None
            here.worker.gate.set()
        assert draining.result() == 0
        assert here.runner.running == 0
        assert len(here.worker.orders) == 1


async def test_what_falls_due_while_nothing_may_begin_waits_for_the_next_start(
    store: Store,
) -> None:
    async with stage(store, customer("acme")) as here:
        here.runner.halt()
        await here.live_until(MONDAY + 10 * MINUTE)
        assert await here.statuses("acme") == ["queued"]
        assert here.worker.orders == []
        await reboot(here)
        await here.sweep()
        found = await here.only("acme")
        assert (found.attempts, found.retries) == (1, 0)


async def test_draining_hands_over_what_does_not_finish(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.clock.move_to(MONDAY)
        here.worker.gate.clear()
        await here.runner.sweep()
        await here.worker.begun.wait()
        assert await here.runner.drain(timedelta(milliseconds=5)) == 1
        assert here.worker.at_once == 0
        assert (await here.only("acme")).status is run.Status.RUNNING


async def test_a_report_that_is_posted_is_not_run_again_whatever_fails_after_it(
    store: Store,
) -> None:
    """Its card cannot be edited, the bot dies, the day passes: one attempt, one post."""
    async with stage(store, customer("acme")) as here:
        here.worker.script["acme"] = [FLAKY, FLAKY]
        await here.live_until(MONDAY + 10 * MINUTE)
        here.people.deaf = True
        for hour in range(1, 8):
            await here.live_until(MONDAY + hour * HOUR)
            await reboot(here)
        assert await here.statuses("acme") == ["succeeded"]
        assert len(here.worker.orders) == 3
        posted = await here.posted("acme")
        assert posted is not None
        assert (posted.version, await here.posted("acme", 1)) == (1, None)


async def test_a_report_whose_post_is_on_its_way_when_the_bot_dies_is_not_run_again(
    store: Store,
) -> None:
    async with stage(store, customer("acme")) as here:
        here.slack_is_up = False
        await here.live_until(MONDAY + MINUTE)
        wanted = await here.posted("acme")
        assert wanted is not None
        assert await store.outbox.begin(wanted.key, since="1.0")
        await reboot(here)
        await here.live_until(MONDAY + HOUR)
        assert await here.statuses("acme") == ["posting"]  # delivery reads back and settles it
        assert len(here.worker.orders) == 1
