"""Slack refused a post: once that is mended, the report that is there goes out, unchanged."""

from bot.domain import run
from bot.runs import posting
from tests.runs.people import FLAKY, HOUR, MONDAY, customer
from tests.runs.stage import CLAIRE, Stage, Store, stage


async def _refused(here: Stage) -> run.Run:
    """Let Monday's post be refused."""
    here.slack_is_up = False
    await here.live_until(MONDAY)
    (wanted,) = await here.store.outbox.due(here.clock.now())
    await here.store.outbox.failed(wanted.key, error="not_in_channel")
    here.slack_is_up = True
    found = await here.only("acme")
    assert found.status is run.Status.FAILED
    return found


async def test_retry_posts_the_report_that_is_there_without_another_run(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        found = await _refused(here)
        assert (await here.runner.retry(found.id, CLAIRE)).done
        assert not (await here.runner.retry(found.id, CLAIRE)).done
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]
        assert await here.posted("acme") is not None
        assert len(here.worker.orders) == 1


async def test_retry_survives_a_restart(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        found = await _refused(here)
        await here.runner.retry(found.id, CLAIRE)
        await here.boot().start()
        await here.live_until(MONDAY + HOUR)
        assert await here.statuses("acme") == ["succeeded"]
        assert len(here.worker.orders) == 1


async def test_after_a_newer_attempt_failed_retry_runs_again(store: Store) -> None:
    """What was made before it is out of date: somebody asked for other figures."""
    async with stage(store, customer("acme")) as here:
        found = await _refused(here)
        here.worker.script["acme"] = [FLAKY] * 40
        await here.ask("acme")
        await here.live_until(MONDAY + 12 * HOUR)
        assert (await here.only("acme")).status is run.Status.FAILED
        here.worker.script["acme"] = []
        before = len(here.worker.orders)
        assert (await here.runner.retry(found.id, CLAIRE)).done
        await here.sweep()
        assert len(here.worker.orders) == before + 1


async def test_the_question_of_a_held_report_ends_with_its_answer(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        await here.live_until(MONDAY)
        here.worker.script["acme"] = ["50000"]
        asked = await here.ask("acme")
        await here.sweep()
        held = await here.runner.release(asked.run.id, "discard", by=CLAIRE)
        assert held.done
        assert held.run.hold in {"", posting.CHANGED}
        assert here.people.choices == [("discard", CLAIRE)]
        again = await here.runner.release(asked.run.id, "new", by=CLAIRE)
        assert not again.done
        assert len(here.people.choices) == 1
