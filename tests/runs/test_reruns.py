"""Reruns: join what is under way, say when nothing changed, let a person choose when it did."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot import errors
from bot.domain import client, delivery, ids, run
from bot.runs import acts, posting
from tests.runs.people import FLAKY, HOUR, MINUTE, MONDAY, REVOKED, customer
from tests.runs.stage import BEFORE, CLAIRE, OPS, Stage, Store, stage


async def delivered(here: Stage) -> None:
    await here.live_until(MONDAY + HOUR)
    assert await here.statuses("acme") == ["succeeded"]


async def changed(here: Stage) -> run.Run:
    """A rerun that found other figures."""
    await delivered(here)
    here.worker.script["acme"] = ["50000"]
    asked = await here.ask("acme")
    await here.sweep()
    found = await store_get(here, asked.run.id)
    assert (found.status, found.hold) == (run.Status.HELD, posting.CHANGED)
    return found


async def store_get(here: Stage, run_id: ids.RunId) -> run.Run:
    found = await here.store.runs.get(run_id)
    assert found is not None
    return found


async def test_what_is_not_delivered_yet_runs_and_posts_at_once(store: Store) -> None:
    of = customer("acme", post_at=time(8, 30))
    async with stage(store, of) as here:
        asked = await here.ask("acme")
        assert (asked.new, asked.joined) == (True, False)
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]
        (attempt,) = await store.runs.attempts(asked.run.id)
        assert attempt.by == CLAIRE


async def test_the_same_figures_are_not_posted_again(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        await delivered(here)
        asked = await here.ask("acme")
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded", "succeeded"]
        assert here.people.unchanged == [asked.run.id]
        assert await here.posted("acme", 1) is None


async def test_other_figures_are_shown_to_who_asked_before_anything_is_posted(
    store: Store,
) -> None:
    async with stage(store, customer("acme")) as here:
        held = await changed(here)
        ((view, user),) = here.people.previews
        assert (view.run, user) == (held.id, CLAIRE)
        assert [str(one.metrics[0].value) for one in (view.before, view.after)] == [
            "48210",
            "50000",
        ]
        assert await here.posted("acme", 1) is None
        again = await here.ask("acme", key="ask:2")
        assert (again.run.id, again.joined) == (held.id, True)
        assert len(here.people.previews) == 2


async def test_replace_edits_the_post_and_marks_it_corrected(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        held = await changed(here)
        assert (await here.runner.release(held.id, "replace", by=CLAIRE)).done
        assert not (await here.runner.release(held.id, "new", by=CLAIRE)).done
        posted = await here.posted("acme")
        assert posted is not None
        assert posted.bodies[0].text == "Acme: revenue 50000 (corrected)"
        assert (posted.version, posted.run) == (2, held.id)
        assert await here.posted("acme", 1) is None
        assert await here.statuses("acme") == ["succeeded", "succeeded"]
        await here.ask("acme", key="ask:2")
        here.worker.script["acme"] = ["50000"]
        await here.sweep()
        assert len(here.people.unchanged) == 1


async def test_post_as_new_is_another_revision(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        held = await changed(here)
        assert (await here.runner.release(held.id, "new", by=CLAIRE)).done
        await here.sweep()
        posted = await here.posted("acme", 1)
        assert posted is not None
        assert posted.state is delivery.State.POSTED
        assert await here.statuses("acme") == ["succeeded", "succeeded"]


async def test_discard_posts_nothing(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        held = await changed(here)
        assert (await here.runner.release(held.id, "discard", by=CLAIRE)).done
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded", "cancelled"]
        assert await here.posted("acme", 1) is None


async def test_a_change_that_nobody_asked_for_is_said_to_the_operators(store: Store) -> None:
    async with stage(store, customer("acme", cron="0 6,8 * * 1")) as here:
        await delivered(here)
        here.worker.script["acme"] = ["50000"]
        await here.live_until(MONDAY + 3 * HOUR)
        assert here.people.holds == [posting.CHANGED]
        assert await here.statuses("acme") == ["succeeded", "held"]


async def test_a_rerun_joins_the_run_that_waits_for_its_hour_and_it_posts_at_once(
    store: Store,
) -> None:
    async with stage(store, customer("acme", post_at=time(8, 30))) as here:
        await here.live_until(MONDAY + MINUTE)
        assert await here.statuses("acme") == ["ready"]
        asked = await here.ask("acme")
        assert (asked.new, asked.joined, asked.retried) == (False, True, False)
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]
        assert len(here.worker.orders) == 1


async def test_a_rerun_joins_a_run_that_waits_for_its_slot_and_hurries_it(store: Store) -> None:
    async with stage(store, customer("acme"), customer("pvcp")) as here:
        await here.live_until(MONDAY + MINUTE)
        waiting = "acme" if await here.statuses("acme") == ["queued"] else "pvcp"
        assert (await here.ask(waiting)).joined
        await here.sweep()
        assert here.worker.times(waiting) == [1]


async def test_a_fire_that_joins_a_rerun_promises_it(store: Store) -> None:
    async with stage(store, customer("acme", deliver_by=time(9, 0))) as here:
        here.worker.gate.clear()
        asked = await here.ask("acme")
        for at in (BEFORE, MONDAY):
            here.clock.move_to(at)
            await here.runner.sweep()
        assert (await store_get(here, asked.run.id)).deliver_by == MONDAY + 3 * HOUR
        here.worker.gate.set()
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded", "cancelled"]


async def test_a_rerun_of_a_failed_run_is_a_retry_of_it(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.worker.script["acme"] = [REVOKED]
        await here.live_until(MONDAY + MINUTE)
        asked = await here.ask("acme")
        assert (asked.new, asked.joined, asked.retried) == (False, True, True)
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]


async def test_the_same_request_twice_is_one_run(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        first, second = await here.ask("acme"), await here.ask("acme")
        assert (second.run.id, second.new, second.joined) == (first.run.id, False, False)


async def test_who_asked_is_told_when_it_failed(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.worker.script["acme"] = [REVOKED]
        asked = await here.ask("acme")
        await here.sweep()
        assert here.people.told_failed == [asked.run.id]


async def test_a_named_period_is_run_and_a_wrong_one_refused(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        asked = await here.ask("acme", "2026-W40")
        assert asked.run.period.start.isoformat() == "2026-09-28"
        with pytest.raises(errors.UsageError, match="a week, such as 2026-W46"):
            await here.ask("acme", "2026-11", key="ask:2")
        with pytest.raises(errors.UsageError, match="no client “globex”"):
            await here.ask("globex")
        wanted = acts.Request(
            client=ids.ClientId("acme"),
            report=ids.ReportName("monthly"),
            trigger=run.Trigger.SHELL,
            key="cli:1",
        )
        with pytest.raises(errors.UsageError, match="no report “monthly”; it has weekly"):
            await here.runner.request(wanted)


async def test_what_was_posted_to_the_operators_is_posted_to_the_client_once_live(
    store: Store,
) -> None:
    of = customer("acme", internal=True)
    async with stage(store, of) as here:
        await delivered(here)
        inside = await here.posted("acme")
        assert inside is not None
        assert inside.channel == OPS
        here.clients.now[of.id] = replace(of, stage=client.Stage.LIVE)
        await here.ask("acme")
        await here.sweep()
        outside = await here.posted("acme", 1)
        assert outside is not None
        assert (outside.channel, outside.state) == (of.channel, delivery.State.POSTED)


async def test_a_refused_post_is_taken_over_by_the_next_try(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.slack_is_up = False
        await here.live_until(MONDAY)
        found = await here.only("acme")
        wanted = await here.posted("acme")
        assert wanted is not None
        assert await store.outbox.begin(wanted.key, since="1.0")
        await store.outbox.failed(wanted.key, error="channel_not_found")
        assert await here.statuses("acme") == ["failed"]
        here.slack_is_up = True
        await here.runner.retry(found.id, CLAIRE)
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]


async def test_two_ready_runs_do_not_post_the_same_figures_twice(store: Store) -> None:
    """The figures were delivered by another run between ready and posting."""
    async with stage(store, customer("acme", post_at=time(8, 30))) as here:
        await here.live_until(MONDAY + MINUTE)
        ready = await here.only("acme")
        made = await store.runs.outcome(ready.id)
        assert made is not None
        assert posting.same_figures(made, replace(made, title="Another title"))
        assert not posting.same_figures(made, replace(made, metrics=made.metrics[1:]))
        assert not posting.same_figures(made, replace(made, breakdowns=()))
        await here.live_until(MONDAY + 4 * HOUR)
        assert await here.statuses("acme") == ["succeeded"]


async def test_a_rerun_takes_no_slot_and_ignores_the_hour(store: Store) -> None:
    of = [customer(name, post_at=time(8, 30)) for name in ("acme", "pvcp", "xyz")]
    async with stage(store, *of) as here:
        here.worker.script["acme"] = [FLAKY]
        here.clock.move_to(MONDAY - timedelta(minutes=1))
        await here.ask("acme", "2026-W40")
        await here.sweep()
        assert here.worker.times("acme") == [-1]
