"""Modals, opened within their trigger's three seconds and changed after."""

import asyncio
from typing import cast

from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from bot import clock
from bot.demo.slack import server
from bot.slack import connection, poster, web
from bot.slack.screens import pause
from tests import samples


async def test_a_modal_opens_and_changes_for_the_one_who_asked(
    slack: server.LocalSlack, app_web: web.Web, speaking: poster.Poster
) -> None:
    opened: list[str | None] = []

    async def answer(request: SocketModeRequest) -> SocketModeResponse:
        payload = cast("dict[str, str]", vars(request)["payload"])
        opened.append(await speaking.open_view(payload["trigger_id"], pause.loading()))
        return SocketModeResponse(envelope_id=request.envelope_id)

    line = connection.Connection(app_web, answer, time=clock.SystemClock())
    async with asyncio.TaskGroup() as group:
        group.create_task(line.run())
        await line.stands()
        await slack.control.command(user="U0TOM", channel="C0REPORTOPS", text="/report pause")
        assert opened[0] is not None
        view = pause.modal(samples.ACME, name="Acme")
        assert await speaking.update_view(opened[0], view)
        assert len(slack.control.views("U0TOM")) == 1
        line.close()


async def test_a_trigger_that_slack_does_not_know_opens_no_modal(speaking: poster.Poster) -> None:
    view = pause.modal(samples.ACME, name="Acme")
    assert await speaking.open_view("1.2.none", view) is None
    assert not await speaking.update_view("V0NONE", view)
