"""When a run whose data is not complete looks again, and until when it waits; pure."""

from datetime import datetime, timedelta

from bot.domain import run
from bot.runs import backoff

FIRST = timedelta(minutes=5)
LONGEST = timedelta(minutes=30)
"""Between two looks."""
LEAD = timedelta(minutes=10)
"""How long before its promise a report is made of what is there, at the latest."""
_SHARE = 4
"""Where there is little time, that is a quarter of it."""


def may_wait(waiting: run.Run, *, now: datetime) -> bool:
    """Whether it still waits for its data. What a person asks for waits for nothing."""
    asked = waiting.trigger is not run.Trigger.SCHEDULED or waiting.hold == run.AS_IS
    return not asked and now < ends(waiting)


def ends(waiting: run.Run) -> datetime:
    """Return when it waits no more, but makes its report of what is there: ten minutes before its
    promise, or before nothing would be tried any more (backoff).
    """
    promised = backoff.patience_ends(waiting)
    return promised - min(LEAD, (promised - waiting.created_at) / _SHARE)


def next_look(waiting: run.Run, *, now: datetime) -> datetime:
    """Return when to look again: after 5, 10, 20, then every 30 minutes, give or take a tenth, and
    once more when the wait ends.
    """
    doubled = FIRST * 2 ** min(max(waiting.attempts - 1, 0), 3)
    wait = min(doubled, LONGEST) * (1 + backoff.JITTER * backoff.spread(waiting))
    return min(now + wait, ends(waiting))


def has_come(waiting: run.Run, *, now: datetime) -> bool:
    """Whether it is time to look; an instant that a clock ahead of its time wrote down is too."""
    at = waiting.next_attempt_at
    return at is None or at <= now or at - now > 2 * LONGEST
