"""What happens in channels: whoever may read one is looked at again before the next post."""

import structlog

from bot.domain import ids
from handlers import desk, payload, windows

_log = structlog.get_logger(__name__)

PEOPLE = (
    *("member_joined_channel", "member_left_channel", "channel_shared", "channel_unshared"),
    *("channel_archive", "channel_unarchive", "group_archive", "group_unarchive"),
)
"""After these a channel's readers may be others."""
RENUMBERED = "channel_id_changed"


class Events:
    """What Slack tells without being asked. Events are acknowledged by Bolt itself."""

    def __init__(self, desk: desk.Desk, homes: windows.Homes) -> None:
        self._desk = desk
        self._homes = homes

    async def people(self, event: payload.Body) -> None:
        """Somebody joined or left, or the channel was shared, unshared or archived."""
        channel = payload.text(event, "channel")
        if channel:
            self._desk.channel_changed(channel)
        if channel and channel == self._desk.ops_channel:
            self._desk.begin(self._homes.judged(ids.UserId(payload.text(event, "user"))))

    async def renumbered(self, event: payload.Body) -> None:
        """Sharing gave a channel another id; client.yaml names the old one."""
        old = payload.text(event, "old_channel_id")
        new = payload.text(event, "new_channel_id")
        if old and new:
            _log.warning("channel_id_changed", old=old, new=new)
            await self._desk.renumbered(old, new)

    async def other(self) -> None:
        """An event that nobody here waits for."""
