import asyncio
from typing import cast

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.demo.slack import server, workspace
from tests import localslack

ACME = "C0ACMEREPORT"


class Wire:
    """A bare Socket Mode client."""

    def __init__(self, session: aiohttp.ClientSession, slack: server.LocalSlack) -> None:
        self._session = session
        self._slack = slack

    async def url(self) -> str:
        head = {"Authorization": f"Bearer {self._slack.app_token}"}
        address = f"{self._slack.api_url}apps.connections.open"
        async with self._session.post(address, headers=head) as answer:
            return str((await answer.json())["url"])

    async def open(self) -> aiohttp.ClientWebSocketResponse:
        return await self._session.ws_connect(await self.url())


async def test_hello_counts_connections_and_a_ticket_is_good_once(
    slack: server.LocalSlack,
) -> None:
    async with aiohttp.ClientSession() as session:
        client = Wire(session, slack)
        url = await client.url()
        first = await session.ws_connect(url)
        second = await client.open()
        hello = [await one.receive_json() for one in (first, second)]
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await session.ws_connect(url)
        await first.close()
        await second.close()
    assert caught.value.status == 408
    assert [one["num_connections"] for one in hello] == [1, 2]
    assert hello[0]["type"] == "hello"
    assert hello[0]["debug_info"]["approximate_connection_time"] > 0


async def test_the_eleventh_socket_is_sent_away(slack: server.LocalSlack) -> None:
    async with aiohttp.ClientSession() as session:
        client = Wire(session, slack)
        held = [await client.open() for _ in range(10)]
        await slack.until(lambda: slack.control.sockets == 10)
        extra = await client.open()
        told = await extra.receive_json()
        for one in (*held, extra):
            await one.close()
    assert (told["type"], told["reason"]) == ("disconnect", "too_many_websockets")


async def test_each_envelope_goes_to_one_socket(slack: server.LocalSlack) -> None:
    async with aiohttp.ClientSession() as session:
        sockets = [await Wire(session, slack).open() for _ in range(2)]
        await slack.until(lambda: slack.control.sockets == 2)
        for one in sockets:
            await one.receive_json()
        async with asyncio.TaskGroup() as tasks:
            for index in range(4):
                work = slack.control.command(user="U0TOM", channel=ACME, text=f"/report {index}")
                tasks.create_task(work)
            for _ in range(2):
                for one in sockets:
                    frame = await one.receive_json()
                    await one.send_json({"envelope_id": frame["envelope_id"]})
        for one in sockets:
            await one.close()
    sent = slack.control.envelopes("slash_commands")
    assert sorted(one.socket for one in sent) == [1, 1, 2, 2]
    assert all(one.acked and one.acks == 1 for one in sent)


async def test_without_a_socket_a_person_is_told_at_once(slack: server.LocalSlack) -> None:
    told = await slack.control.command(user="U0TOM", channel=ACME, text="/report")
    assert (told.acked, told.error) == (False, "dispatch_failed")


async def test_an_act_that_nobody_acknowledges_is_not_repeated(
    slack: server.LocalSlack, app: AsyncApp
) -> None:
    slack.workspace.rules.ack_seconds = 0.05
    told = await slack.control.command(user="U0TOM", channel=ACME, text="/report")
    assert (told.acked, told.error) == (False, "operation_timeout")
    assert len(slack.control.envelopes()) == 1


async def test_a_late_ack_is_written_down(slack: server.LocalSlack, app: AsyncApp) -> None:
    slack.workspace.rules.ack_seconds = 0.02

    @localslack.listening(app).command("/report")
    async def slow(ack: localslack.Ack) -> None:  # pyright: ignore[reportUnusedFunction]
        await slack.until(lambda: any(one.kind == "unacked" for one in slack.changes.since(0)))
        await ack("too late")

    result = await slack.control.command(user="U0TOM", channel=ACME, text="/report")
    await slack.until(lambda: slack.control.envelopes()[0].late)
    assert result.error == "operation_timeout"
    assert not slack.control.ephemerals("U0TOM")


async def test_events_are_sent_again_until_acknowledged(
    slack: server.LocalSlack, app: AsyncApp
) -> None:
    slack.workspace.rules.ack_seconds = 0.05
    slack.workspace.rules.retry_seconds = (0.0, 0.0, 0.0)
    seen: list[tuple[str, str, str]] = []

    @localslack.listening(app).event("app_home_opened")
    async def opened(  # pyright: ignore[reportUnusedFunction]
        body: dict[str, str], request: AsyncBoltRequest
    ) -> None:
        headers = cast("dict[str, list[str]]", request.headers)
        attempt = headers.get("x-slack-retry-num", ["0"])[0]
        seen.append((body["event_id"], attempt, headers.get("x-slack-retry-reason", [""])[0]))

    slack.faults.add("swallowed_ack", times=2)
    first = await slack.control.open_home("U0TOM")
    await slack.until(lambda: any(one.acked for one in slack.control.envelopes("events_api")))
    assert first.acked is False
    assert [attempt for _, attempt, _ in seen] == ["0", "1", "2"]
    assert len({name for name, _, _ in seen}) == 1
    assert seen[1][2] == "timeout"


