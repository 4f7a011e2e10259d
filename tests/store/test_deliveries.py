"""Deliveries: begun once, settled once; a report's end is its run's end."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import errors
from bot.domain import delivery, ids, incident, run
from bot.store import Store
from tests import samples
from tests.store import make


async def test_a_delivery_comes_back_as_it_was_put(kept: Store) -> None:
    trend = delivery.Trend(title="Revenue", labels=("a", "b"), values=(1.0, 2.5), alt="up")
    body = delivery.Body(text="t", blocks=({"type": "chart_here"},), chart=trend)
    wanted = replace(make.word(), bodies=(body, delivery.Body(text="t")), not_before=make.LATER)
    assert await kept.deliveries.put(wanted)
    assert not await kept.deliveries.put(replace(wanted, channel=ids.ChannelId("C0OTHER")))
    assert await kept.deliveries.get(wanted.key) == wanted


async def test_of_many_that_begin_at_once_one_does(kept: Store) -> None:
    await kept.deliveries.put(make.word())
    async with asyncio.TaskGroup() as group:
        begun = [
            group.create_task(kept.deliveries.begin("ops:word", since=make.SINCE))
            for _ in range(20)
        ]
    (one,) = [task.result() for task in begun if task.result() is not None]
    assert one is not None
    assert (one.state, one.posting_since, one.tries) == (delivery.State.POSTING, make.SINCE, 1)


async def _posting(kept: Store) -> tuple[run.Run, delivery.Delivery]:
    there = await make.ready(kept)
    wanted = make.post(there)
    await kept.runs.enter_posting(there.id, wanted)
    begun = await kept.deliveries.begin(wanted.key, since=make.SINCE, rung=0)
    assert begun is not None
    return there, begun


@pytest.mark.parametrize(
    ("end", "status"), [("posted", run.Status.SUCCEEDED), ("failed", run.Status.FAILED)]
)
async def test_a_reports_end_is_its_runs(kept: Store, end: str, status: run.Status) -> None:
    there, begun = await _posting(kept)
    if end == "posted":
        settled = await kept.deliveries.posted(begun.key, ts=make.TS, at=make.LATER)
        assert (settled.ts, settled.posted_at) == (make.TS, make.LATER)
    else:
        settled = await kept.deliveries.failed(begun.key, error="is_archived")
        assert settled.error == "is_archived"
    now = await kept.runs.get(there.id)
    assert now is not None
    assert now.status is status


async def test_posted_is_final(kept: Store) -> None:
    _, begun = await _posting(kept)
    posted = await kept.deliveries.posted(begun.key, ts=make.TS, at=make.LATER)
    assert await kept.deliveries.posted(begun.key, ts="1.0", at=make.NOW) == posted
    assert await kept.deliveries.failed(begun.key, error="x") == posted
    await kept.deliveries.again(
        begun.key, since=make.SINCE, rung=0, error="absent", not_before=None
    )
    assert not await kept.deliveries.cancel(begun.key)
    assert await kept.deliveries.get(begun.key) == posted


async def test_a_ts_in_hand_outweighs_what_was_believed(kept: Store) -> None:
    _, begun = await _posting(kept)
    await kept.deliveries.again(
        begun.key, since=make.SINCE, rung=0, error="absent", not_before=None
    )
    posted = await kept.deliveries.posted(begun.key, ts=make.TS, at=make.LATER)
    assert posted.state is delivery.State.POSTED


async def test_what_was_learnt_of_one_posting_does_not_undo_a_later_one(kept: Store) -> None:
    await kept.deliveries.put(make.word())
    await kept.deliveries.begin("ops:word", since="100.0")
    await kept.deliveries.again("ops:word", since="100.0", rung=0, error="absent", not_before=None)
    await kept.deliveries.begin("ops:word", since="140.0")
    await kept.deliveries.again("ops:word", since="100.0", rung=0, error="absent", not_before=None)
    await kept.deliveries.again("ops:word", since=None, rung=0, error="x", not_before=None)
    found = await kept.deliveries.get("ops:word")
    assert found is not None
    assert found.state is delivery.State.POSTING


async def test_a_revision_made_during_the_call_is_an_edit_that_is_due(kept: Store) -> None:
    await kept.deliveries.put(make.word())
    await kept.deliveries.begin("ops:word", since=make.SINCE)
    await kept.deliveries.revise("ops:word", (delivery.Body(text="new"),))
    await kept.deliveries.posted("ops:word", ts=make.TS, at=make.LATER)
    (stale,) = await kept.deliveries.stale()
    assert (stale.version, stale.shown, stale.bodies[0].text) == (2, 1, "new")
    await kept.deliveries.showed("ops:word", version=2)
    assert await kept.deliveries.stale() == []


async def test_the_same_words_are_no_revision(kept: Store) -> None:
    await kept.deliveries.put(make.word())
    assert await kept.deliveries.revise("ops:word", make.word().bodies)
    found = await kept.deliveries.get("ops:word")
    assert found is not None
    assert found.version == 1
    assert not await kept.deliveries.revise("ops:none", make.word().bodies)


async def test_what_is_due_comes_in_order_and_a_thread_reads_in_order(kept: Store) -> None:
    await kept.deliveries.put(make.word("ops:card"))
    for number in (1, 2):
        await kept.deliveries.put(make.word(f"reply:{number}", parent="ops:card"))
    await kept.deliveries.put(replace(make.word("ops:coming"), not_before=make.LATER))
    await kept.deliveries.put(make.word("ops:last"))
    due = [one.key for one in await kept.deliveries.due(make.NOW)]
    assert due == ["ops:card", "ops:last", "reply:1"]
    assert "ops:coming" in [one.key for one in await kept.deliveries.due(make.LATER)]
    assert await kept.deliveries.wanted_at() == make.LATER


async def test_what_failed_is_said_elsewhere_with_what_hangs_on_it(kept: Store) -> None:
    await kept.deliveries.put(make.word("ops:card"))
    await kept.deliveries.put(make.word("reply:1", parent="ops:card"))
    elsewhere = ids.ChannelId("C0OPS")
    assert not await kept.deliveries.redirect("ops:card", channel=elsewhere)
    await kept.deliveries.failed("ops:card", error="not_in_channel")
    assert await kept.deliveries.redirect("ops:card", channel=elsewhere)
    due = await kept.deliveries.due(make.NOW)
    assert {(one.key, one.channel) for one in due} == {
        ("ops:card", elsewhere),
        ("reply:1", elsewhere),
    }


async def test_the_rung_of_a_workspace_is_remembered_for_a_while(kept: Store) -> None:
    assert await kept.deliveries.rung(make.NOW) == 0
    for rung in (1, 2):
        await kept.deliveries.remember_rung(rung, until=make.LATER)
    assert await kept.deliveries.rung(make.NOW) == 2
    assert await kept.deliveries.rung(make.LATER) == 0


async def test_what_a_channel_held_is_there_when_it_has_another_id(kept: Store) -> None:
    await kept.deliveries.put(make.word("ops:1"))
    await kept.deliveries.put(replace(make.word("ops:2"), channel=ids.ChannelId("C0OTHER")))
    await kept.deliveries.renumber(samples.CHANNEL, new=ids.ChannelId("C0NEW"))
    due = await kept.deliveries.due(make.NOW)
    assert {(one.key, one.channel) for one in due} == {("ops:1", "C0NEW"), ("ops:2", "C0OTHER")}


async def test_reports_go_first_by_their_deadlines_and_nothing_waits_for_ever(kept: Store) -> None:
    for hours in (3, 1, 2):
        one = make.of_week(make.a_run(), hours)
        there = await make.ready(kept, replace(one, deliver_by=make.NOW + timedelta(hours=hours)))
        await kept.runs.enter_posting(there.id, make.post(there))
    await kept.deliveries.put(make.word("ops:new"))
    await kept.deliveries.put(
        replace(make.word("ops:old"), created_at=make.NOW - timedelta(minutes=5))
    )
    weeks = [f"{make.of_week(make.a_run(), hours).period.start}" for hours in (1, 2, 3)]
    keys = [one.key for one in await kept.deliveries.due(make.NOW)]
    assert (keys[0], keys[-1]) == ("ops:old", "ops:new")
    assert [key.split(":")[3] for key in keys[1:-1]] == weeks


async def test_one_period_and_revision_has_one_delivery_whatever_its_key(kept: Store) -> None:
    there = await make.ready(kept)
    await kept.deliveries.put(make.post(there))
    with pytest.raises(errors.StoreError, match="UNIQUE"):
        await kept.deliveries.put(replace(make.post(there), key="report:other"))
    assert await kept.deliveries.revision(there) == 0
    assert await kept.deliveries.revision(make.of_week(there, 1)) == -1


async def test_a_message_is_found_by_its_place(kept: Store) -> None:
    await make.posted(kept)
    found = await kept.deliveries.of_message(samples.CHANNEL, make.TS)
    assert found is not None
    assert found.kind is delivery.Kind.REPORT
    assert await kept.deliveries.of_message(samples.CHANNEL, "1.0") is None


async def test_alerts_that_could_be_said_nowhere_are_counted(kept: Store) -> None:
    stopped = await make.failed(kept)
    opened = await kept.incidents.join(
        incident.Incident(
            id=ids.IncidentId("i1"),
            client=samples.ACME,
            cause="warehouse:credential_refused",
            failure=make.REFUSED,
            status=incident.IncidentStatus.OPEN,
            runs=(stopped.id,),
            opened_at=make.NOW,
        )
    )
    card = replace(make.word("card:i1"), kind=delivery.Kind.CARD, incident=opened.id)
    await kept.deliveries.put(card)
    await kept.deliveries.put(make.word())
    for key in ("card:i1", "ops:word"):
        await kept.deliveries.failed(key, error="is_archived")
    assert await kept.deliveries.undelivered(make.NOW) == 2
    assert await kept.deliveries.undelivered(make.NOW + timedelta(days=1)) == 1
    await kept.incidents.close(opened.id, incident.IncidentStatus.CLOSED, at=make.LATER)
    assert await kept.deliveries.undelivered(make.NOW + timedelta(days=1)) == 0
