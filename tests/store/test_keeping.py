"""Pauses, channels, audit, cost, history, and what is forgotten when its time is up."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import delivery, ids, money, report, run, views, walls
from bot.domain.pause import Pause
from bot.store import Store, codec
from tests import samples
from tests.store import make

XYZ = ids.ClientId("xyz")
MONTH = (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))


@given(st.datetimes(timezones=st.timezones()), st.datetimes(timezones=st.timezones()))
def test_instants_sort_as_text_as_they_do_in_time(one: datetime, other: datetime) -> None:
    try:
        first, second = codec.instant(one), codec.instant(other)
    except OverflowError:
        return
    assert datetime.fromisoformat(first) == one.astimezone(UTC)
    assert (first < second) == (one.astimezone(UTC) < other.astimezone(UTC))


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        codec.instant(datetime(2026, 11, 23))  # noqa: DTZ001


async def test_a_pause_is_in_force_until_somebody_resumes_it(kept: Store) -> None:
    wanted = Pause(client=samples.ACME, since=make.NOW, until=None, by=samples.OWNER, reason="move")
    paused = await kept.pauses.pause(
        samples.ACME, None, by=samples.OWNER, reason="move", at=make.NOW
    )
    assert paused == wanted == await kept.pauses.current(samples.ACME)
    until = make.NOW + timedelta(days=3)
    longer = await kept.pauses.pause(
        samples.ACME, until, by=samples.OWNER, reason="", at=make.LATER
    )
    assert longer == replace(wanted, until=until, reason="")
    assert await kept.pauses.all() == [longer]
    ended = await kept.pauses.resume(samples.ACME, make.LATER)
    assert ended == replace(longer, resumed_at=make.LATER)
    assert await kept.pauses.resume(samples.ACME, make.LATER) is None
    assert await kept.pauses.current(samples.ACME) is None
    await kept.pauses.pause(samples.ACME, None, by=samples.OWNER, reason="", at=make.LATER)


async def test_a_confirmation_holds_for_the_people_who_were_there(kept: Store) -> None:
    channel = samples.CHANNEL
    assert await kept.channels.confirm(channel, by=samples.OWNER, at=make.NOW) is None
    await kept.channels.saw(channel, outside=True, fingerprint="f1", at=make.NOW)
    confirmed = await kept.channels.confirm(channel, by=samples.OWNER, at=make.NOW)
    assert confirmed is not None
    assert confirmed.is_confirmed
    again = await kept.channels.saw(channel, outside=True, fingerprint="f1", at=make.LATER)
    assert again.is_confirmed
    other = await kept.channels.saw(channel, outside=True, fingerprint="f2", at=make.LATER)
    assert not other.is_confirmed
    await kept.channels.forget(channel)
    found = await kept.channels.get(channel)
    assert found is not None
    assert found.checked_at.year == 1


async def test_the_audit_trail_reads_newest_first(kept: Store) -> None:
    entries = [
        views.Entry(
            at=make.NOW,
            who=samples.OWNER,
            what=what,
            client=of,
            detail="",
            via="command",
            channel=where,
        )
        for what, of, where in (
            ("pause", samples.ACME, samples.CHANNEL),
            ("rerun", XYZ, None),
            ("cost", None, None),
        )
    ]
    for entry in entries:
        await kept.audit.append(entry)
    assert await kept.audit.latest() == entries[::-1]
    assert await kept.audit.latest(5, client=XYZ) == [entries[1]]


async def test_cost_is_exact_and_by_report(kept: Store) -> None:
    cents = replace(make.USAGE, cost=Decimal("0.1"))
    query = money.Usage(
        kind=money.UsageKind.BIGQUERY, item="spend", cost=Decimal("0.05"), bytes_billed=10**9
    )
    for week in range(3):
        one = make.of_week(make.a_run(), week)
        if week == 2:
            one = replace(one, trigger=run.Trigger.SLACK)
        await kept.runs.claim(one)
        await make.tried(kept, one, replace(make.made(), usage=(cents, query)))
    (spent,) = await kept.ledger.spent(*MONTH)
    assert (spent.model, spent.warehouse) == (Decimal("0.3"), Decimal("0.15"))
    assert (spent.reports, spent.reruns) == (3, 1)
    assert await kept.ledger.spent(*MONTH, client=XYZ) == []
    assert await kept.ledger.spent(MONTH[1], MONTH[1] + timedelta(days=31)) == []
    assert await kept.ledger.model_cost(*MONTH, client=samples.ACME) == Decimal("0.3")
    assert await kept.ledger.model_cost(MONTH[1], MONTH[1] + timedelta(days=31)) == 0
    lines = await kept.ledger.lines(*MONTH)
    assert [line.usage for line in lines] == [cents, query] * 3


async def test_the_ledger_keeps_credits_that_nobody_priced(kept: Store) -> None:
    taken = money.Usage(
        kind=money.UsageKind.SNOWFLAKE,
        item="orders",
        cost=Decimal(0),
        credits=Decimal("0.000277778"),
        estimated=True,
    )
    one = make.a_run()
    await kept.runs.claim(one)
    await make.tried(kept, one, replace(make.made(), usage=(make.USAGE, taken)))
    (spent,) = await kept.ledger.spent(*MONTH)
    assert (spent.model, spent.warehouse) == (make.USAGE.cost, 0)
    assert spent.credits == taken.credits
    assert list(await kept.ledger.of_run(one.id)) == [make.USAGE, taken]


async def test_the_ledger_knows_which_attempt_told_the_cost_of_a_query(kept: Store) -> None:
    spend = money.Usage(kind=money.UsageKind.BIGQUERY, item="spend", cost=Decimal("0.05"))
    one = make.a_run()
    await kept.runs.claim(one)
    untold = make.stopped(to=run.Status.QUEUED, again=make.LATER)
    await make.tried(kept, one, untold)
    assert await kept.ledger.counted(one.id) == {}
    await make.tried(kept, one, replace(untold, usage=(make.USAGE, spend)))
    assert await kept.ledger.counted(one.id) == {"spend": 2}


async def test_the_record_of_the_last_fires(kept: Store) -> None:
    broken = make.of_week(make.a_run(created_at=make.NOW - timedelta(weeks=3)), 3)
    await make.failed(kept, replace(broken, deliver_by=make.NOW))
    await make.posted(kept, make.of_week(make.a_run(), 2), at=make.NOW + timedelta(hours=9))
    await make.posted(kept, make.of_week(make.a_run(), 1))
    await make.ready(kept)
    record = await kept.history.record(samples.ACME, now=make.NOW + timedelta(minutes=5))
    assert (record.due, record.posted, record.in_time) == (3, 2, 1)
    assert (record.corrections, record.without_ai) == (0, 0)
    last = await kept.history.last_posted(samples.ACME, samples.WEEKLY)
    assert last is not None
    assert (last.at, last.in_time) == (make.NOW + timedelta(hours=9), False)
    assert await kept.history.last_posted(XYZ) is None


async def test_corrections_and_posts_without_ai_are_counted(kept: Store) -> None:
    one = make.a_run()
    await kept.runs.claim(one)
    plain = replace(samples.REPORT, author_note="the model was down")
    await make.tried(kept, one, replace(make.made(), report=plain))
    first = make.post(one)
    await kept.runs.enter_posting(one.id, first)
    await kept.deliveries.posted(first.key, ts=make.TS, at=make.LATER)
    await kept.deliveries.revise(first.key, (delivery.Body(text="corrected"),))
    record = await kept.history.record(samples.ACME, samples.WEEKLY, now=make.LATER)
    assert (record.corrections, record.without_ai) == (1, 1)


async def test_history_shows_costs_only_to_those_who_may_know(kept: Store) -> None:
    there = await make.posted(kept)
    await make.failed(kept, make.of_week(make.a_run(created_at=make.LATER), 1))
    failed, posted = await kept.history.rows(samples.ACME, costs=True)
    assert posted.ref == ids.short_ref(there.id)
    assert (posted.posted_at, posted.in_time) == (make.LATER, True)
    assert posted.cost == make.USAGE.cost
    assert (failed.status, failed.failure) == (run.Status.FAILED, "warehouse sign-in revoked")
    assert failed.posted_at is None
    assert {row.cost for row in await kept.history.rows(samples.ACME)} == {None}


async def test_history_tells_the_walls_of_each_run_and_what_it_was_refused(kept: Store) -> None:
    there, refused = make.a_run(), "evil.example"
    tried = report.Finding(
        code=report.EGRESS_REFUSED, severity=report.Severity.NOTE, subject=refused, text="Tried."
    )
    ended = make.made()
    assert ended.report is not None
    told = replace(ended.report, findings=(*ended.report.findings, tried))
    await kept.runs.claim(there)
    stood = walls.Walls(stand=frozenset(walls.Layer) - {walls.Layer.KEEPER})
    await make.tried(kept, there, replace(ended, report=told, walls=stood))
    (row,) = await kept.history.rows(samples.ACME)
    assert (row.isolation, row.refused) == ("partial", (refused,))


async def test_the_last_use_of_each_source(kept: Store) -> None:
    await make.posted(kept)
    one = make.of_week(make.a_run(), 1)
    await kept.runs.claim(one)
    later = make.LATER + timedelta(hours=1)
    await make.tried(kept, one, make.stopped(at=later))
    uses = await kept.history.uses(samples.ACME)
    assert {name: use.failure is None for name, use in uses.items()} == {
        "shop": True,
        "warehouse": False,
    }
    assert uses["warehouse"].at == later


async def test_figures_are_forgotten_when_their_time_is_up_but_not_that_they_were_posted(
    kept: Store, tmp_path: Path
) -> None:
    there = await make.posted(kept)
    assert await kept.prune(400, now=make.NOW + timedelta(days=400)) == 0
    assert await kept.prune(400, now=make.NOW + timedelta(days=401)) == 1
    assert await kept.runs.outcome(there.id) is None
    found = await kept.deliveries.of_run(there.id)
    assert found is not None
    assert (found.state, found.bodies) == (delivery.State.POSTED, (delivery.Body(text=""),))
    assert await kept.deliveries.stale() == []
    assert await kept.ledger.run_cost(there.id) == make.USAGE.cost
    await kept.backup(tmp_path / "copy.db")
    assert json.dumps("Acme: up").encode() not in (tmp_path / "copy.db").read_bytes()


async def test_small_facts_are_kept_by_name(kept: Store) -> None:
    assert await kept.meta.get("k") is None
    await kept.meta.set("k", "a")
    await kept.meta.set("k", "b")
    assert await kept.meta.get("k") == "b"