async def test_an_event_may_come_twice(slack: server.LocalSlack, app: AsyncApp) -> None:
    seen: list[str] = []

    @localslack.listening(app).event("app_home_opened")
    async def opened(body: dict[str, str]) -> None:  # pyright: ignore[reportUnusedFunction]
        seen.append(body["event_id"])

    slack.faults.add("repeated")
    assert (await slack.control.open_home("U0TOM")).acked
    await slack.until(lambda: len(seen) == 2)
    assert len(set(seen)) == 1


async def test_events_without_subscription_are_not_sent(
    slack: server.LocalSlack, app: AsyncApp
) -> None:
    await slack.control.say("U0TOM", ACME, text="hello all")
    assert not slack.control.envelopes()
    slack.app.events |= {"message.channels"}
    slack.workspace.rules.ack_seconds = 0.02
    slack.workspace.rules.retry_seconds = ()
    await slack.control.say("U0TOM", ACME, text="hello all")
    assert [one.what for one in slack.control.envelopes()] == ["message"]


async def test_a_refresh_makes_bolt_come_back(slack: server.LocalSlack, app: AsyncApp) -> None:
    @localslack.listening(app).command("/report")
    async def report(ack: localslack.Ack) -> None:  # pyright: ignore[reportUnusedFunction]
        await ack()

    assert await slack.control.disconnect("refresh_requested", seconds=0.01) == 1
    await slack.until(lambda: slack.control.sockets == 1)
    assert (await slack.control.command(user="U0TOM", channel=ACME, text="/report")).acked
    assert len(slack.control.journal("apps.connections.open")) == 2


async def test_a_socket_whose_process_has_just_died_keeps_no_other_from_hearing(
    slack: server.LocalSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: object) -> None:
        raise aiohttp.ClientConnectionResetError

    async with aiohttp.ClientSession() as session:
        await Wire(session, slack).open()
        await slack.until(lambda: slack.control.sockets == 1)
        with monkeypatch.context() as patched:
            patched.setattr(web.WebSocketResponse, "send_str", lost)
            assert await slack.control.disconnect("warning", seconds=0.01) == 1
        await slack.until(lambda: slack.control.sockets == 0)


async def test_a_warning_leaves_the_socket_in_use_until_it_closes(
    slack: server.LocalSlack,
) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await Wire(session, slack).open()
        await slack.until(lambda: slack.control.sockets == 1)
        await slack.control.disconnect("warning", seconds=0.05)
        frames = [await socket.receive_json() for _ in range(2)]
        assert slack.control.sockets == 1
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
        await socket.close()
    assert frames[1]["reason"] == "warning"


async def test_pings_are_answered_until_the_line_is_half_open(slack: server.LocalSlack) -> None:
    async with aiohttp.ClientSession() as session:
        client = Wire(session, slack)
        socket = await session.ws_connect(await client.url(), autoping=False)
        await socket.receive_json()
        await socket.ping(b"one")
        assert (await socket.receive()).type is aiohttp.WSMsgType.PONG
        assert slack.control.half_open() == 1
        await socket.ping(b"two")
        with pytest.raises(TimeoutError):
            await socket.receive(timeout=0.05)
        slack.workspace.rules.ack_seconds = 0.02
        told = await slack.control.command(user="U0TOM", channel=ACME, text="/report")
    assert told.error == "operation_timeout"


async def test_an_upgrade_may_be_refused_and_costs_the_ticket(slack: server.LocalSlack) -> None:
    async with aiohttp.ClientSession() as session:
        slack.faults.add("refused_upgrade", value=503)
        url = await Wire(session, slack).url()
        statuses: list[int] = []
        for _ in range(2):
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                await session.ws_connect(url)
            statuses.append(caught.value.status)
    assert statuses == [503, 408]


async def test_slack_pings_too(slack: server.LocalSlack) -> None:
    slack.workspace.rules.ping_seconds = 0.01
    async with aiohttp.ClientSession() as session:
        socket = await session.ws_connect(await Wire(session, slack).url(), autoping=False)
        await socket.receive_json()
        assert (await socket.receive()).type is aiohttp.WSMsgType.PING
        await socket.close()


async def test_the_workspace_outlives_the_server() -> None:
    space = workspace.sample_workspace()
    async with localslack.started(space=space) as first:
        ts = (await localslack.web(first).chat_postMessage(channel=ACME, text="kept"))["ts"]
    async with localslack.started(space=space) as second:
        found = await localslack.web(second).conversations_history(channel=ACME)
        assert second.bot_token != first.bot_token
    assert [one["ts"] for one in found["messages"]] == [ts]
