"""Who hears of it when a run moves on: its incident's card, the person who asked, the operators."""

from bot.domain import client, ids, run
from bot.domain.report import Severity
from bot.runs import ports, posting


class Telling:
    """Says a run's news where it belongs. The run's row is written before; nothing hangs on it."""

    def __init__(self, house: ports.Ports, post: posting.Posting) -> None:
        self._house = house
        self._posting = post

    async def moved(self, now: run.Run, *, failure: run.Failure | None = None) -> None:
        """The run has another status, or failed and is tried again."""
        if failure is None:
            await self._house.incidents.changed(now)
        else:
            await self._house.incidents.failed(now, failure)
        if now.status is run.Status.FAILED and failure is not None:
            await self._failed(now, failure)
        elif now.status is run.Status.HELD:
            await self._held(now)
        elif now.status is run.Status.READY:
            await self._served(now)

    async def nothing_changed(self, now: run.Run) -> None:
        """The run found the figures that were sent."""
        await self._house.incidents.changed(now)
        if now.requested_by is not None:
            await self._house.replies.nothing_changed(now)

    async def _failed(self, now: run.Run, failure: run.Failure) -> None:
        if now.requested_by is not None:
            await self._house.replies.failed(now, failure)

    async def _held(self, now: run.Run) -> None:
        if not await self.preview(now, channel=now.reply_channel, user=now.requested_by):
            made = await self._house.runs.outcome(now.id)
            found = made.findings if made else ()
            why = tuple(one.text for one in found if one.severity is Severity.HOLD)
            await self._house.ops.held(now, why=why)

    async def _served(self, now: run.Run) -> None:
        """Ask whose data it is before the client is live, when the first post would wait for it."""
        of = self._house.clients.client(now.client)
        if of is None or of.stage is not client.Stage.INTERNAL:
            return
        made = await self._house.runs.outcome(now.id)
        if await self._posting.serving.doubts(now, made):
            await self._house.ops.served(now)

    async def preview(
        self, held: run.Run, *, channel: ids.ChannelId | None, user: ids.UserId | None
    ) -> bool:
        """Show a person what differs from what was sent; False: nobody to show it, or nothing."""
        if channel is None or user is None or held.hold != posting.CHANGED:
            return False
        change = await self._posting.change(held)
        if change is not None:
            await self._house.replies.changed(change, channel=channel, user=user)
        return change is not None
