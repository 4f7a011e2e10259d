"""What history tells of reruns: which found nothing new, and which post says now what."""

from dataclasses import replace
from datetime import timedelta

from bot.domain import delivery, run, views
from bot.store import Store
from tests import samples
from tests.store import make

AGAIN = make.LATER + timedelta(hours=1)


async def _rerun(kept: Store, ended: run.Ended) -> run.Run:
    asked = replace(make.a_run(created_at=AGAIN), trigger=run.Trigger.SLACK)
    await kept.runs.claim(asked)
    return await make.tried(kept, asked, replace(ended, at=AGAIN))


async def _replacing(kept: Store, posted: run.Run) -> run.Run:
    """A rerun that differed, and replaced what was posted."""
    held = await _rerun(kept, replace(make.made(to=run.Status.HELD), hold="changed"))
    body = (delivery.Body(text="corrected"),)
    assert await kept.deliveries.revise(make.post(posted).key, body, run=held.id)
    return await kept.runs.move(held.id, run.Status.SUCCEEDED, expect={run.Status.HELD})


async def _rows(kept: Store) -> list[tuple[bool, bool, bool]]:
    """What is told of each run, oldest first: unchanged, replaced, corrected."""

    def told(row: views.HistoryRow) -> tuple[bool, bool, bool]:
        return row.unchanged, row.replaced, row.corrected

    return [told(row) for row in reversed(await kept.history.rows(samples.ACME))]


async def test_a_rerun_that_found_nothing_new_is_told_from_the_post(kept: Store) -> None:
    await make.posted(kept)
    await _rerun(kept, make.made(to=run.Status.SUCCEEDED))
    assert await _rows(kept) == [(False, False, False), (True, False, False)]


async def test_a_replaced_post_and_what_replaced_it_are_told_apart(kept: Store) -> None:
    first = await make.posted(kept)
    await _replacing(kept, first)
    assert await _rows(kept) == [(False, True, False), (False, False, True)]
    await _replacing(kept, first)
    await _rerun(kept, make.made(to=run.Status.SUCCEEDED))
    assert await _rows(kept) == [
        *[(False, True, False)] * 2,
        (False, False, True),
        (True, False, False),
    ]
