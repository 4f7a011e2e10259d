"""How long what is stored of a client is kept; pure."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """``13 months`` or ``400 days``: the one that is not 0."""

    months: int = 0
    days: int = 0

    def before(self, now: datetime, zone: str) -> datetime:
        """Return the instant before which everything goes: so many days or calendar months ago, at
        the same local time; the last day of a month that has no such day.
        """
        local = now.astimezone(ZoneInfo(zone)) - timedelta(days=self.days)
        year, month = divmod(local.year * 12 + local.month - 1 - self.months, 12)
        day = min(local.day, monthrange(year, month + 1)[1])
        return local.replace(year=year, month=month + 1, day=day).astimezone(now.tzinfo)
