"""Read-back: when to look again for a message of which nobody knows whether it was stored.

Looks come 0, 2, 5, 15 and 30 s after posting began, and absence counts only from the last of them
on (Settled 11): the posting call times out after 10 s, and what Slack has accepted may be visible
a little later. Both instants come from Slack's own clock, so that moving ours changes nothing.
"""

from datetime import timedelta

LOOKS = (0.0, 2.0, 5.0, 15.0, 30.0)
"""Seconds after posting began."""
GRACE = LOOKS[-1]
"""From here on, absence counts."""
STUCK_AFTER = 600.0
"""Seconds without being able to look, after which people are told."""
_SPARSEST = 600.0
_BLIND = timedelta(seconds=5)


def elapsed(since: str, now: str | None) -> float | None:
    """Return the seconds between two ts of Slack's; None when its clock cannot be read."""
    return None if now is None else float(now) - float(since)


def next_look(passed: float | None) -> timedelta:
    """Return how long to wait for the next look, when this one found nothing too early."""
    if passed is None:
        return _BLIND
    following = next((look for look in LOOKS if look > passed), passed)
    return timedelta(seconds=max(following - passed, 0.5))


def when_blind(passed: float | None) -> timedelta:
    """Return how long to wait when the channel could not be looked at: ever longer."""
    if passed is None:
        return _BLIND
    return timedelta(seconds=min(max(passed / 2, _BLIND.total_seconds()), _SPARSEST))


def backoff(tries: int) -> timedelta:
    """Return how long to wait before posting again what was turned away in passing."""
    return timedelta(seconds=min(5.0 * 2.0 ** min(max(tries, 1) - 1, 10), 300.0))
