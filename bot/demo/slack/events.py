"""Events: sent to one socket, and sent again while nobody acknowledges them."""

import asyncio

from bot.demo.slack import background, core, payloads, shapes, sockets
from bot.demo.slack.shapes import Json


def subscription(at: core.Core, told: Json) -> str:
    """The name an app subscribes to for this event."""
    kind = shapes.text(told, "type")
    if kind != "message":
        return kind
    channel = at.space.channels.get(shapes.text(told, "channel"))
    if channel is None or channel.im_with:
        return "message.im"
    return "message.groups" if channel.private else "message.channels"


class Events:
    """Delivers events at least once, as far as three repeats go."""

    def __init__(self, at: core.Core, hub: sockets.Hub) -> None:
        self._at = at
        self._hub = hub
        self._tasks: background.Background | None = None

    def start(self, tasks: background.Background) -> None:
        """Where repeats happen."""
        self._tasks = tasks

    def emit(self, told: Json) -> None:
        """Send an event in the background, if the app is subscribed to it."""
        if self._tasks is not None and subscription(self._at, told) in self._at.app.events:
            self._tasks.spawn(self._whole(payloads.event(self._at, told)))

    async def announce(self, told: Json) -> sockets.Outcome:
        """Send an event and return how its first delivery went; repeats go on behind."""
        if subscription(self._at, told) not in self._at.app.events:
            return sockets.Outcome(acked=False, error="not_subscribed")
        payload = payloads.event(self._at, told)
        outcome = await self._once(payload, 0)
        if not outcome.acked and self._tasks is not None:
            self._tasks.spawn(self._again(payload))
        return outcome

    async def _whole(self, payload: Json) -> None:
        if not (await self._once(payload, 0)).acked:
            await self._again(payload)

    async def _again(self, payload: Json) -> None:
        for attempt, seconds in enumerate(self._at.space.rules.retry_seconds, 1):
            await asyncio.sleep(seconds)
            if (await self._once(payload, attempt)).acked:
                return

    async def _once(self, payload: Json, attempt: int) -> sockets.Outcome:
        what = shapes.text(shapes.obj(payload.get("event")), "type")
        return await self._hub.send(
            "events_api", payload, what=what, attempt=attempt, accepts=False
        )
