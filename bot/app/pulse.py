"""What the bot tells of itself by itself: to systemd, and to a monitor outside."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from pydantic import SecretStr

from bot import settings
from bot.app import heartbeat, systemd
from bot.operations import answers

EVERY = timedelta(minutes=1)
"""Between two signs of life; monitors count on it."""
_LONGEST = timedelta(seconds=15)
"""Between two looks for systemd's sake, where it has no watchdog."""
Health = Callable[[], Awaitable[answers.Health]]


class Pulse:
    """Tells how the bot does until its tasks are cancelled."""

    def __init__(self, health: Health, *, supervisor: settings.Supervisor) -> None:
        self._health = health
        self._supervisor = supervisor
        self._systemd = systemd.Notifier(supervisor)

    async def to_systemd(self) -> None:
        """Feed the watchdog twice in its span, for as long as the bot goes on."""
        if not self._supervisor.address:
            return
        self._systemd.ready()
        wait = min((self._supervisor.watchdog or _LONGEST * 2) / 2, _LONGEST)
        while True:
            found = await self._health()
            if not found.stuck:
                self._systemd.alive()
            self._systemd.status(found.problems[0] if found.problems else "Healthy.")
            await asyncio.sleep(wait.total_seconds())

    async def to_monitor(self, url: SecretStr | None, *, every: timedelta = EVERY) -> None:
        """Say that all is well, or what is not; that it begins, once."""
        if url is None:
            return
        async with heartbeat.session(url) as session:
            beat = heartbeat.Heartbeat(url, session)
            await beat.say(heartbeat.Sign.START)
            while True:
                found = await self._health()
                if found.ok:
                    await beat.say(heartbeat.Sign.WELL)
                elif not found.starting:
                    await beat.say(heartbeat.Sign.FAIL, "\n".join(found.problems))
                await asyncio.sleep((_SOON if found.starting else every).total_seconds())

    def stopping(self) -> None:
        """The bot is on its way out."""
        self._systemd.stopping()


_SOON = timedelta(seconds=5)
"""Between two looks while the bot starts."""
