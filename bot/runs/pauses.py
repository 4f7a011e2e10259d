"""What a pause does to runs, and its end (Settled 9)."""

from collections.abc import Sequence
from datetime import datetime

from bot import clock
from bot.domain import client, ids, periods, run
from bot.runs import ports


async def hold(house: ports.Ports, client_id: ids.ClientId) -> None:
    """Take back what waits to be posted: ready again, until the client is resumed.

    What is already on its way to Slack goes on.
    """
    for one in await house.runs.unfinished({run.Status.POSTING}):
        if one.client != client_id:
            continue
        wanted = await house.posts.of_run(one.id)
        if wanted is not None and await house.posts.cancel(wanted.key):
            await house.runs.move(one.id, run.Status.READY, expect={run.Status.POSTING})


async def outdated(
    house: ports.Ports, client_id: ids.ClientId, *, now: datetime
) -> Sequence[run.Run]:
    """Return the client's runs that are queued, wait or are ready, and whose period is the last
    complete one no more.

    A run of an older period that a person named was never of the last one: it is not outdated.
    """
    of = house.clients.client(client_id)
    if of is None:
        return ()
    waiting = await house.runs.unfinished({run.Status.QUEUED, run.Status.WAITING, run.Status.READY})
    return [one for one in waiting if one.client == client_id and _outdated(one, of, now=now)]


def _outdated(waiting: run.Run, of: client.Client, *, now: datetime) -> bool:
    report = of.reports.get(waiting.report)
    if report is None:
        return False
    made = clock.local_date(waiting.created_at, of.timezone)
    then = periods.last_complete(report.period, today=made)
    if waiting.trigger is not run.Trigger.SCHEDULED and waiting.period != then:
        return False
    today = clock.local_date(now, of.timezone)
    return waiting.period != periods.last_complete(report.period, today=today)
