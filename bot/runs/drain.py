"""The end of the process: what runs may finish, what does not is handed to the next one."""

import asyncio
from collections.abc import Collection
from datetime import timedelta

import structlog

_log = structlog.get_logger(__name__)


async def drain(attempts: Collection[asyncio.Task[None]], *, grace: timedelta) -> int:
    """Wait for the attempts, at most ``grace`` in real time, then cut the rest; returns how many.

    What is cut leaves its row running with an open attempt: settle resumes it on the next start.
    """
    if not attempts:
        return 0
    _log.info("draining", attempts=len(attempts), grace_s=grace.total_seconds())
    _, left = await asyncio.wait(attempts, timeout=grace.total_seconds())
    for task in left:
        task.cancel()
    if left:
        await asyncio.wait(left)
        _log.warning("attempts_handed_over", attempts=[task.get_name() for task in left])
    return len(left)
