"""Promises: who is told before one is broken, when, and how often."""

import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain import delivery, fresh, run
from bot.incidents import promises
from bot.slack import moments
from tests import samples
from tests import test_incidents as bench
from tests.store import make

Desk = bench.Desk
DUE = make.NOW + timedelta(hours=3)
S = run.Status


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async for one in bench.opened(tmp_path):
        yield one


def _run(status: S, *, slot: int | None = None, post: int | None = None, tried: int = 0) -> run.Run:
    """Promised at DUE; ``slot`` and ``post`` in minutes before that."""
    return replace(
        make.a_run(),
        status=status,
        attempts=tried,
        deliver_by=DUE,
        next_attempt_at=None if slot is None else DUE - timedelta(minutes=slot),
        post_at=None if post is None else DUE - timedelta(minutes=post),
    )


@pytest.mark.parametrize(
    ("one", "left", "risky"),
    [
        (_run(S.QUEUED, slot=90), 31, False),
        (_run(S.QUEUED, slot=90), 30, True),
        (_run(S.QUEUED, slot=12), 20, False),
        (_run(S.QUEUED, slot=28), 25, False),
        (_run(S.QUEUED, slot=28), 22, True),
        (_run(S.QUEUED, slot=5), 9, False),
        (_run(S.QUEUED, slot=-30, tried=1), 9, True),
        (_run(S.RUNNING, tried=1), 25, False),
        (_run(S.RUNNING, tried=1), 10, True),
        (_run(S.RUNNING, tried=2), 25, True),
        (_run(S.READY, post=15), 25, False),
        (_run(S.READY, post=15), 12, False),
        (_run(S.READY, post=15), 9, True),
        (_run(S.HELD), 29, True),
        (_run(S.WAITING), 29, True),
        (_run(S.FAILED), 29, True),
        (_run(S.QUEUED, slot=-30), 120, True),
        (_run(S.QUEUED, slot=-30, tried=1), 120, True),
        (_run(S.READY, post=-10), 120, True),
        (_run(S.RUNNING, post=-10), 120, True),
        (_run(S.RUNNING, slot=-30), 120, False),
        (_run(S.POSTING, post=-10), 120, False),
        (_run(S.POSTING), 5, False),
        (_run(S.POSTING), -1, False),
        (_run(S.POSTING), -3, True),
        (_run(S.READY, post=15), 0, True),
        (_run(S.SUCCEEDED), -5, False),
        (_run(S.SKIPPED), 5, False),
        (replace(_run(S.HELD), deliver_by=None), 5, False),
    ],
)
def test_somebody_should_look(one: run.Run, left: int, risky: bool) -> None:
    assert promises.is_at_risk(one, now=DUE - timedelta(minutes=left)) is risky


def test_a_short_promise_leaves_half_of_its_time() -> None:
    short = replace(_run(S.HELD), created_at=DUE - timedelta(minutes=10))
    assert not promises.is_at_risk(short, now=DUE - timedelta(minutes=6))
    assert promises.is_at_risk(short, now=DUE - timedelta(minutes=5))


async def test_one_promise_is_one_message_from_at_risk_to_kept(desk: Desk) -> None:
    one = make.a_run()
    await desk.kept.runs.claim(one)
    told: list[str] = []
    for left in (31, 25, 24, -1):
        desk.clock.move_to(DUE - timedelta(minutes=left))
        await desk.incidents.sweep()
        shown = await desk.kept.deliveries.get(f"late:{one.id}")
        told.append(shown.bodies[0].text if shown else "")
    assert told[0] == ""
    assert "at risk for 09:00: it waits for its turn" in told[1]
    assert told[2] == told[1]
    assert "late: it waits for its turn" in told[3]
    await desk.kept.deliveries.posted(f"late:{one.id}", ts=make.TS, at=DUE)
    await desk.kept.runs.begin(one.id, at=DUE, by=None)
    await desk.deliver(one, at=DUE + timedelta(minutes=5))
    await desk.incidents.sweep()
    shown = await desk.kept.deliveries.get(f"late:{one.id}")
    assert shown is not None
    assert shown.bodies[0].text.endswith("sent 09:05, 5 min late")
    assert shown.version == 3


