"""After a crash: what the bot died under is resumed, before anything new begins (Settled 8)."""

from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile

from bot.domain import delivery, run
from bot.runs import backoff, pauses, ports

POISON = 3
"""So many deaths in a row are not chance: such a run is then treated as one that crashed."""


async def settle(house: ports.Ports, *, now: datetime) -> Sequence[run.Run]:
    """Resume what was under way when the bot ended; returns the runs that it touched.

    Abandoned attempts are ended, and their runs queued at once, which uses no retry; a run that
    was about to be posted, but whose delivery was taken back, is ready again; what a pause was to
    hold is held.
    """
    for one in await house.pauses.all():
        await pauses.hold(house, one.client)
    touched = [
        await resume(house, one, now=now)
        for one in await house.runs.unfinished({run.Status.RUNNING})
    ]
    for one in await house.runs.unfinished({run.Status.POSTING}):
        wanted = await house.posts.of_run(one.id)
        if wanted is None or wanted.state is delivery.State.CANCELLED:
            touched.append(await house.runs.move(one.id, run.Status.READY, expect={one.status}))
    return touched


async def resume(house: ports.Ports, running: run.Run, *, now: datetime) -> run.Run:
    """End an attempt that nobody will finish as abandoned, and queue its run: at once, unless that
    has happened too often in a row.
    """
    attempts = await house.runs.attempts(running.id)
    ended = [one.end for one in attempts if one.end is not None]
    abandoned = takewhile(lambda end: end is run.AttemptEnd.ABANDONED, reversed(ended))
    at, to, retries = now, run.Status.QUEUED, None
    if len(list(abandoned)) + 1 >= POISON:
        again = backoff.next_attempt(running, now=now)
        to = run.Status.FAILED if again is None else run.Status.QUEUED
        at, retries = again or now, running.retries + 1
    return await house.runs.end(
        running.id,
        run.Ended(
            end=run.AttemptEnd.ABANDONED,
            to=to,
            at=now,
            timings={},
            next_attempt_at=at if to is run.Status.QUEUED else None,
            retries=retries,
            hold=running.hold,
        ),
        attempt=running.attempts,
    )
