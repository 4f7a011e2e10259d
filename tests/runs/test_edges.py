"""What hardly ever happens, and must not hurt when it does."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot import errors
from bot.domain import client, ids, run
from bot.runs import acts, attempt, posting
from tests.runs.people import FLAKY, HOUR, MINUTE, MONDAY, REVOKED, WEEKLY, customer
from tests.runs.stage import CLAIRE, OPS, Stage, Store, stage
from tests.runs.test_reruns import changed

ACME = ids.ClientId("acme")


async def test_people_who_cannot_be_told_do_not_stop_a_run(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.people.deaf = True
        await here.live_until(MONDAY + MINUTE)
        assert await here.statuses("acme") == ["succeeded"]


async def test_an_end_that_could_not_be_written_is_written_by_the_next_sweep(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object, **__: object) -> run.Run:
        raise errors.StoreError("the disk is full")

    async with stage(store, customer("acme")) as here:
        with monkeypatch.context() as broken:
            broken.setattr(store.runs, "end", full)
            here.clock.move_to(MONDAY)
            await here.runner.sweep()
            while here.runner.running:
                here.woken.clear()
                await here.woken.wait()
            assert await here.statuses("acme") == ["running"]
        await here.live_until(MONDAY + HOUR)
        assert await here.statuses("acme") == ["succeeded"]
        tries = await store.runs.attempts((await here.only("acme")).id)
        assert [one.end for one in tries] == [run.AttemptEnd.FAILED, run.AttemptEnd.REPORT]


async def test_who_asked_goes_before_what_was_scheduled(store: Store) -> None:
    of = [customer(name, deliver_by=time(9, 0)) for name in ("acme", "pvcp")]
    config = {"max_concurrent_runs": 1, "stagger": timedelta(0)}
    async with stage(store, *of, config=config) as here:
        here.clock.move_to(MONDAY)
        await here.ask("acme", "2026-W40")
        await here.sweep()
        assert here.worker.orders[0][1].period.start.isoformat() == "2026-09-28"
        assert len(here.worker.orders) == 3


async def test_a_free_seat_is_taken_at_once(store: Store) -> None:
    """How long the others may take is no reason to wait while nobody runs."""
    of = [customer(f"c{number}") for number in range(6)]
    config = {"max_concurrent_runs": 1, "stagger": timedelta(0)}
    async with stage(store, *of, config=config) as here:
        here.clock.move_to(MONDAY)
        await here.sweep()
        assert len(here.worker.orders) == 6
        assert here.worker.most_at_once == 1


async def test_figures_that_were_sent_meanwhile_are_not_sent_again(store: Store) -> None:
    """Made while the client was live, it would now go where the same figures are already."""
    async with stage(store, customer("acme", internal=True)) as here:
        await wait_while_live(here)
        await here.resume("acme")
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded", "cancelled"]
        assert len(here.people.unchanged) == 1


async def test_other_figures_than_were_sent_meanwhile_are_held(store: Store) -> None:
    async with stage(store, customer("acme", internal=True)) as here:
        await wait_while_live(here, "50000")
        await here.resume("acme")
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded", "held"]
        assert len(here.people.previews) == 1


async def wait_while_live(here: Stage, *figures: str) -> None:
    """Delivered to the operators; made again while live, and held by a pause; internal again."""
    await here.live_until(MONDAY + MINUTE)
    inside = here.clients.now[ACME]
    here.clients.now[ACME] = replace(inside, stage=client.Stage.LIVE)
    here.worker.script["acme"] = list(figures)
    here.slack_is_up = False
    await here.ask("acme")
    await here.sweep()
    await here.pause("acme")
    here.slack_is_up = True
    here.clients.now[ACME] = inside
    assert await here.statuses("acme") == ["succeeded", "ready"]


async def test_a_held_change_of_a_client_that_is_gone_stays_held(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        held = await changed(here)
        of = here.clients.now.pop(ACME)
        for choice in ("replace", "new"):
            assert not (await here.runner.release(held.id, choice, by=CLAIRE)).done
        await here.runner.resumed(ACME)
        await here.sweep()
        here.clients.now[ACME] = of
        assert (await here.runner.release(held.id, "replace", by=CLAIRE)).done


async def test_what_waits_a_week_for_a_client_that_is_gone_ends(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.worker.script["acme"] = [REVOKED]
        await here.live_until(MONDAY + HOUR)
        assert await here.statuses("acme") == ["failed"]
        of = here.clients.now.pop(ACME)
        here.clock.move_to(MONDAY + timedelta(days=6))
        await here.sweep()
        assert await here.statuses("acme") == ["failed"]
        here.clients.now[ACME] = of
        here.clock.move_to(MONDAY + timedelta(days=6, hours=1))
        await here.sweep()
        del here.clients.now[ACME]
        here.clock.move_to(MONDAY + timedelta(days=8))
        await here.sweep()  # they may just be laid out anew
        assert await here.statuses("acme") == ["failed"]
        here.clock.move_to(MONDAY + timedelta(days=8, hours=1))
        await here.sweep()
        assert await here.statuses("acme") == ["skipped"]


async def test_a_report_that_is_gone_from_the_files_is_not_judged_by_them(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.worker.script["acme"] = [FLAKY]
        await here.live_until(MONDAY)
        of = here.clients.now[ACME]
        here.clients.now[ACME] = replace(of, reports={})
        assert posting.destination(here.clients.now[ACME], WEEKLY, ops_channel=None) is None
        await here.pause("acme")
        await here.resume("acme")
        assert await here.statuses("acme") == ["queued"]
        await here.live_until(MONDAY + HOUR)
        found = await here.only("acme")
        assert found.status is run.Status.FAILED
        last = (await store.runs.attempts(found.id))[-1]
        assert last.failure is not None
        assert last.failure.code is run.FailureCode.CONFIGURATION


async def test_a_shell_without_a_name_may_do_it_all_the_same(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.worker.script["acme"] = [REVOKED, REVOKED]
        wanted = acts.Request(client=ACME, report=WEEKLY, trigger=run.Trigger.SHELL, key="cli:1")
        asked = await here.runner.request(wanted)
        await here.sweep()
        again = await here.runner.request(replace(wanted, key="cli:2"))
        assert again.retried
        await here.sweep()
        await here.runner.send_without(asked.run.id, ("warehouse",), by=None)
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]
        assert not here.people.told_failed
        assert {one.by for one in await store.runs.attempts(asked.run.id)} == {None}


async def test_an_attempt_at_what_is_queued_no_more_is_none(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        await here.live_until(MONDAY + MINUTE)
        made = here.runner._attempts
        assert isinstance(made, attempt.Attempts)
        assert await made.attempt(await here.only("acme"), by=None) is None
        assert await made.crashed((await here.only("acme")).id) is None
        asked = await here.ask("acme", "2026-W40")
        del here.clients.now[ACME]
        ended = await made.attempt(asked.run, by=None)
        assert ended is not None
        assert ended.status is run.Status.FAILED


async def test_pausing_one_client_takes_nothing_back_from_another(store: Store) -> None:
    async with stage(store, customer("acme"), customer("pvcp")) as here:
        here.slack_is_up = False
        await here.live_until(MONDAY + 30 * MINUTE)
        await here.pause("acme")
        assert await here.statuses("acme") == ["ready"]
        assert await here.statuses("pvcp") == ["posting"]


async def test_a_fire_whose_period_has_failed_is_another_try_at_it(store: Store) -> None:
    """It has a row of its own all the same: no fire is without one."""
    of = customer("acme", cron="0 6,8 * * 1", deliver_by=time(9, 0))
    async with stage(store, of) as here:
        here.worker.script["acme"] = [REVOKED]
        await here.live_until(MONDAY + 3 * HOUR)
        assert await here.statuses("acme") == ["succeeded", "cancelled"]
        assert here.worker.times("acme") == [0, 120]


async def test_a_fire_joins_the_run_that_is_under_way(store: Store) -> None:
    async with stage(store, customer("acme", cron="0 6,8 * * 1", post_at=time(9, 0))) as here:
        await here.live_until(MONDAY + 4 * HOUR)
        assert await here.statuses("acme") == ["succeeded", "cancelled"]
        assert here.worker.times("acme") == [0]


async def test_a_report_without_a_schedule_runs_when_asked(store: Store) -> None:
    of = customer("acme")
    unscheduled = {name: replace(one, schedule=None) for name, one in of.reports.items()}
    async with stage(store, replace(of, reports=unscheduled)) as here:
        await here.live_until(MONDAY + HOUR)
        assert await here.runs("acme") == []
        await here.ask("acme")
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]


async def test_a_ready_report_without_a_destination_waits_for_one(store: Store) -> None:
    config = {"ops_channel": None}
    async with stage(store, customer("acme", post_at=time(8, 30)), config=config) as here:
        await here.live_until(MONDAY + MINUTE)
        live = here.clients.now[ACME]
        here.clients.now[ACME] = replace(live, stage=client.Stage.INTERNAL)
        await here.live_until(MONDAY + 3 * HOUR)
        assert await here.statuses("acme") == ["ready"]
        here.clients.now[ACME] = live
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]


async def test_what_is_on_its_way_is_not_entered_twice(store: Store) -> None:
    async with stage(store, customer("acme", post_at=time(8, 30))) as here:
        await here.live_until(MONDAY + MINUTE)
        ready = await here.only("acme")
        made = await store.runs.outcome(ready.id)
        assert made is not None
        now, post = here.clock.now(), here.runner._posting
        assert await post.enter(ready, made, revision=0, now=now) is not None
        assert await post.enter(ready, made, revision=0, now=now) is None
        del here.clients.now[ACME]
        assert await post.enter(ready, made, revision=1, now=now) is None


async def test_there_is_no_preview_of_a_client_that_is_gone(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        held = await changed(here)
        del here.clients.now[ACME]
        tell = here.runner._telling
        assert not await tell.preview(held, channel=OPS, user=CLAIRE)
        assert not await tell.preview(held, channel=OPS, user=None)
