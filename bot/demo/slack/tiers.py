"""Slack's rate limits, counted where calls arrive: per method in any minute, per channel a second.

Slack says neither how it counts nor where "several hundred messages a minute" ends; this counts as
strictly as its words allow. Seconds are the machine's own: an app that is shown a moved clock
still calls in real time. See https://docs.slack.dev/apis/web-api/rate-limits.
"""

import time
from collections import defaultdict, deque
from collections.abc import Mapping

TIER_2, TIER_3, TIER_4 = 20, 50, 100
POST = "chat.postMessage"
LIMITS: Mapping[str, int] = {
    POST: 300,
    **dict.fromkeys(
        (
            *("apps.connections.open", "bots.info", "chat.delete", "chat.update"),
            *("conversations.history", "conversations.info", "conversations.invite"),
            *("conversations.join", "conversations.open", "conversations.replies"),
            *("files.delete", "team.info", "users.conversations", "users.lookupByEmail"),
        ),
        TIER_3,
    ),
    **dict.fromkeys(
        (
            *("api.test", "auth.test", "chat.getPermalink", "chat.postEphemeral"),
            *("conversations.members", "files.completeUploadExternal", "files.info"),
            *("files.getUploadURLExternal", "users.info", "views.open", "views.publish"),
            *("views.push", "views.update"),
        ),
        TIER_4,
    ),
}
"""Calls in any minute; a method that is not here has tier 2's."""
_UNCOUNTED = frozenset({"files.upload", "response_url"})
"""No methods of the Web API."""
_MINUTE = 60.0
_CHANNEL = 1.0


class Tiers:
    """Counts calls, and says which one is too many."""

    def __init__(self) -> None:
        self._calls: defaultdict[str, deque[float]] = defaultdict(deque)
        self._posts: dict[str, float] = {}
        self.exceeded = 0
        """How many calls were too many."""

    def wait(self, method: str, channel: str) -> float:
        """Count a call that just arrived; return the seconds it came too early by, 0 for none."""
        if method in _UNCOUNTED:
            return 0.0
        now = time.monotonic()
        wait = max(self._by_method(method, now), self._by_channel(method, channel, now=now))
        if wait > 0:
            self.exceeded += 1
        return wait

    def _by_method(self, method: str, now: float) -> float:
        calls = self._calls[method]
        while calls and now - calls[0] >= _MINUTE:
            calls.popleft()
        calls.append(now)
        over = len(calls) > LIMITS.get(method, TIER_2)
        return _MINUTE - (now - calls[0]) if over else 0.0

    def _by_channel(self, method: str, channel: str, *, now: float) -> float:
        if method != POST:
            return 0.0
        before = self._posts.get(channel, now - _CHANNEL)
        self._posts[channel] = now
        return max(0.0, _CHANNEL - (now - before))
