"""When a run that failed in a passing way is tried again; pure."""

import hashlib
from datetime import datetime, timedelta

from bot.domain import run

FIRST = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=25))
THEN = timedelta(minutes=30)
PATIENCE = timedelta(hours=6)
"""How long a run without a promise, or with one that was broken when it began, is tried."""
JITTER = 0.1
MOST_TIMEOUTS = 3
"""What ran out of time so often will again: each try holds a seat until its very end."""
_TIMEOUTS = frozenset({run.FailureCode.DEADLINE, run.FailureCode.SOURCE_TIMEOUT})
_LONGEST = timedelta(days=1)
"""A source that asks for more is not believed."""


def next_attempt(
    stopped: run.Run, *, now: datetime, failure: run.Failure | None = None
) -> datetime | None:
    """Return when to try again: after 1, 5, 25 minutes, then every 30; None when used up.

    A source that said when to come back (``retry_after``) is obeyed instead, but never sooner than
    after the first of those waits. It is used up when the next attempt would begin after
    ``deliver_by``, or six hours after the run was made, and when the third one ran out of time.
    Each wait is stretched or shrunk by up to a tenth, by a hash of the run and its
    attempt: reports that failed together do not come back together, and a restart changes nothing.
    """
    if failure and failure.code in _TIMEOUTS and stopped.retries + 1 >= MOST_TIMEOUTS:
        return None
    jitter = JITTER * spread(stopped)
    asked = retry_after(failure) if failure else None
    if asked is not None:  # never sooner than asked
        at = now + max(asked, FIRST[0]) * (1 + abs(jitter))
    else:
        wait = FIRST[stopped.retries] if stopped.retries < len(FIRST) else THEN
        at = now + wait * (1 + jitter)
    return at if at <= patience_ends(stopped) else None


def retry_after(failure: run.Failure) -> timedelta | None:
    """Return how long the source asked to be left alone, a day at most; None: it did not say.

    A worker is not trusted (Settled 13): what is no number of seconds was not said.
    """
    told = failure.params.get("retry_after", "")
    if not (told.isascii() and told.isdecimal() and len(told) <= 9):  # noqa: PLR2004 - 30 years
        return None
    return min(timedelta(seconds=int(told)), _LONGEST)


def patience_ends(stopped: run.Run) -> datetime:
    """Return the instant after which no attempt begins by itself."""
    if stopped.deliver_by is not None and stopped.deliver_by > stopped.created_at:
        return stopped.deliver_by
    return stopped.created_at + PATIENCE


def spread(stopped: run.Run) -> float:
    """Return an even number between -1 and 1 that only the run and its attempt decide."""
    digest = hashlib.sha256(f"{stopped.id}:{stopped.attempts}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**63 - 1