async def test_a_warning_names_the_day_that_is_awaited(desk: Desk) -> None:
    one = make.a_run()
    await desk.kept.runs.claim(one)
    lag = fresh.Lag(
        query="orders",
        source="warehouse",
        data_to=one.period.start,
        needs=one.period.last_day,
    )
    behind = make.stopped(fresh.failure(lag), to=S.WAITING)
    await make.tried(desk.kept, one, behind)
    desk.clock.move_to(DUE - timedelta(minutes=10))
    await desk.incidents.sweep()
    shown = await desk.kept.deliveries.get(f"late:{one.id}")
    assert shown is not None
    awaited = moments.weekday(one.period.last_day)
    assert shown.bodies[0].text.endswith(f"it waits for the data of {awaited}")


@pytest.mark.parametrize("planned", ["next_attempt_at", "post_at"])
async def test_what_is_planned_too_late_is_told_at_once(desk: Desk, planned: str) -> None:
    late = {planned: DUE + timedelta(minutes=10)}
    one = replace(make.a_run(), **late)
    await desk.kept.runs.claim(one)
    desk.clock.move_to(DUE - timedelta(hours=2))
    await desk.incidents.sweep()
    shown = await desk.kept.deliveries.get(f"late:{one.id}")
    assert shown is not None
    assert "at risk for 09:00" in shown.bodies[0].text


async def test_a_warning_that_was_not_out_yet_is_not_needed_any_more(desk: Desk) -> None:
    one = make.a_run()
    await desk.kept.runs.claim(one)
    desk.clock.move_to(DUE - timedelta(minutes=9))
    await desk.incidents.sweep()
    await desk.kept.runs.begin(one.id, at=DUE, by=None)
    await desk.deliver(one, at=DUE - timedelta(minutes=8), tell=False)
    await desk.incidents.sweep()
    shown = await desk.kept.deliveries.get(f"late:{one.id}")
    assert shown is not None
    assert shown.state is delivery.State.CANCELLED


async def test_a_death_after_the_row_leaves_the_message_to_the_next_sweep(desk: Desk) -> None:
    one = make.a_run()
    await desk.kept.runs.claim(one)
    desk.clock.move_to(DUE - timedelta(minutes=9))
    await desk.kept.promises.tell([one], message=f"late:{one.id}", at=desk.clock.now())
    await desk.incidents.sweep()
    assert await desk.kept.deliveries.get(f"late:{one.id}") is not None


async def test_many_at_once_share_one_message(desk: Desk) -> None:
    held = [make.of_week(make.a_run(), weeks) for weeks in range(40)]
    for one in held[:30]:
        await desk.kept.runs.claim(one)
    desk.clock.move_to(DUE - timedelta(minutes=9))
    await desk.incidents.sweep()
    for one in held[30:]:
        await desk.kept.runs.claim(one)
    desk.clock.advance(timedelta(minutes=1))
    await desk.incidents.sweep()
    rows = await desk.kept.deliveries.due(desk.clock.now())
    (told,) = [row for row in rows if row.kind is delivery.Kind.NOTICE]
    assert told.key.startswith("late:many:")
    assert "40 of 40 reports are at risk" in told.bodies[0].text


async def test_a_paused_client_was_somebodys_decision(desk: Desk) -> None:
    one = make.a_run()
    await desk.kept.runs.claim(one)
    await desk.kept.pauses.pause(samples.ACME, None, by=samples.OWNER, reason="", at=make.NOW)
    desk.clock.move_to(DUE - timedelta(minutes=9))
    await desk.incidents.sweep()
    assert await desk.kept.deliveries.get(f"late:{one.id}") is None


async def test_a_card_counts_its_promise_down(desk: Desk) -> None:
    await desk.fail()
    await desk.incidents.sweep()
    seen: list[int] = [(await desk.card()).version]
    for left in (100, 61, 60, 59, 30, 15, 5, 4, 0, -60):
        desk.clock.move_to(DUE - timedelta(minutes=left))
        await desk.incidents.sweep()
        seen.append((await desk.card()).version)
    assert [after - before for before, after in itertools.pairwise(seen)] == [
        *(1, 0, 1, 0, 1, 1, 1, 0, 1, 0)
    ]
    assert "missed" in str((await desk.card()).bodies[0].blocks)
