"""What remains of an attempt that was cut because its client leaves."""

from datetime import datetime

from bot.domain import ids, run
from bot.runs import ports


async def close(house: ports.Ports, run_id: ids.RunId, *, now: datetime) -> None:
    """End the attempt that stands open, as abandoned; its run was skipped, and stays so."""
    attempts = await house.runs.attempts(run_id)
    if attempts and attempts[-1].ended_at is None:
        ended = run.Ended(end=run.AttemptEnd.ABANDONED, to=run.Status.QUEUED, at=now, timings={})
        await house.runs.end(run_id, ended, attempt=attempts[-1].number)
