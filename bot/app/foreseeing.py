"""Where looking ahead meets Slack and the outbox."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot import clock, store, wire
from bot.app import joints
from bot.domain import client, delivery, foresight, ids, run
from bot.executors import process
from bot.incidents import Places, places
from bot.runs import leaks, orders, ports
from bot.slack import reach, web
from bot.slack.screens import ending


class Opener:
    """Opens a client's sources as a run would, and has it told what their credentials are."""

    def __init__(
        self, executor: process.ProcessExecutor, write: orders.Orders, *, prints: leaks.Prints
    ) -> None:
        self._executor = executor
        self._orders = write
        self._prints = prints

    async def __call__(self, of: client.Client) -> wire.Checked:
        """Raise RunError and RunLost."""
        order = self._orders.check(of)
        return await self._executor.check(replace(order, pepper=await self._prints.pepper()))


class Channels:
    """Whether a client's reports could be posted where they go."""

    def __init__(self, line: web.Web, *, ops_channel: ids.ChannelId | None) -> None:
        self._line = line
        self._ops_channel = ops_channel

    async def fault(self, of: client.Client) -> run.Failure | None:
        """What Slack has against the first of its channels that it would refuse."""
        for channel in dict.fromkeys(self._channels(of)):
            refused = await reach.fault(self._line, channel)
            if refused is not None:
                return joints.failure(run.FailureCode.POST_REFUSED, refused)
        return None

    def _channels(self, of: client.Client) -> Iterator[ids.ChannelId]:
        if of.stage is client.Stage.LIVE:
            for name in of.reports:
                yield places.home(of, name)
        elif self._ops_channel is not None:
            yield self._ops_channel


class Notices:
    """Words to operators about what is to come."""

    def __init__(
        self,
        outbox: store.deliveries.DeliveryStore,
        clients: ports.Clients,
        *,
        where: Places,
        now: clock.Clock,
    ) -> None:
        self._outbox = outbox
        self._clients = clients
        self._places = where
        self._clock = now

    async def ending(self, found: Sequence[foresight.Ending]) -> None:
        """One message for each place; saying the same twice shows one."""
        by_place: dict[ids.ChannelId | None, list[foresight.Ending]] = defaultdict(list)
        for one in found:
            of = self._clients.client(one.standing.client)
            by_place[await self._places.ahead(of)].append(one)
        for channel, some in by_place.items():
            now = self._clock.now()
            wanted = delivery.Delivery(
                key=_key(some),
                kind=delivery.Kind.OPS,
                channel=channel or delivery.NOWHERE,
                bodies=(ending.draw(some, now=now),),
                created_at=now,
            )
            await self._outbox.put(wanted if channel else delivery.unsaid(wanted))


def _key(found: Sequence[foresight.Ending]) -> str:
    lines = sorted(
        f"{one.standing.client} {one.standing.reference} {one.standing.expires_at} "
        f"{one.standing.told}"
        for one in found
    )
    return f"ops:ending:{hashlib.sha256(chr(10).join(lines).encode()).hexdigest()[:12]}"
