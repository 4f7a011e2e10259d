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


async def test_how_the_fires_of_each_month_went(kept: Store) -> None:
    """By the month of the fire's own local time, whenever it was posted."""

    async def fire(weeks_back: int, day: str, *, late: bool = False, to: str = "posted") -> None:
        one = replace(make.a_run(), scheduled_for=f"{day}T06:00 Europe/Paris")
        one = make.of_week(
            replace(one, status=run.Status(to) if to == "missed" else one.status), weeks_back
        )
        if to == "posted":
            at = make.NOW + timedelta(hours=9 if late else 1)
            await make.posted(kept, one, at=at)
        elif to == "missed":
            await kept.fires.claim([one], considered={})
        else:
            await kept.runs.claim(one)

    await fire(0, "2026-11-30", to="queued")
    await fire(1, "2026-11-23")
    await fire(2, "2026-11-16", late=True)
    await fire(3, "2026-11-09", to="missed")
    await fire(4, "2026-10-26")
    await fire(5, "2026-08-03")
    found = await kept.history.months(samples.ACME, now=make.NOW, zone="Europe/Paris")
    assert [(f"{one.first:%Y-%m}", one.in_time, one.due) for one in found] == [
        ("2026-11", 1, 3),
        ("2026-10", 1, 1),
    ]
