"""The handlers as Slack meets them: the local Slack, a socket, Bolt, the operations, the store."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from slack_bolt.async_app import AsyncApp

import handlers
from bot import clock
from bot.app import bolt, joints
from bot.demo.slack import control, records, server
from bot.domain import delivery, ids
from bot.slack import connection, people, poster, preflight, web, windows
from handlers import desk
from tests import localslack
from tests.operations import house

OPS, ACME, GLOBEX = "C0REPORTOPS", "C0ACMEREPORT", "C0PVCPREPORT"
CLAIRE, TOM, MALIK, GUEST, FOREIGN = "U0CLAIRE", "U0TOM", "U0MALIK", "U0GUEST", "U0FOREIGN"
PACE = connection.Pace(slots=1, grace=0.0, first_wait=0.01)


@dataclass(kw_only=True)
class Front:
    """What a test drives and looks at."""

    slack: server.LocalSlack
    home: house.House
    desk: handlers.Desk
    app: AsyncApp
    web: web.Web

    async def type(
        self, text: str, *, user: str = CLAIRE, channel: str = OPS
    ) -> control.CommandResult:
        """Type after /report, and wait for all that comes of it."""
        result = await self.slack.control.command(
            user=user, channel=channel, text=f"/report {text}".strip()
        )
        await self.desk.drained()
        return result

    async def press(
        self, action: str, *, where: str, user: str = CLAIRE, value: str | None = None
    ) -> control.CommandResult:
        """Press a button, and wait for all that comes of it."""
        result = await self.slack.control.press(user, where, action=action, value=value)
        await self.desk.drained()
        return result

    def told(self, user: str = CLAIRE) -> records.Message:
        """What this person was told privately, last."""
        return self.slack.control.ephemerals(user)[-1]

    def words(self, user: str = CLAIRE) -> str:
        """All its words."""
        shown = self.told(user)
        return f"{shown.text}\n{shown.blocks}"

    async def post(self, body: delivery.Body, channel: str = ACME) -> str:
        """Put a message of ours into a channel; return its ts."""
        answer = await self.web.write(
            "chat.postMessage",
            {"channel": channel, "text": body.text, "blocks": [dict(one) for one in body.blocks]},
        )
        assert answer.ok, answer
        return answer.text("ts")

    async def whisper(self, body: delivery.Body, channel: str = ACME, user: str = CLAIRE) -> str:
        """Show somebody a message of ours that only they see; return its ts."""
        blocks = [dict(one) for one in body.blocks]
        told = {"channel": channel, "user": user, "text": body.text, "blocks": blocks}
        answer = await self.web.write("chat.postEphemeral", told)
        assert answer.ok, answer
        return answer.text("message_ts")


@asynccontextmanager
async def opened(folder: Path) -> AsyncGenerator[Front]:
    """Everything up, connected by one socket."""
    async with (
        localslack.started() as slack,
        house.opened(folder) as home,
        asyncio.TaskGroup() as group,
    ):
        ticking = clock.SystemClock()
        bot = web.connect(token=slack.bot_token, url=slack.api_url, time=ticking)
        app_web = web.connect(token=slack.app_token, url=slack.api_url, time=ticking)
        seen = people.People(bot, team=slack.workspace.team_id, ops_channel=OPS, time=ticking)
        front = handlers.Desk(
            desk.House(
                operations=home.operations,
                people=seen,
                poster=poster.Poster(bot),
                windows=windows.Windows(bot),
                group=group,
                outward=joints.Outward(
                    home.store,
                    home.clients,
                    channel=ids.ChannelId(OPS),
                    now=home.clock,
                ),
                operators=(),
                ops_channel=OPS,
                inbox=home.store.inbox,
                clock=home.clock,
            )
        )
        identity = await preflight.identify(bot, waiting=list[str]().append)
        app = bolt.build(front, bot.sdk, identity=identity)
        sockets = connection.Connection(app_web, bolt.dispatch(app), time=ticking, pace=PACE)
        running = group.create_task(sockets.run())
        await sockets.stands()
        yield Front(slack=slack, home=home, desk=front, app=app, web=bot)
        sockets.close()
        await running
        await front.drained()


def channel(name: str) -> ids.ChannelId:
    """A channel's id."""
    return ids.ChannelId(name)
