"""The process that tests/store/test_kills.py kills: it serves runs until it dies.

The first argument is the database, the second how the posts of our fake Slack are written down:
one line per post, appended and flushed before the answer, as a real one would have it.
"""

import asyncio
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.domain import delivery, ids, incident, run
from bot.store import Store
from tests.store import make


async def _resume(kept: Store, slack: Path) -> None:
    """What a start does: resume what was cut, read back what may have been posted."""
    for one in await kept.runs.unfinished({run.Status.RUNNING}):
        ended = run.Ended(
            end=run.AttemptEnd.ABANDONED, to=run.Status.QUEUED, at=make.LATER, timings={}
        )
        await kept.runs.end(one.id, ended, attempt=one.attempts)
    there = _posts(slack)
    for lost in await kept.deliveries.due(make.NOW):
        if lost.state is delivery.State.POSTING:
            await _settle(kept, lost, is_there=lost.key in there)


def _posts(slack: Path) -> list[str]:
    return slack.read_text().split() if slack.exists() else []


async def _settle(kept: Store, lost: delivery.Delivery, *, is_there: bool) -> None:
    if is_there:
        await kept.deliveries.posted(lost.key, ts=make.TS, at=make.LATER)
        return
    await kept.deliveries.again(
        lost.key, since=lost.posting_since, rung=0, error="absent", not_before=None
    )


async def _serve(kept: Store, slack: Path, number: int) -> None:
    week = make.of_week(make.a_run(f"fire:{number}"), number)
    claim = await kept.runs.claim(replace(week, id=ids.RunId(ids.new_id())))
    one = claim.run
    if one.status is run.Status.QUEUED:
        await _attempt(kept, one, number)
    now = await kept.runs.get(one.id)
    if now is not None and now.status in {run.Status.READY, run.Status.FAILED}:
        await kept.runs.enter_posting(one.id, make.post(one))
    await _post(kept, slack)


async def _attempt(kept: Store, one: run.Run, number: int) -> None:
    attempt = await kept.runs.begin(one.id, at=make.NOW, by=None)
    assert attempt is not None
    if number % 3 == 0 and attempt.number == 1:
        again = make.NOW - timedelta(minutes=1)
        stopped = make.stopped(make.BUSY, to=run.Status.QUEUED, again=again)
        after = await kept.runs.end(one.id, stopped, attempt=1)
        await kept.incidents.join(_incident(after))
        await _attempt(kept, one, number)
        return
    await kept.runs.end(one.id, make.made(), attempt=attempt.number)


def _incident(of: run.Run) -> incident.Incident:
    return incident.Incident(
        id=ids.IncidentId(ids.new_id()),
        client=of.client,
        cause="warehouse:source_busy",
        failure=make.BUSY,
        status=incident.IncidentStatus.OPEN,
        runs=(of.id,),
        opened_at=make.NOW,
    )


async def _post(kept: Store, slack: Path) -> None:
    for wanted in await kept.deliveries.due(make.NOW):
        if await kept.deliveries.begin(wanted.key, since=make.SINCE) is None:
            continue
        with slack.open("a") as posts:
            posts.write(f"{wanted.key}\n")
        await kept.deliveries.posted(wanted.key, ts=make.TS, at=make.LATER)


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


async def main(path: Path, slack: Path, runs: int) -> None:
    """Serve so many runs; say when each is done."""
    async with Store.open(path) as kept:
        await _resume(kept, slack)
        await _post(kept, slack)
        _say("up")
        for number in range(runs):
            await _serve(kept, slack, number)
        _say("done")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
