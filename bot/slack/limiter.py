"""Who may call Slack when: a budget per method, a pace per channel, one "not before" for all tasks.

Slack counts calls per method, workspace and app, and messages per channel; what it answers to too
many (429 with ``Retry-After``) holds back every task that speaks to the workspace, whoever was
told. Budgets stay a little under Slack's, since calls arrive a little closer together than they are
made. See https://docs.slack.dev/apis/web-api/rate-limits.

A budget is a token bucket kept as one number, the instant at which it would be full again (the
generic cell rate algorithm of ITU-T I.371): a fifth of it may go at once, the rest is spread over
the minute, and in no minute are there more calls than it allows.
"""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Mapping

from bot import clock

SPACING = 1.0
"""Seconds between two messages in one channel, from the answer to one to the call of the next."""
_TIER_2, _TIER_3, _TIER_4 = 18, 45, 90
POSTS = 250
"""Slack: several hundred messages a minute in a workspace."""
_OFTEN = 90
"""For methods whose limit Slack does not number."""

BUDGETS: Mapping[str, int] = {
    "api.test": _OFTEN,
    "apps.connections.open": _TIER_3,
    "auth.test": _OFTEN,
    "chat.getPermalink": _OFTEN,
    "chat.postEphemeral": _TIER_4,
    "chat.postMessage": POSTS,
    "chat.update": _TIER_3,
    "conversations.history": _TIER_3,
    "conversations.info": _TIER_3,
    "conversations.members": _TIER_4,
    "conversations.open": _TIER_3,
    "conversations.replies": _TIER_3,
    "files.completeUploadExternal": _TIER_4,
    "files.getUploadURLExternal": _TIER_4,
    "files.info": _TIER_4,
    "users.conversations": _TIER_3,
    "users.info": _TIER_4,
    "views.open": _TIER_4,
    "views.publish": _TIER_4,
    "views.push": _TIER_4,
    "views.update": _TIER_4,
}
"""Calls a minute; a method that is not here has tier 2's."""
_MINUTE = 60.0
_BURST = 5
"""The part of a budget that may go at once: a fifth."""
_SOON = 0.1
"""Seconds to come back in where others stand in line."""
_CHANNELS = 2_000
"""How many channels are remembered; the longest quiet are forgotten."""


class _Bucket:
    """One method's budget. Instants are monotonic seconds."""

    def __init__(self, budget: int) -> None:
        burst = max(1, budget // _BURST)
        self._apart = _MINUTE / (budget - burst)
        self._ahead = (burst - 1) * self._apart
        self._full_at = 0.0
        self.held_until = 0.0

    def wait(self, now: float) -> float:
        """Return the seconds until the next call may be made."""
        return max(0.0, self._full_at - self._ahead - now, self.held_until - now)

    def take(self, now: float) -> None:
        """Count a call that is made now."""
        self._full_at = max(self._full_at, now) + self._apart


class Limiter:
    """Shared by everything that speaks to one workspace with one token."""

    def __init__(
        self,
        time: clock.Clock,
        *,
        spacing: float = SPACING,
        budgets: Mapping[str, int] = BUDGETS,
    ) -> None:
        self._time = time
        self._spacing = spacing
        self._budgets = budgets
        self._buckets: dict[str, _Bucket] = {}
        self._quiet_until: OrderedDict[str, float] = OrderedDict()
        self._lines: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def wait(self, method: str, channel: str = "") -> float:
        """Return the seconds until the method may be called, in that channel; 0: now."""
        now = self._time.monotonic()
        return max(self._bucket(method).wait(now), self._quiet_until.get(channel, now) - now)

    def take(self, method: str, channel: str = "") -> float:
        """Take a turn: 0. Where there is none, nothing is taken, and the seconds to come back in
        are returned.
        """
        wait = self.wait(method, channel)
        if wait > 0:
            return wait
        self._bucket(method).take(self._time.monotonic())
        if channel:
            self.spoke(channel)
        return 0.0

    async def turn(self, method: str, channel: str = "", *, patience: float) -> float:
        """Stand in line for a turn, first come first served, for so many seconds at most; returns
        as ``take``.
        """
        line = self._lines[method]
        if (wait := self.wait(method, channel)) > patience or (line.locked() and not patience):
            return max(wait, _SOON)
        try:
            async with asyncio.timeout(patience or None), line:
                await self._wait(method, channel)
        except TimeoutError:
            return max(self.wait(method, channel), _SOON)
        return 0.0

    def hold(self, method: str, seconds: float) -> None:
        """Let nobody call the method for so long (429)."""
        bucket = self._bucket(method)
        bucket.held_until = max(bucket.held_until, self._time.monotonic() + seconds)

    def spoke(self, channel: str) -> None:
        """A message went to the channel, or was just answered: the next one keeps its distance."""
        self._quiet_until[channel] = self._time.monotonic() + self._spacing
        self._quiet_until.move_to_end(channel)
        if len(self._quiet_until) > _CHANNELS:
            self._quiet_until.popitem(last=False)

    async def _wait(self, method: str, channel: str) -> None:
        while True:
            if (wait := self.take(method, channel)) == 0:
                return
            await asyncio.sleep(wait)

    def _bucket(self, method: str) -> _Bucket:
        if method not in self._buckets:
            self._buckets[method] = _Bucket(self._budgets.get(method, _TIER_2))
        return self._buckets[method]
