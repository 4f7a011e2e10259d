"""When a run that failed in a passing way is tried again; pure."""

import hashlib
from datetime import datetime, timedelta

from bot.domain import run

FIRST = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=25))
THEN = timedelta(minutes=30)
PATIENCE = timedelta(hours=6)
"""How long a run without a promise, or with one that was broken when it began, is tried."""
JITTER = 0.1


def next_attempt(stopped: run.Run, *, now: datetime) -> datetime | None:
    """Return when to try again: after 1, 5, 25 minutes, then every 30; None when used up.

    It is used up when the next attempt would begin after ``deliver_by``, or six hours after the
    run was made. Each wait is stretched or shrunk by up to a tenth, by a hash of the run and its
    attempt: reports that failed together do not come back together, and a restart changes nothing.
    """
    wait = FIRST[stopped.retries] if stopped.retries < len(FIRST) else THEN
    at = now + wait * (1 + JITTER * _spread(f"{stopped.id}:{stopped.attempts}"))
    return at if at <= patience_ends(stopped) else None


def patience_ends(stopped: run.Run) -> datetime:
    """Return the instant after which no attempt begins by itself."""
    if stopped.deliver_by is not None and stopped.deliver_by > stopped.created_at:
        return stopped.deliver_by
    return stopped.created_at + PATIENCE


def _spread(seed: str) -> float:
    """An even number between -1 and 1 that only the seed decides."""
    digest = hashlib.sha256(seed.encode()).digest()
    return int.from_bytes(digest[:8]) / 2**63 - 1
