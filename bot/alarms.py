"""Every wake-up, and nothing but wake-ups: the only importer of apscheduler.

What is due stands in the store; an alarm only says "look now". So a lost alarm costs at most the 20
seconds until the next regular look, and no alarm outlives the process.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol, cast

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot import clock

EVERY = timedelta(seconds=20)
"""How often the store is looked at anyway, in real time."""
_WATCH_SECONDS = 1.0
_STEP = timedelta(seconds=2)
"""A wall clock that leaves the monotonic one by more than this was moved."""

Sweep = Callable[[], Awaitable[datetime | None]]
"""One look at what is due; returns the next instant that is worth one."""


class _Scheduler(Protocol):
    """As much of apscheduler as is used here; the library has no types."""

    def start(self) -> None: ...
    def shutdown(self, *, wait: bool) -> None: ...
    def remove_all_jobs(self) -> None: ...
    def add_job(
        self, func: Callable[[], Awaitable[None]], trigger: object, **settings: object
    ) -> object: ...


class Alarms:
    """Calls ``sweep`` at the instants it is asked to, and every 20 seconds anyway.

    Sweeps never overlap: what is asked for during one causes one more right after it. Instants are
    those of ``moved``, the clock that the product lives by; they are converted to real time, and
    again when that clock is seen to have been moved.
    """

    def __init__(
        self,
        moved: clock.Clock,
        sweep: Sweep,
        *,
        real: clock.Clock | None = None,
        every: timedelta = EVERY,
    ) -> None:
        self._clock = moved
        self._sweep = sweep
        self._real = real or clock.SystemClock()
        self._every = every
        self._scheduler: _Scheduler | None = None
        self._next: datetime | None = None
        self._asked = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._watch: asyncio.TimerHandle | None = None
        self._seen = self._offset()

    def start(self) -> None:
        """Begin, with a sweep at once; needs a running event loop."""
        made = cast("object", AsyncIOScheduler(timezone=UTC))
        self._scheduler = cast("_Scheduler", made)
        self._scheduler.start()
        self.rearm()
        self._look_at_clock()

    async def stop(self) -> None:
        """Ring no more; waits for the sweep that is under way."""
        scheduler, self._scheduler = self._scheduler, None
        if scheduler is None:
            return
        if self._watch is not None:
            self._watch.cancel()
        scheduler.remove_all_jobs()
        await asyncio.sleep(0)  # a job that was just handed to the loop begins, and sees the end
        await self._idle.wait()
        scheduler.shutdown(wait=False)

    def wake(self) -> None:
        """Sweep as soon as possible."""
        self._ring_at("now", self._real.now())

    def wake_at(self, instant: datetime) -> None:
        """Sweep at an instant of the product's clock; the earliest one asked for counts."""
        if self._next is None or instant < self._next:
            self._next = instant
            self._arm_next()

    def rearm(self) -> None:
        """Set every alarm anew, because the clock moved; and sweep, because it did."""
        self._seen = self._offset()
        if self._scheduler is None:
            return
        seconds = cast("int", self._every.total_seconds())  # fractions are fine, says its code
        trigger = cast("object", IntervalTrigger(seconds=seconds, timezone=UTC))
        self._add("regular", trigger)
        self._arm_next()
        self.wake()

    def _arm_next(self) -> None:
        if self._next is not None:
            wait = self._next - self._clock.now()
            self._ring_at("next", self._real.now() + max(wait, timedelta()))

    def _ring_at(self, name: str, real: datetime) -> None:
        self._add(name, cast("object", DateTrigger(real, timezone=UTC)))

    def _add(self, name: str, trigger: object) -> None:
        if self._scheduler is None:
            return
        self._scheduler.add_job(
            self._ring,
            trigger,
            id=name,
            replace_existing=True,
            misfire_grace_time=None,
            coalesce=True,
            max_instances=10,  # all but the one that sweeps return at once
        )

    async def _ring(self) -> None:
        self._asked = True
        if not self._idle.is_set():
            return
        self._idle.clear()
        try:
            while self._asked and self._scheduler is not None:
                self._asked = False
                self._next = None
                wanted = await self._sweep()
                if wanted is not None:
                    self.wake_at(wanted)
        finally:
            self._idle.set()

    def _offset(self) -> datetime:
        return self._clock.now() - timedelta(seconds=self._clock.monotonic())

    def _look_at_clock(self) -> None:
        if abs(self._offset() - self._seen) > _STEP:
            self.rearm()
        self._watch = asyncio.get_running_loop().call_later(_WATCH_SECONDS, self._look_at_clock)
