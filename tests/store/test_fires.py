"""Fires: one row each, together with the watermark that passes it; words that no death loses."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain import run
from bot.store import Store
from tests import samples
from tests.store import make

NAME = (samples.ACME, samples.WEEKLY)


def missed(key: str) -> run.Run:
    return replace(make.a_run(key), status=run.Status.MISSED)


async def test_a_report_never_seen_has_nothing_to_catch_up(kept: Store) -> None:
    assert await kept.fires.watermarks({NAME}, seen=make.NOW) == {NAME: make.NOW}
    assert await kept.fires.watermarks({NAME}, seen=make.LATER) == {NAME: make.NOW}


async def test_watermarks_move_with_the_rows_and_back_with_the_clock(kept: Store) -> None:
    one = make.a_run("fire:1")
    (claim,) = await kept.fires.claim([one], considered={NAME: make.LATER})
    assert claim == run.Claim(run=one, new=True)
    assert await kept.fires.watermarks({NAME}, seen=make.NOW) == {NAME: make.LATER}
    await kept.fires.claim([], considered={NAME: make.NOW})
    assert await kept.fires.watermarks({NAME}, seen=make.LATER) == {NAME: make.NOW}


async def test_a_fire_has_one_row_for_ever(kept: Store) -> None:
    one = make.a_run("fire:1")
    await kept.fires.claim([one], considered={})
    (again,) = await kept.fires.claim([make.a_run("fire:1")], considered={})
    assert again == run.Claim(run=one, new=False)
    assert await kept.runs.latest(samples.ACME) == [one]


@pytest.mark.parametrize("status", [run.Status.MISSED, run.Status.SKIPPED])
async def test_what_is_not_run_has_its_row_beside_an_unfinished_one(
    kept: Store, status: run.Status
) -> None:
    await kept.fires.claim([make.a_run("fire:1")], considered={})
    (claim,) = await kept.fires.claim([replace(make.a_run("fire:2"), status=status)], considered={})
    assert claim.new
    assert len(await kept.runs.latest(samples.ACME)) == 2


async def test_a_fire_of_a_period_that_failed_tries_it_again_under_its_own_promise(
    kept: Store,
) -> None:
    stopped = await make.failed(kept)
    promise = make.NOW + timedelta(days=1)
    later = replace(make.a_run("fire:2"), next_attempt_at=make.LATER, deliver_by=promise)
    (claim,) = await kept.fires.claim([later], considered={})
    assert (claim.run.id, claim.new) == (stopped.id, False)
    again = await kept.runs.get(stopped.id)
    assert again is not None
    assert (again.status, again.next_attempt_at) == (run.Status.QUEUED, make.LATER)
    assert again.deliver_by == promise
    own = await kept.runs.get(later.id)
    assert own is not None
    assert own.status is run.Status.CANCELLED


async def test_a_fire_that_a_clock_ahead_took_for_missed_is_revived(kept: Store) -> None:
    early = missed("fire:1")
    await kept.fires.claim([early], considered={})
    now = replace(make.a_run("fire:1"), created_at=make.LATER, next_attempt_at=make.LATER)
    (claim,) = await kept.fires.claim([now], considered={})
    assert claim == run.Claim(run=replace(now, id=early.id), new=True)
    assert not await kept.fires.unsaid()


async def test_words_about_missed_fires_stay_until_they_are_said(kept: Store) -> None:
    first, second, third = (missed(f"fire:{number}") for number in range(3))
    await kept.fires.claim([first, second], considered={})
    assert [[one.id for one in some] for some in await kept.fires.unsaid()] == [
        [first.id, second.id]
    ]
    await kept.fires.claim([third], considered={})  # after a death before the message was a row
    assert [[one.id for one in some] for some in await kept.fires.unsaid()] == [
        [first.id, second.id],
        [third.id],
    ]
    await kept.fires.said(first.id)
    assert [[one.id for one in some] for some in await kept.fires.unsaid()] == [[third.id]]
    await kept.fires.said(third.id)
    assert await kept.fires.unsaid() == []


async def test_a_report_usually_takes_what_its_newest_attempts_took(kept: Store) -> None:
    assert await kept.fires.usual(make.NOW) == {}
    for week, took in enumerate([90, 2, 4, 3, 60, 5]):
        one = make.of_week(make.a_run(), week)
        await kept.runs.claim(one)
        start = make.NOW + timedelta(minutes=week)
        begun = await kept.runs.begin(one.id, at=start, by=None)
        assert begun is not None
        ended = make.made(start + timedelta(seconds=took))
        await kept.runs.end(one.id, ended, attempt=begun.number)
    assert await kept.fires.usual(make.NOW) == {NAME: timedelta(seconds=4)}
    assert await kept.fires.usual(make.NOW + timedelta(days=40)) == {}
