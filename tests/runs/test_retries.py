"""Failures: passing ones back off, the others wait for a person; of two presses one is an act."""

from datetime import time

import pytest

from bot import errors
from bot.domain import ids, run
from tests.runs.conftest import Lines
from tests.runs.people import FLAKY, HOUR, MINUTE, MONDAY, REVOKED, customer
from tests.runs.stage import BOB, CLAIRE, Store, stage


async def test_a_blip_is_healed_by_the_second_attempt(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.worker.script["acme"] = [FLAKY]
        await here.live_until(MONDAY + HOUR)
        found = await here.only("acme")
        assert (found.status, found.attempts, found.retries) == (run.Status.SUCCEEDED, 2, 1)
        assert here.worker.times("acme") == [0, 1]
        assert here.people.failures == [("acme", run.Status.QUEUED)]


async def test_every_attempt_ends_with_one_line(store: Store, logged: Lines) -> None:
    async with stage(store, customer("acme")) as here:
        here.worker.script["acme"] = [FLAKY]
        await here.live_until(MONDAY + HOUR)
        run_id = (await here.only("acme")).id
    assert [one for one in logged if one["event"] == "run_finished"] == [
        {
            "event": "run_finished",
            "log_level": "info",
            "run": run_id,
            "client": "acme",
            "report": "weekly",
            "period": "2026-W47",
            "attempt": number,
            "status": status,
            "stage": where,
            "failure": failure,
            "without_ai": None,
            "timings_ms": {"total": 5},
            "walls": None,
        }
        for number, status, where, failure in [
            (1, "queued", "sources", "source_fault"),
            (2, "ready", "done", None),
        ]
    ]


async def test_retries_back_off_until_the_promise_and_then_end(store: Store) -> None:
    async with stage(store, customer("acme", deliver_by=time(8, 0))) as here:
        here.worker.script["acme"] = [FLAKY] * 20
        await here.live_until(MONDAY + 8 * HOUR)
        found = await here.only("acme")
        assert found.status is run.Status.FAILED
        assert found.retries == found.attempts - 1
        starts = here.worker.times("acme")
        assert starts[0] == 0
        assert len(starts) in {6, 7}  # the jitter decides
        assert starts[-1] <= 120
        assert here.people.failures[-1] == ("acme", run.Status.FAILED)


async def test_a_terminal_failure_waits_for_a_person(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.worker.script["acme"] = [REVOKED]
        await here.live_until(MONDAY + HOUR)
        found = await here.only("acme")
        assert (found.status, found.attempts) == (run.Status.FAILED, 1)
        acted = await here.runner.retry(found.id, CLAIRE)
        assert acted.done
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]
        first, second = await store.runs.attempts(found.id)
        assert (first.by, second.by) == (None, CLAIRE)
        assert ("acme", run.Status.RUNNING) in here.people.changes


async def test_a_persons_retry_cancels_the_pending_backoff(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.worker.script["acme"] = [FLAKY, FLAKY]
        await here.live_until(MONDAY + 2 * MINUTE)
        found = await here.only("acme")
        assert found.status is run.Status.QUEUED
        await here.runner.retry(found.id, CLAIRE)
        await here.live_until(MONDAY + HOUR)
        assert here.worker.times("acme") == [0, 1, 2]
        assert (await here.only("acme")).retries == 2


async def test_two_presses_are_one_act(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.worker.script["acme"] = [REVOKED]
        await here.live_until(MONDAY + MINUTE)
        found = await here.only("acme")
        first = await here.runner.retry(found.id, CLAIRE)
        second = await here.runner.retry(found.id, BOB)
        here.worker.gate.clear()
        await here.runner.sweep()
        third = await here.runner.retry(found.id, BOB)
        here.worker.gate.set()
        await here.sweep()
        fourth = await here.runner.retry(found.id, BOB)
        assert [one.done for one in (first, second, third, fourth)] == [True, False, False, False]
        assert len(here.worker.orders) == 2
        assert (await store.runs.attempts(found.id))[1].by == CLAIRE


async def test_skip_ends_it_and_nothing_is_posted(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.worker.script["acme"] = [FLAKY]
        await here.live_until(MONDAY)
        found = await here.only("acme")
        assert (await here.runner.skip(found.id, CLAIRE)).done
        assert not (await here.runner.skip(found.id, BOB)).done
        await here.live_until(MONDAY + HOUR)
        assert await here.statuses("acme") == ["skipped"]
        assert here.people.changes[-1] == ("acme", run.Status.SKIPPED)
        assert len(here.worker.orders) == 1


async def test_a_run_skipped_while_it_runs_stays_skipped(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.worker.gate.clear()
        here.clock.move_to(MONDAY)
        await here.runner.sweep()
        await here.worker.begun.wait()
        found = await here.only("acme")
        assert (await here.runner.skip(found.id, CLAIRE)).done
        here.worker.gate.set()
        await here.sweep()
        assert await here.statuses("acme") == ["skipped"]
        assert await here.posted("acme") is None


async def test_sending_without_a_source_leaves_it_out_of_the_order(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.worker.script["acme"] = [REVOKED]
        await here.live_until(MONDAY + MINUTE)
        found = await here.only("acme")
        with pytest.raises(errors.UsageError, match="no source nowhere"):
            await here.runner.send_without(found.id, ("nowhere",), by=CLAIRE)
        assert (await here.runner.send_without(found.id, ("warehouse",), by=CLAIRE)).done
        assert not (await here.runner.retry(found.id, BOB)).done
        await here.sweep()
        order = here.worker.orders[-1][1]
        assert order.without == ("warehouse",)
        assert order.credentials == {}
        assert await here.statuses("acme") == ["succeeded"]


async def test_an_executor_that_breaks_is_a_crash_and_is_tried_again(store: Store) -> None:
    async with stage(store, customer("acme"), customer("pvcp")) as here:
        here.worker.script["acme"] = [ValueError("a bug of ours")]
        await here.live_until(MONDAY)
        found = await here.only("acme")
        (attempt,) = await store.runs.attempts(found.id)
        assert attempt.failure is not None
        assert attempt.failure.code is run.FailureCode.CRASHED
        await here.live_until(MONDAY + HOUR)
        assert await here.statuses("acme") == ["succeeded"]
        assert await here.statuses("pvcp") == ["succeeded"]


async def test_an_internal_client_without_an_ops_channel_is_a_named_fault(store: Store) -> None:
    of = customer("acme", internal=True)
    async with stage(store, of, config={"ops_channel": None}) as here:
        await here.live_until(MONDAY + MINUTE)
        found = await here.only("acme")
        (attempt,) = await store.runs.attempts(found.id)
        assert found.status is run.Status.FAILED
        assert attempt.failure is not None
        assert "REPORTOPS_OPS_CHANNEL" in errors.describe(attempt.failure)
        assert not here.worker.orders


async def test_a_run_that_is_gone_is_said_to_be(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        with pytest.raises(errors.UsageError, match="no run 7K2F any more"):
            await here.runner.retry(ids.RunId("0000000000007k2f"), CLAIRE)


async def test_a_client_whose_files_are_away_waits_for_them(store: Store) -> None:
    of = customer("acme")
    async with stage(store, of) as here:
        here.worker.script["acme"] = [FLAKY]
        await here.live_until(MONDAY)
        del here.clients.now[of.id]
        await here.live_until(MONDAY + 10 * MINUTE)
        assert await here.statuses("acme") == ["queued"]
        here.clients.now[of.id] = of
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]


async def test_a_source_that_says_when_to_come_back_is_obeyed_across_a_restart(
    store: Store,
) -> None:
    busy = run.Failure(
        code=run.FailureCode.SOURCE_BUSY, source="shop", params={"retry_after": "1200"}
    )
    async with stage(store, customer("acme")) as here:
        here.worker.script["acme"] = [busy]
        await here.live_until(MONDAY + MINUTE)
        here.boot()
        await here.runner.start()
        await here.live_until(MONDAY + HOUR)
        (_, second) = here.worker.times("acme")
        assert 20 <= second <= 22


async def test_what_keeps_running_out_of_time_goes_last_and_ends(store: Store) -> None:
    slow = run.Failure(code=run.FailureCode.DEADLINE, params={"seconds": "600"})
    of = [customer("slow"), *(customer(f"c{number}") for number in range(4))]
    async with stage(store, *of, config={"max_concurrent_runs": 1}) as here:
        here.worker.script["slow"] = [slow] * 9
        await here.live_until(MONDAY + 3 * HOUR)
        assert (await here.only("slow")).status is run.Status.FAILED
        assert len(here.worker.times("slow")) == 3
        for one in of[1:]:
            assert (await here.only(one.id)).status is run.Status.SUCCEEDED
