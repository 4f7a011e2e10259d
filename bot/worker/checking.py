"""Each source of a client opened and asked whose data it serves. Without periods in the order it is
asked no query, and nothing that costs.
"""

import asyncio
import contextlib
import time

from bot import errors, wire
from bot.domain import ids, run, spec
from bot.worker import credentials, keeping, sources, trying
from bot.worker.sources import base

_SHARE = 0.8
"""Of the deadline: what all sources may take; the rest is for telling what came."""
_NAME = "check"
_PATIENCE = 10.0
"""Seconds for which a query is asked again, where a look is not."""


async def check(order: wire.CheckOrder, keys: credentials.Keys) -> wire.Checked:
    """Ask every source, side by side; what one fails with is told of it alone."""
    if order.keep is not None:
        return wire.Checked(sources=(await asyncio.to_thread(keeping.keep, order.keep, keys),))
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_one(order, one, keys=keys)) for one in order.client.sources.values()
        ]
    return wire.Checked(sources=tuple(task.result() for task in tasks))


async def _one(
    order: wire.CheckOrder, source: spec.SourceSpec, *, keys: credentials.Keys
) -> wire.Source:
    seconds = order.deadline_seconds * _SHARE
    opened: list[base.Source] = []
    try:
        async with asyncio.timeout(seconds):
            told = await asyncio.to_thread(_asked, order, source, keys=keys, opened=opened)
    except TimeoutError:
        _stop(opened)
        code = run.FailureCode.SOURCE_TIMEOUT
        failure = run.Failure(code=code, source=source.name, kind=source.kind)
        return wire.Source(name=source.name, failure=failure)
    except errors.RunError as error:
        return wire.Source(name=source.name, failure=error.failure)
    return told


def _asked(
    order: wire.CheckOrder,
    source: spec.SourceSpec,
    *,
    keys: credentials.Keys,
    opened: list[base.Source],
) -> wire.Source:
    """Open it, ask and close it; blocks. Without identity: it is of a kind that cannot tell."""
    credential = keys.credential(source)
    made = sources.open_source(
        base.Access(
            spec=source,
            folder=order.client.folder,
            timezone=order.client.timezone,
            client=order.client.id,
            report=ids.ReportName(_NAME),
            run=ids.RunId(_NAME),
            attempt=1,
            as_of=order.as_of,
            deadline=time.monotonic() + order.deadline_seconds * _SHARE,
            patience=_PATIENCE if order.periods else 0.0,
            credential=credential,
            environment=order.environment,
            mask=keys.mask,
        )
    )
    opened.append(made)
    try:
        told = made.identity() if isinstance(made, base.Telling) else None
        if isinstance(made, base.Lasting) and source.credential is not None:
            keys.lasts(source.credential, made.life())
        tried = trying.ask(order, source, opened=made)
        return wire.Source(
            name=source.name,
            identity=told,
            figures=tuple(tried.figures),
            refused=tuple(tried.refused),
        )
    finally:
        made.close()


def _stop(opened: list[base.Source]) -> None:
    """End what still asks; one that hangs is left to the end of the process."""
    for one in opened:
        with contextlib.suppress(errors.RunError, OSError):
            one.stop()
