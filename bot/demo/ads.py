"""What the doubles of the ad platforms share: accounts with days, and ways to go wrong.

with metaads.MetaAdsDouble() as platform:
    platform.add(ads.Account(id="1234567890", name="Acme", currency="EUR", days=(…)))
    platform.answer_next(loopback.Reply(status=500))
    platform.hang()
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from bot.demo import loopback


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What one campaign did on one day; sums of several have the same shape."""

    day: date
    campaign: str
    """Its id."""
    name: str
    spend: Decimal = Decimal(0)
    impressions: int = 0
    clicks: int = 0
    conversions: int = 0
    value: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One advertiser's account."""

    id: str
    name: str
    currency: str = "EUR"
    timezone: str = "Europe/Paris"
    owner: str = ""
    """The manager, business or organisation that it belongs to."""
    is_manager: bool = False
    days: tuple[Day, ...] = ()

    def campaigns(self, first: date, last: date) -> tuple[Day, ...]:
        """Sum each campaign's days from ``first`` to ``last``, both of them included."""
        found: dict[str, Day] = {}
        for day in self.days:
            if first <= day.day <= last:
                known = found.get(day.campaign)
                found[day.campaign] = _sum(known, day) if known else day
        return tuple(found.values())

    def whole(self, first: date, last: date) -> tuple[Day, ...]:
        """Sum everything; nothing where nothing was shown."""
        total: Day | None = None
        for day in self.campaigns(first, last):
            total = _sum(total, day) if total else day
        return (total,) if total else ()


def _sum(one: Day, other: Day) -> Day:
    return replace(
        one,
        spend=one.spend + other.spend,
        impressions=one.impressions + other.impressions,
        clicks=one.clicks + other.clicks,
        conversions=one.conversions + other.conversions,
        value=one.value + other.value,
    )


class Platform(loopback.Double):
    """A double's frame: it records, hangs and fails as it is told, else it answers."""

    def __init__(self, routes: Sequence[loopback.Route]) -> None:
        self.accounts: dict[str, Account] = {}
        self.seen: list[loopback.Request] = []
        self._next: list[loopback.Reply] = []
        self._free = threading.Event()
        self._free.set()
        super().__init__([(method, path, self._framed(answer)) for method, path, answer in routes])

    def stop(self) -> None:
        """Let go of the port, and of who waits."""
        self._free.set()
        super().stop()

    def add(self, account: Account) -> None:
        """Have this account."""
        self.accounts[account.id] = account

    def answer_next(self, *replies: loopback.Reply) -> None:
        """Answer the next requests so, whatever they ask."""
        self._next += replies

    def forget(self) -> None:
        """Answer as usual again."""
        self._next.clear()

    def hang(self) -> None:
        """Answer nothing more until it stops."""
        self._free.clear()

    def _framed(self, answer: loopback.Handler) -> loopback.Handler:
        def framed(request: loopback.Request) -> loopback.Reply:
            self.seen.append(request)
            self._free.wait(60)
            return self._next.pop(0) if self._next else answer(request)

        return framed
