"""Runs: claimed once, moved along the table, ended and taken over in one transaction."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import errors
from bot.domain import delivery, ids, run
from bot.store import Store, runs
from tests import samples
from tests.store import make


async def test_a_run_comes_back_as_it_was_claimed(kept: Store) -> None:
    wanted = replace(
        make.a_run(),
        without=("warehouse",),
        late=True,
        requested_by=samples.OWNER,
        reply_channel=samples.CHANNEL,
        post_at=make.LATER,
        next_attempt_at=make.NOW,
    )
    assert await kept.runs.claim(wanted) == run.Claim(run=wanted, new=True)
    assert await kept.runs.get(wanted.id) == wanted


async def test_one_key_is_claimed_once_even_after_it_ended(kept: Store) -> None:
    first = await make.posted(kept, make.a_run("fire:1"))
    again = await kept.runs.claim(make.a_run("fire:1"))
    assert again == run.Claim(run=first, new=False)


async def test_an_unfinished_run_of_the_period_is_joined_until_it_ends(kept: Store) -> None:
    first = await make.failed(kept)
    assert (await kept.runs.claim(make.a_run("ask:1"))).run.id == first.id
    await kept.runs.move(first.id, run.Status.SKIPPED, expect={run.Status.FAILED})
    assert (await kept.runs.claim(make.a_run("ask:1"))).new


async def test_other_periods_and_reports_do_not_meet(kept: Store) -> None:
    await kept.runs.claim(make.a_run())
    assert (await kept.runs.claim(make.of_week(make.a_run(), 1))).new
    other = replace(make.a_run(), report=ids.ReportName("monthly"))
    assert (await kept.runs.claim(other)).new


async def test_of_many_claims_at_once_one_is_new(kept: Store) -> None:
    async with asyncio.TaskGroup() as group:
        claims = [group.create_task(kept.runs.claim(make.a_run("fire:1"))) for _ in range(20)]
    assert sum(claim.result().new for claim in claims) == 1


async def test_what_is_due_comes_by_deadline_then_by_age(kept: Store) -> None:
    late = make.of_week(make.a_run(), 1)
    urgent = make.of_week(replace(make.a_run(), deliver_by=make.LATER), 2)
    no_promise = make.of_week(replace(make.a_run(), deliver_by=None), 3)
    coming = make.of_week(replace(make.a_run(), next_attempt_at=make.LATER), 4)
    for one in (late, no_promise, urgent, coming):
        await kept.runs.claim(one)
    due = await kept.runs.due(make.NOW)
    assert [one.id for one in due] == [urgent.id, late.id, no_promise.id]
    assert len(await kept.runs.due(make.LATER)) == 4
    assert await kept.runs.wanted_at(make.NOW) == make.LATER


async def test_what_ran_out_of_time_lets_the_others_go_first(kept: Store) -> None:
    slow = replace(make.a_run(), deliver_by=make.LATER)
    other = make.of_week(make.a_run(), 1)
    for one in (slow, other):
        await kept.runs.claim(one)
    out_of_time = run.Failure(code=run.FailureCode.DEADLINE)
    ended = make.stopped(out_of_time, to=run.Status.QUEUED, again=make.NOW)
    await make.tried(kept, slow, ended)
    assert [one.id for one in await kept.runs.due(make.NOW)] == [other.id, slow.id]


async def test_an_attempt_begins_once(kept: Store) -> None:
    one = make.a_run()
    await kept.runs.claim(one)
    attempt = await kept.runs.begin(one.id, at=make.NOW, by=samples.OWNER)
    assert attempt == run.Attempt(
        run=one.id, number=1, started_at=make.NOW, by=samples.OWNER, timings={}
    )
    assert await kept.runs.begin(one.id, at=make.NOW, by=None) is None
    assert await kept.runs.attempts(one.id) == [attempt]


async def test_the_end_of_an_attempt_is_written_whole(kept: Store) -> None:
    there = await make.ready(kept)
    (attempt,) = await kept.runs.attempts(there.id)
    assert there.status is run.Status.READY
    assert attempt.end is run.AttemptEnd.REPORT
    assert attempt.timings == {"sources": 1200}
    assert await kept.runs.outcome(there.id) == samples.REPORT
    assert await kept.ledger.run_cost(there.id) == make.USAGE.cost


async def test_a_failure_comes_back_as_it_was_told(kept: Store) -> None:
    one = make.a_run()
    await kept.runs.claim(one)
    again = make.NOW + timedelta(minutes=5)
    ended = replace(make.stopped(to=run.Status.QUEUED, again=again), retries=2)
    after = await make.tried(kept, one, ended)
    (attempt,) = await kept.runs.attempts(one.id)
    assert attempt.failure == make.REFUSED
    assert (after.status, after.next_attempt_at, after.retries) == (run.Status.QUEUED, again, 2)


async def test_an_attempt_lasted_as_long_as_it_did_although_the_clock_was_moved(
    kept: Store,
) -> None:
    one = make.a_run()
    await kept.runs.claim(one)
    ended = replace(make.stopped(at=make.NOW + timedelta(hours=1)), took=timedelta(seconds=4))
    await make.tried(kept, one, ended)
    (attempt,) = await kept.runs.attempts(one.id)
    assert attempt.ended_at is not None
    assert attempt.ended_at - attempt.started_at == timedelta(seconds=4)


async def test_an_attempt_ends_once(kept: Store) -> None:
    there = await make.ready(kept)
    with pytest.raises(errors.MoveRefused, match="ended already"):
        await kept.runs.end(there.id, make.stopped(), attempt=1)
    assert await kept.runs.get(there.id) == there


async def test_a_run_skipped_while_it_ran_stays_skipped_and_keeps_its_cost(kept: Store) -> None:
    one = make.a_run()
    await kept.runs.claim(one)
    await kept.runs.begin(one.id, at=make.NOW, by=None)
    await kept.runs.move(one.id, run.Status.SKIPPED, expect={run.Status.RUNNING})
    after = await kept.runs.end(one.id, make.made(), attempt=1)
    assert after.status is run.Status.SKIPPED
    assert await kept.ledger.run_cost(one.id) == make.USAGE.cost


async def test_a_refused_move_says_how_it_stands(kept: Store) -> None:
    one = make.a_run()
    await kept.runs.claim(one)
    with pytest.raises(errors.MoveRefused, match=r"'acme' is queued and cannot become ready"):
        await kept.runs.move(one.id, run.Status.READY, expect={run.Status.RUNNING})
    with pytest.raises(errors.StoreError, match="no run"):
        await kept.runs.move(ids.RunId("none"), run.Status.QUEUED, expect={run.Status.FAILED})


async def test_a_pending_retry_is_brought_forward(kept: Store) -> None:
    one = replace(make.a_run(), next_attempt_at=make.LATER)
    await kept.runs.claim(one)
    now = await kept.runs.move(
        one.id,
        run.Status.QUEUED,
        expect={run.Status.QUEUED},
        change=run.Change(without=("warehouse",)),
    )
    assert now.next_attempt_at is None
    assert now.without == ("warehouse",)


@given(steps=st.lists(st.tuples(st.sampled_from(run.Status), st.sampled_from(run.Status))))
@settings(max_examples=40, deadline=None)
def test_no_row_of_moves_leaves_the_table(steps: list[tuple[run.Status, run.Status]]) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(_moves(Path(folder) / "a.db", steps))


async def _moves(path: Path, steps: Sequence[tuple[run.Status, run.Status]]) -> None:
    one = make.a_run()
    now = one.status
    async with Store.open(path) as kept:
        await kept.runs.claim(one)
        for expected, to in steps:
            allowed = now is expected and runs.may_move(now, to)
            with suppress(errors.MoveRefused):
                now = (await kept.runs.move(one.id, to, expect={expected})).status
                assert allowed
            assert (await kept.runs.unfinished(run.Status))[0].status is now


async def test_entering_posting_writes_the_delivery_with_it(kept: Store) -> None:
    there = await make.ready(kept)
    assert await kept.runs.enter_posting(there.id, make.post(there))
    now = await kept.runs.get(there.id)
    assert now is not None
    assert now.status is run.Status.POSTING
    assert await kept.deliveries.of_run(there.id) == make.post(there)


async def test_entering_posting_twice_changes_nothing(kept: Store) -> None:
    there = await make.ready(kept)
    assert await kept.runs.enter_posting(there.id, make.post(there))
    assert not await kept.runs.enter_posting(there.id, make.post(there, text="other"))
    assert await kept.deliveries.of_run(there.id) == make.post(there)


async def test_a_queued_run_cannot_be_posted_and_leaves_no_delivery(kept: Store) -> None:
    one = make.a_run()
    await kept.runs.claim(one)
    with pytest.raises(errors.MoveRefused):
        await kept.runs.enter_posting(one.id, make.post(one))
    assert await kept.deliveries.of_run(one.id) is None


@pytest.mark.parametrize("how", ["failed", "cancelled"])
async def test_an_unposted_delivery_is_taken_over_by_the_next_run(kept: Store, how: str) -> None:
    first = await make.ready(kept)
    wanted = make.post(first)
    await kept.runs.enter_posting(first.id, wanted)
    if how == "failed":
        await kept.deliveries.failed(wanted.key, error="is_archived")
        await kept.runs.move(first.id, run.Status.SKIPPED, expect={run.Status.FAILED})
    else:
        assert await kept.deliveries.cancel(wanted.key)
        await kept.runs.move(first.id, run.Status.READY, expect={run.Status.POSTING})
        await kept.runs.move(first.id, run.Status.SKIPPED, expect={run.Status.READY})
    second = await make.ready(kept, make.a_run("ask:1"))
    assert await kept.runs.enter_posting(second.id, make.post(second, text="new"))
    found = await kept.deliveries.get(wanted.key)
    assert found is not None
    assert (found.run, found.state) == (second.id, delivery.State.PENDING)
    assert found.bodies[0].text == "new"


async def test_the_same_run_takes_its_own_failed_delivery_up_again(kept: Store) -> None:
    there = await make.ready(kept)
    wanted = make.post(there)
    await kept.runs.enter_posting(there.id, wanted)
    await kept.deliveries.failed(wanted.key, error="is_archived")
    assert await kept.runs.enter_posting(there.id, make.post(there, text="again"))
    now = await kept.runs.get(there.id)
    assert now is not None
    assert now.status is run.Status.POSTING


@pytest.mark.parametrize("state", ["posting", "unknown", "posted"])
async def test_what_is_or_may_be_in_slack_is_never_taken_over(kept: Store, state: str) -> None:
    first = await make.ready(kept)
    wanted = make.post(first)
    await kept.runs.enter_posting(first.id, wanted)
    await kept.deliveries.begin(wanted.key, since=make.SINCE)
    if state == "unknown":
        await kept.deliveries.unknown(
            wanted.key, since=make.SINCE, error="timeout", not_before=make.LATER
        )
    if state == "posted":
        await kept.deliveries.posted(wanted.key, ts=make.TS, at=make.LATER)
    before = await kept.deliveries.get(wanted.key)
    if state == "posted":
        second = await make.ready(kept, make.a_run("ask:1"))
        assert not await kept.runs.enter_posting(second.id, make.post(second, text="new"))
    else:
        assert not await kept.runs.enter_posting(first.id, make.post(first, text="new"))
    assert await kept.deliveries.get(wanted.key) == before


async def test_what_was_delivered_is_found_with_the_report_it_shows(kept: Store) -> None:
    there = await make.posted(kept)
    asked = make.a_run("ask:1")
    found = await kept.runs.delivered(asked)
    assert found is not None
    assert found[0].run == there.id
    assert found[1] == samples.REPORT
    earlier = make.of_week(asked, 1)
    assert await kept.runs.delivered(earlier) is None
    elsewhere = replace(asked, client=ids.ClientId("xyz"))
    assert await kept.runs.delivered(elsewhere) is None


async def test_an_attempt_that_the_bot_died_under_uses_no_retry(kept: Store) -> None:
    one = make.a_run()
    await kept.runs.claim(one)
    ended = run.Ended(
        end=run.AttemptEnd.ABANDONED,
        to=run.Status.QUEUED,
        at=make.LATER,
        timings={},
        next_attempt_at=make.LATER,
    )
    resumed = await make.tried(kept, one, ended)
    assert resumed.status is run.Status.QUEUED
    assert (resumed.attempts, resumed.retries) == (1, 0)
    (attempt,) = await kept.runs.attempts(one.id)
    assert attempt.end is run.AttemptEnd.ABANDONED
    assert attempt.failure is None


async def test_the_newest_runs_come_first(kept: Store) -> None:
    old = make.of_week(make.a_run(), 1)
    new = replace(make.a_run(), created_at=make.LATER)
    for one in (new, old):
        await kept.runs.claim(one)
    assert [one.id for one in await kept.runs.latest(samples.ACME)] == [new.id, old.id]
    assert len(await kept.runs.latest(samples.ACME, samples.WEEKLY, limit=1)) == 1
    assert await kept.runs.latest(samples.ACME, ids.ReportName("none")) == []
