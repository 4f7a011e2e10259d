"""Runs, deliveries and ends of attempts for the tests of what is kept."""

import itertools
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from bot.domain import delivery, ids, money, run
from bot.store import Store
from tests import samples

NOW = samples.AS_OF
LATER = NOW + timedelta(minutes=1)
SINCE = "1795410000.000100"
TS = "1795410001.000200"
_numbers = itertools.count(1)

REFUSED = run.Failure(
    code=run.FailureCode.CREDENTIAL_REFUSED,
    source="warehouse",
    kind="bigquery",
    reference="env://ACME_BIGQUERY",
    said="Token has been expired or revoked.",
    params={"project": "acme-analytics"},
)
BUSY = run.Failure(code=run.FailureCode.SOURCE_BUSY, source="warehouse")
USAGE = money.Usage(
    kind=money.UsageKind.MODEL,
    item=samples.MODEL,
    cost=Decimal("0.0123456789"),
    input_tokens=1200,
    output_tokens=210,
)


def a_run(key: str | None = None, *, created_at: datetime = NOW) -> run.Run:
    """Return a queued run of Acme's week; use ``replace`` for more."""
    number = next(_numbers)
    return run.Run(
        id=ids.RunId(f"r{number:015d}"),
        client=samples.ACME,
        report=samples.WEEKLY,
        key=key or f"fire:{number}",
        trigger=run.Trigger.SCHEDULED,
        period=samples.THIS_WEEK,
        as_of=samples.AS_OF,
        status=run.Status.QUEUED,
        created_at=created_at,
        scheduled_for="2026-11-23T06:00 Europe/Paris",
        deliver_by=NOW + timedelta(hours=3),
    )


def of_week(one: run.Run, weeks_back: int) -> run.Run:
    """Return the run for an earlier week."""
    start = samples.THIS_WEEK.start - timedelta(weeks=weeks_back)
    return replace(one, period=samples.week(start))


def made(at: datetime = LATER, *, to: run.Status = run.Status.READY) -> run.Ended:
    """Return the end of an attempt that made its report."""
    return run.Ended(
        end=run.AttemptEnd.REPORT,
        to=to,
        at=at,
        report=samples.REPORT,
        usage=(USAGE,),
        timings={"sources": 1200},
    )


def stopped(
    failure: run.Failure = REFUSED,
    *,
    to: run.Status = run.Status.FAILED,
    at: datetime = LATER,
    again: datetime | None = None,
) -> run.Ended:
    """Return the end of an attempt that failed."""
    return run.Ended(
        end=run.AttemptEnd.FAILED, to=to, at=at, failure=failure, timings={}, next_attempt_at=again
    )


def post(of: run.Run, *, revision: int = 0, text: str = "Acme: up") -> delivery.Delivery:
    """Return the delivery of a run's report."""
    start, end = of.period.start, of.period.end
    return delivery.Delivery(
        key=f"report:{of.client}:{of.report}:{start}:{end}:{revision}",
        kind=delivery.Kind.REPORT,
        client=of.client,
        report=of.report,
        period_start=start,
        period_end=end,
        revision=revision,
        run=of.id,
        channel=samples.CHANNEL,
        bodies=(delivery.Body(text=text, blocks=({"type": "divider"},)),),
        created_at=NOW,
    )


def word(key: str = "ops:word", *, parent: str | None = None) -> delivery.Delivery:
    """Return a plain message."""
    return delivery.Delivery(
        key=key,
        kind=delivery.Kind.OPS if parent is None else delivery.Kind.REPLY,
        channel=samples.CHANNEL,
        parent=parent,
        bodies=(delivery.Body(text=key),),
        created_at=NOW,
    )


async def ready(kept: Store, one: run.Run | None = None) -> run.Run:
    """Take a run up to its report."""
    one = one or a_run()
    await kept.runs.claim(one)
    attempt = await kept.runs.begin(one.id, at=NOW, by=None)
    assert attempt is not None
    return await kept.runs.end(one.id, made(), attempt=attempt.number)


async def failed(
    kept: Store, one: run.Run | None = None, *, failure: run.Failure = REFUSED
) -> run.Run:
    """Take a run through one attempt that fails for good."""
    one = one or a_run()
    await kept.runs.claim(one)
    return await tried(kept, one, stopped(failure))


async def tried(kept: Store, one: run.Run, ended: run.Ended) -> run.Run:
    """Begin an attempt of a queued run and end it."""
    attempt = await kept.runs.begin(one.id, at=NOW, by=None)
    assert attempt is not None
    return await kept.runs.end(one.id, ended, attempt=attempt.number)


async def posted(kept: Store, one: run.Run | None = None, *, at: datetime = LATER) -> run.Run:
    """Take a run all the way into Slack."""
    there = await ready(kept, one)
    wanted = post(there)
    assert await kept.runs.enter_posting(there.id, wanted)
    await kept.deliveries.begin(wanted.key, since=SINCE)
    await kept.deliveries.posted(wanted.key, ts=TS, at=at)
    found = await kept.runs.get(there.id)
    assert found is not None
    return found
