"""Who may call Slack when: one message a second per channel, and 429 honoured by every task.

Slack counts per method, workspace and app; a ``Retry-After`` that one task was given holds back
all others too. See https://docs.slack.dev/apis/web-api/rate-limits.
"""

import asyncio
from collections import OrderedDict

from bot import clock

SPACING = 1.0
"""Seconds between two messages in one channel."""
PATIENCE = 3.0
"""Seconds that a message waits here; a posting call may take 15 in all."""
_CHANNELS = 2_000
"""How many channels are remembered; the longest quiet are forgotten."""


class Limiter:
    """Spaces calls; shared by everything that speaks to one workspace."""

    def __init__(self, time: clock.Clock, *, spacing: float = SPACING) -> None:
        self._time = time
        self._spacing = spacing
        self._methods: dict[str, float] = {}
        self._channels: OrderedDict[str, float] = OrderedDict()

    def wait(self, method: str) -> float:
        """Return the seconds until the method may be called again; 0 when now."""
        return max(0.0, self._methods.get(method, 0.0) - self._time.monotonic())

    def hold(self, method: str, seconds: float) -> None:
        """Let nobody call the method for so long (429)."""
        until = self._time.monotonic() + seconds
        self._methods[method] = max(until, self._methods.get(method, 0.0))

    async def turn(self, channel: str) -> float:
        """Wait for the channel's next free second and take it: 0. Where many stand in line
        nothing is taken, and the seconds to come back in are returned.
        """
        now = self._time.monotonic()
        at = max(now, self._channels.get(channel, 0.0))
        if at - now > PATIENCE:
            return at - now
        self._channels[channel] = at + self._spacing
        self._channels.move_to_end(channel)
        if len(self._channels) > _CHANNELS:
            self._channels.popitem(last=False)
        if at > now:
            await asyncio.sleep(at - now)
        return 0.0
