"""What is known of a credential, in a few words; never anything of it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.domain import foresight
from bot.slack import moments

_DAY = timedelta(days=1)


def words(known: foresight.Standing, *, zone: str, now: datetime, last: bool = True) -> str:
    """Return such as ``key 84 days old, last good 05:00, its token ends Mon 7 Dec``; ``last``:
    whether to say when it was last good.
    """
    return ", ".join(_words(known, zone=zone, now=now, last=last))


def _words(known: foresight.Standing, *, zone: str, now: datetime, last: bool) -> Iterator[str]:
    if known.made_at is not None:
        yield f"key {_days(now - known.made_at)} old"
    else:
        yield f"in use for {_days(now - known.first_at)}"
    if last:
        yield f"last good {moments.moment(known.good_at, zone, now=now)}"
    if known.expires_at is not None:
        ends = "ended" if known.expires_at <= now else "ends"
        day = moments.weekday(moments.local(known.expires_at, zone))
        yield f"its {known.expires_what or 'credential'} {ends} {day}"


def _days(length: timedelta) -> str:
    days = max(length // _DAY, 0)
    return "1 day" if days == 1 else f"{days} days"
