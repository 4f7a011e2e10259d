"""Incidents: joined by run or cause, acted upon once per version, closed once."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.domain import ids, incident, run
from bot.store import Store
from tests import samples
from tests.store import make

CAUSE = "warehouse:credential_refused"


def wanted(
    of: run.Run, cause: str = CAUSE, failure: run.Failure = make.REFUSED
) -> incident.Incident:
    return incident.Incident(
        id=ids.IncidentId(ids.new_id()),
        client=of.client,
        cause=cause,
        failure=failure,
        status=incident.IncidentStatus.OPEN,
        runs=(of.id,),
        opened_at=make.NOW,
    )


async def test_an_incident_comes_back_as_it_was_opened(kept: Store) -> None:
    first = wanted(await make.failed(kept))
    assert await kept.incidents.join(first) == first
    assert await kept.incidents.get(first.id) == first
    assert await kept.incidents.all_open(samples.ACME) == [first]
    assert await kept.incidents.all_open(ids.ClientId("xyz")) == []


async def test_a_run_stays_with_its_incident_when_the_cause_changes(kept: Store) -> None:
    stopped = await make.failed(kept)
    first = await kept.incidents.join(wanted(stopped))
    second = await kept.incidents.join(wanted(stopped, "warehouse:source_busy", make.BUSY))
    assert second.id == first.id
    assert (second.cause, second.failure) == ("warehouse:source_busy", make.BUSY)
    assert second.version == first.version + 1
    assert second.runs == (stopped.id,)


async def test_another_run_joins_the_open_incident_of_the_cause(kept: Store) -> None:
    one = await make.failed(kept)
    other = await make.failed(kept, make.of_week(make.a_run(), 1))
    first = await kept.incidents.join(wanted(one))
    joined = await kept.incidents.join(wanted(other))
    assert joined.id == first.id
    assert joined.runs == (one.id, other.id)
    assert await kept.incidents.open_of_run(other.id) == joined
    assert await kept.incidents.open_of_cause(samples.ACME, CAUSE) == joined


async def test_another_cause_and_another_client_have_their_own(kept: Store) -> None:
    one = await make.failed(kept)
    other = await make.failed(kept, make.of_week(make.a_run(), 1))
    foreign = await make.failed(kept, replace(make.a_run(), client=ids.ClientId("xyz")))
    opened = [
        await kept.incidents.join(wanted(one)),
        await kept.incidents.join(wanted(other, "shop:query_invalid")),
        await kept.incidents.join(wanted(foreign)),
    ]
    assert len({each.id for each in opened}) == 3


async def test_a_closed_incident_is_not_joined(kept: Store) -> None:
    stopped = await make.failed(kept)
    first = await kept.incidents.join(wanted(stopped))
    closed = await kept.incidents.close(
        first.id, incident.IncidentStatus.RECOVERED, at=make.LATER, by=samples.OWNER
    )
    assert closed is not None
    assert (closed.closed_at, closed.closed_by) == (make.LATER, samples.OWNER)
    assert await kept.incidents.close(first.id, incident.IncidentStatus.CLOSED, at=make.NOW) is None
    second = await kept.incidents.join(wanted(stopped))
    assert second.id != first.id
    assert await kept.incidents.open_of_run(stopped.id) == second


async def test_a_reopened_incident_forgets_what_was_over(kept: Store) -> None:
    old = await make.failed(kept)
    first = await kept.incidents.join(wanted(old))
    await kept.runs.move(old.id, run.Status.SKIPPED, expect={run.Status.FAILED})
    await kept.incidents.close(first.id, incident.IncidentStatus.CLOSED, at=make.LATER)
    now = await make.failed(kept, make.of_week(make.a_run(), 1))
    again = await kept.incidents.join(wanted(now), lately=make.NOW)
    assert again.id == first.id
    assert again.runs == (now.id,)


async def test_of_many_presses_one_wins_and_the_others_learn_whose(kept: Store) -> None:
    opened = await kept.incidents.join(wanted(await make.failed(kept)))
    people = [ids.UserId(f"U{number}") for number in range(10)]
    async with asyncio.TaskGroup() as group:
        presses = [
            group.create_task(
                kept.incidents.act(opened.id, opened.version, by=one, at=make.LATER, what="retry")
            )
            for one in people
        ]
    (won,) = [press.result() for press in presses if press.result() is not None]
    now = await kept.incidents.get(opened.id)
    assert won == now
    assert now is not None
    assert (now.acted_by in people, now.acted_at, now.acted) == (True, make.LATER, "retry")


async def test_a_press_on_a_card_that_has_changed_is_refused(kept: Store) -> None:
    stopped = await make.failed(kept)
    opened = await kept.incidents.join(wanted(stopped))
    await kept.incidents.join(wanted(stopped))
    press = kept.incidents.act(opened.id, 1, by=samples.OWNER, at=make.LATER, what="retry")
    assert await press is None


async def test_what_a_crash_left_unsaid_is_found(kept: Store) -> None:
    failed = await make.failed(kept)
    twice = make.of_week(make.a_run(), 1)
    await kept.runs.claim(twice)
    for _ in range(2):
        again = make.stopped(make.BUSY, to=run.Status.QUEUED, again=make.LATER)
        await make.tried(kept, twice, again)
    once = make.of_week(make.a_run(), 2)
    await kept.runs.claim(once)
    await make.tried(kept, once, make.stopped(make.BUSY, to=run.Status.QUEUED, again=make.LATER))
    assert set(await kept.incidents.unattended()) == {failed.id, twice.id}
    opened = await kept.incidents.join(wanted(failed))
    assert await kept.incidents.over() == []
    await kept.runs.move(failed.id, run.Status.SKIPPED, expect={run.Status.FAILED})
    assert await kept.incidents.over() == [opened]


async def test_broken_promises_are_of_runs_that_have_one_and_are_not_on_their_way(
    kept: Store,
) -> None:
    late = await make.failed(kept)
    asked = make.of_week(replace(make.a_run(), trigger=run.Trigger.SLACK, deliver_by=None), 1)
    await kept.runs.claim(asked)
    await make.posted(kept, make.of_week(make.a_run(), 2))
    due = make.NOW + timedelta(hours=3)
    found = kept.incidents.broken_promises
    assert await found(due, oldest=make.NOW) == []
    assert await found(due + timedelta(seconds=1), oldest=make.NOW) == [late.id]
    assert await found(due + timedelta(days=2), oldest=due + timedelta(days=1)) == []
    await kept.deliveries.put(make.word(f"notice:{late.id}"))
    assert await found(due + timedelta(seconds=1), oldest=make.NOW) == []


async def test_marks_are_kept(kept: Store) -> None:
    opened = await kept.incidents.join(wanted(await make.failed(kept)))
    await kept.incidents.noticed(opened.id)
    await kept.incidents.replied(opened.id)
    found = await kept.incidents.get(opened.id)
    assert found == replace(opened, noticed=True, replies=1)


async def test_a_run_that_looked_for_its_data_twice_is_not_unattended(kept: Store) -> None:
    behind = run.Failure(code=run.FailureCode.NOT_FRESH, source="shop")
    one = make.a_run()
    await kept.runs.claim(one)
    for _ in range(2):
        await make.tried(kept, one, make.stopped(behind, to=run.Status.WAITING))
        one = await kept.runs.move(one.id, run.Status.QUEUED, expect={run.Status.WAITING})
    assert not await kept.incidents.unattended()
