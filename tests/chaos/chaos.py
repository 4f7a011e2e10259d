"""The bot is killed at every boundary while Slack, sources and people do their worst.

One day after the other: reports fall due, some sources fail, Slack has its faults, an operator
types and presses, and the bot is shot: at a named boundary, at any instant, by SIGTERM; its runs
and its guard, too. After each day everything must be settled and the judge (``counts``) content.
"""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from bot import errors
from tests.chaos import counts, people, shots, state, world

UNCLEAR = ("error_after", "cut_after", "cut_before", "error_before", "rate_limited", "delay_after")
METHODS = (
    *("chat.postMessage",) * 4,
    *("chat.update", "conversations.history", "conversations.replies", "api.test", ""),
)
_VALUES = {"rate_limited": 1.0, "delay_after": 0.5}
_STEP = timedelta(seconds=45)
_EARLY = timedelta(minutes=3)
_SETTLES_WITHIN = 300.0
_HOURS = (timedelta(minutes=4), timedelta(hours=2, minutes=20))
"""How long a file is missing: the longer one breaks promises."""


class Chaos:
    """One world, one bot after the other, and everything that happens to them."""

    def __init__(self, on: world.World, *, clients: int, seed: int) -> None:
        self.on = on
        self.shots = shots.Shots(on, random.Random(seed), is_quiet=self._is_quiet)
        self.operator = people.Operator(on)
        self.due = counts.Due()
        self._dice = random.Random(seed)
        self._clients = clients
        self._day = 0
        self._patience: dict[int, int] = {}
        self._absent: dict[int, datetime] = {}
        self._acting = 0

    async def run(self, kills: int, *, told: Callable[[counts.Verdict], None]) -> counts.Verdict:
        """Go on, day after day, until so many kills were survived; stops at the first fault."""
        verdict = counts.Verdict(figures={}, wrong=[])
        async with asyncio.TaskGroup() as group:
            self.shots.up.set()
            tasks = [group.create_task(self.shots.live())]
            await self.on.slack.until(lambda: self.on.slack.control.sockets, timeout=60)
            tasks += [group.create_task(self._pass_time()), group.create_task(self._help())]
            while self.shots.kills.total() < kills and not verdict.wrong:
                await self._one_day(group, most=kills - self.shots.kills.total())
                verdict = counts.judge(self.on, self.due, self.operator.asked)
                verdict.wrong += [*state.undone(self.on), *self.shots.falls]
                told(verdict)
            for task in tasks:
                task.cancel()
        return verdict

    # the world's own course

    async def _pass_time(self) -> None:
        """Move the clock on whenever the bot has nothing to do but wait."""
        while True:
            await asyncio.sleep(0.1)
            # Not while a bot is being sent away: it would see what it is meant to sleep through.
            is_there = self.shots.up.is_set() and self.on.slack.control.sockets
            if is_there and not self._in_flight():
                now = self.on.clock.now()
                at = self._next(now)
                if at is not None and not state.at_work(self.on, now):
                    self.on.clock.move_to(at)
                await self._wake()

    def _next(self, now: datetime) -> datetime | None:
        """When something is to happen; a little later where only read-back waits. Never past the
        next day's beginning: no clock, Slack's least of all, goes back.
        """
        ahead = [*state.ahead(self.on, now), *(at for at in self._absent.values() if at > now)]
        if not ahead and not any(state.undone(self.on)):
            return None
        at = max(min(ahead, default=now), now + _STEP)
        return at if at < self._begins(self._day) else None

    def _begins(self, day: int) -> datetime:
        return self.on.monday + timedelta(days=day) - _EARLY

    def _in_flight(self) -> bool:
        """Whether Slack is answering: no clock may run ahead of a call that is on its way."""
        return any(not call.ms for call in self.on.slack.journal.calls()[-300:])

    async def _wake(self) -> None:
        with contextlib.suppress(errors.ReportopsError, OSError):
            await self.on.wake()

    async def _help(self) -> None:
        """Mend what is over, and press Retry where something has failed."""
        while True:
            await asyncio.sleep(0.2)
            for number in range(self._clients):
                if self.on.broken(number) and self._is_over(number):
                    self.on.mend(number)
            if not any(map(self.on.broken, range(self._clients))):
                for run in state.failed(self.on):
                    await self.operator.retry(run)

    def _is_over(self, number: int) -> bool:
        if number in self._absent:
            is_over = self._absent[number] <= self.on.clock.now()
            if is_over:
                del self._absent[number]
            return is_over
        attempts, status = state.tried(self.on, number)
        return status == "failed" or (status == "queued" and attempts >= self._patience[number])

    # one day

    async def _one_day(self, group: asyncio.TaskGroup, *, most: int) -> None:
        self.shots.today.clear()
        paused, busy, gone, asked = self._dice.sample(range(self._clients), 4)
        fire = self.on.monday + timedelta(days=self._day)
        self.on.clock.move_to(self._begins(self._day))
        if self._dice.random() < 0.7:
            self.shots.aim()
        await self.operator.insist("pause", world.name(paused), "for 9d stock-taking")
        self._break(busy, gone, fire=fire)
        await self._fire(fire, paused=paused)
        self._disturb()
        self._act(group, lambda: self._ask(asked))
        self._act(group, lambda: self._resume(paused))
        for _ in range(min(most, self._dice.randint(4, 9))):
            await self.shots.shoot()
        self.on.disarm()
        self.on.slack.faults.clear()
        await self._settled()

    def _break(self, busy: int, gone: int, *, fire: datetime) -> None:
        self.on.lock(busy)
        self._patience[busy] = self._dice.choice((1, 2, 2, 3))
        self.on.remove(gone)
        self._absent[gone] = (fire + self._dice.choice(_HOURS)).astimezone(UTC)

    async def _fire(self, fire: datetime, *, paused: int) -> None:
        """Reports fall due: before the bot's eyes, or while it is away for a moment or a day."""
        away = self._dice.choice(("", "", "", "a moment", "a day"))
        if away:
            await self.shots.away()
        if away == "a day":
            self._expect(fire, paused=paused, slept=True)
            fire += timedelta(days=1)
        self._expect(fire, paused=paused)
        self.on.clock.move_to(fire)
        self.shots.up.set()
        await self._wake()

    def _expect(self, fire: datetime, *, paused: int, slept: bool = False) -> None:
        day = fire.date().isoformat()
        for number in range(self._clients):
            come = self.due.slept if slept else self.due.wanted
            (self.due.paused if number == paused else come).add((world.name(number), day))
        self._day += 1

    def _disturb(self) -> None:
        for _ in range(self._dice.randint(3, 6)):
            kind = self._dice.choice(UNCLEAR)
            method = self._dice.choice(METHODS)
            self.on.slack.faults.add(kind, method, value=_VALUES.get(kind))

    async def _ask(self, number: int) -> None:
        await asyncio.sleep(self._dice.uniform(0, 4))  # the moment is the point
        await self.operator.command("rerun", world.name(number))

    async def _resume(self, number: int) -> None:
        await asyncio.sleep(self._dice.uniform(1, 4))  # the moment is the point
        await self.operator.insist("resume", world.name(number))

    def _act(self, group: asyncio.TaskGroup, act: Callable[[], Awaitable[None]]) -> None:
        async def counted() -> None:
            try:
                await act()
            finally:
                self._acting -= 1

        self._acting += 1
        group.create_task(counted())

    # the end of a day

    def _is_quiet(self) -> bool:
        is_idle = not self._acting and self.on.slack.control.sockets > 0
        return is_idle and not any(state.undone(self.on))

    async def _settled(self) -> None:
        """Wait for the day's end; where it does not come, the judge sees what is left."""

        def is_over() -> bool:
            if state.stopped(self.on) and not state.accepted(self.on):
                self.operator.check()
            return self._is_quiet()

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SETTLES_WITHIN):
                await world.until(is_over)
