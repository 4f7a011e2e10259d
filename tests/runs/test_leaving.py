"""A client leaves: what runs of it now is ended, and what has not ended is let go."""

from bot.domain import ids, run
from tests.runs.people import HOUR, MONDAY, REVOKED, customer
from tests.runs.stage import CLAIRE, Store, stage

ACME = ids.ClientId("acme")


async def test_the_attempt_under_way_is_ended_and_its_run_stays_skipped(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.clock.move_to(MONDAY)
        here.worker.gate.clear()
        await here.runner.sweep()
        await here.worker.begun.wait()
        assert await here.runner.leave(ACME, CLAIRE) == 1
        assert here.runner.running == 0
        found = await here.only("acme")
        (tried,) = await store.runs.attempts(found.id)
        assert (found.status, tried.end) == (run.Status.SKIPPED, run.AttemptEnd.ABANDONED)
        here.worker.gate.set()
        await here.runner.start()
        await here.sweep()
        assert await here.statuses("acme") == ["skipped"]
        assert await here.runner.leave(ACME, CLAIRE) == 0


async def test_only_its_own_runs_end(store: Store) -> None:
    async with stage(store, customer("acme"), customer("pvcp")) as here:
        here.worker.script["acme"] = [REVOKED]
        here.worker.script["pvcp"] = [REVOKED]
        await here.live_until(MONDAY + HOUR)
        assert await here.runner.leave(ACME, CLAIRE) == 1
        assert await here.statuses("acme") == ["skipped"]
        assert await here.statuses("pvcp") == ["failed"]
