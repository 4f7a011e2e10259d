"""The sockets, against everything that Slack does to them."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from bot import clock
from bot.demo.slack import server
from bot.slack import connection, envelopes, web

PACE = connection.Pace(
    hello=1.0,
    ping=0.2,
    grace=0.3,
    leave=0.3,
    first_wait=0.02,
    longest_wait=0.1,
    refused_wait=0.05,
    settled=0.0,
    crowded_wait=0.05,
)


class Answering:
    """A handler: counts, and answers when it is let."""

    def __init__(self) -> None:
        self.seen: list[SocketModeRequest] = []
        self.go = asyncio.Event()
        self.go.set()
        self.came = asyncio.Event()

    async def __call__(self, request: SocketModeRequest) -> SocketModeResponse | None:
        """Answer one request."""
        self.seen.append(request)
        self.came.set()
        await self.go.wait()
        return SocketModeResponse(envelope_id=request.envelope_id, payload={"text": "done"})


@asynccontextmanager
async def running(
    app_web: web.Web, answering: envelopes.Dispatch, *, pace: connection.Pace = PACE
) -> AsyncGenerator[connection.Connection]:
    """Keep a connection open around a test, and close it in order."""
    line = connection.Connection(app_web, answering, time=clock.SystemClock(), pace=pace)
    async with asyncio.TaskGroup() as group:
        group.create_task(line.run())
        try:
            yield line
        finally:
            line.close()


async def sockets(slack: server.LocalSlack, count: int) -> None:
    """Wait until Slack has so many sockets that take envelopes."""
    await slack.until(lambda: slack.control.sockets == count or None)


async def test_two_sockets_stand_and_bring_commands(
    slack: server.LocalSlack, app_web: web.Web
) -> None:
    answering = Answering()
    async with running(app_web, answering) as line:
        await line.stands()
        await sockets(slack, 2)
        outcome = await slack.control.command(
            user="U0CLAIRE", channel="C0REPORTOPS", text="/report help"
        )
        assert outcome.acked
        assert outcome.response == {"text": "done"}
        assert line.state.connected
        assert line.state.num_connections in {1, 2}
    assert line.state.sockets == 0
    assert not line.state.connected
    assert [one.type for one in answering.seen] == ["slash_commands"]


async def test_a_refresh_opens_the_next_socket_before_the_last_one_goes(
    slack: server.LocalSlack, app_web: web.Web
) -> None:
    async with running(app_web, Answering()):
        await sockets(slack, 2)
        await slack.control.disconnect("refresh_requested", seconds=5)
        await sockets(slack, 2)
        assert (
            await slack.control.command(user="U0CLAIRE", channel="C0REPORTOPS", text="/report")
        ).acked


async def test_the_old_socket_serves_until_a_new_one_stands(
    slack: server.LocalSlack, app_web: web.Web
) -> None:
    async with running(app_web, Answering()) as line:
        await line.stands(2)
        slack.faults.add("refused_upgrade", times=8)
        opened = len(slack.control.journal("apps.connections.open"))
        await slack.control.disconnect("warning", seconds=5)
        await slack.until(
            lambda: len(slack.control.journal("apps.connections.open")) >= opened + 4 or None
        )
        assert line.state.sockets == 2
        assert await _command(slack)


async def test_the_old_socket_goes_once_its_grace_is_over(
    slack: server.LocalSlack, app_web: web.Web
) -> None:
    async with running(app_web, Answering()) as line:
        await line.stands(2)
        await slack.control.disconnect("warning", seconds=60)
        await sockets(slack, 4)
        await sockets(slack, 2)


async def test_no_command_is_lost_over_refreshes(
    slack: server.LocalSlack, app_web: web.Web
) -> None:
    answering = Answering()
    async with running(app_web, answering):
        await sockets(slack, 2)
        for _ in range(3):
            async with asyncio.TaskGroup() as group:
                group.create_task(slack.control.disconnect("warning", seconds=5))
                asked = [group.create_task(_command(slack)) for _ in range(10)]
            assert all(task.result() for task in asked)
            await sockets(slack, 2)
    assert len(answering.seen) == 30


async def _command(slack: server.LocalSlack) -> bool:
    await slack.until(lambda: slack.control.sockets > 0 or None)
    outcome = await slack.control.command(user="U0CLAIRE", channel="C0REPORTOPS", text="/report")
    return outcome.acked


async def test_an_answer_leaves_on_the_socket_its_question_came_by(
    slack: server.LocalSlack, app_web: web.Web
) -> None:
    answering = Answering()
    answering.go.clear()
    async with running(app_web, answering):
        await sockets(slack, 2)
        async with asyncio.TaskGroup() as group:
            asked = group.create_task(_command(slack))
            await answering.came.wait()
            await slack.control.disconnect("warning", seconds=5)
            await sockets(slack, 2)
            answering.go.set()
        assert asked.result()
        (envelope,) = slack.control.envelopes("slash_commands")
        assert envelope.ack_socket == envelope.socket


@pytest.mark.parametrize("status", [408, 503])
async def test_a_refused_upgrade_takes_a_new_ticket(
    slack: server.LocalSlack, app_web: web.Web, status: int
) -> None:
    slack.faults.add("refused_upgrade", value=status, times=2)
    async with running(app_web, Answering()):
        await sockets(slack, 2)
    assert len(slack.control.journal("apps.connections.open")) >= 4


async def test_a_half_open_socket_is_noticed_and_replaced(
    slack: server.LocalSlack, app_web: web.Web
) -> None:
    async with running(app_web, Answering(), pace=replace(PACE, settled=60.0)) as line:
        await line.stands(2)
        opened = len(slack.control.journal("apps.connections.open"))
        slack.control.half_open()
        await slack.until(
            lambda: len(slack.control.journal("apps.connections.open")) >= opened + 2 or None
        )
        await line.stands(2)
        assert line.state.connected


async def test_a_repeated_envelope_is_handled_once_and_acknowledged_each_time(
    slack: server.LocalSlack, app_web: web.Web
) -> None:
    slack.faults.add("repeated")
    answering = Answering()
    async with running(app_web, answering, pace=replace(PACE, slots=1)):
        await sockets(slack, 1)
        assert await _command(slack)
        assert await _command(slack)  # on the same socket, so behind the second copy's answer
        first, _ = slack.control.envelopes("slash_commands")
        assert first.acks == 2
    assert len(answering.seen) == 2


async def test_what_nobody_handles_is_left_unacknowledged(
    slack: server.LocalSlack, app_web: web.Web
) -> None:
    slack.workspace.rules.ack_seconds = 0.1

    async def deaf(_request: SocketModeRequest) -> SocketModeResponse | None:
        return None

    async with running(app_web, deaf):
        await sockets(slack, 2)
        assert not await _command(slack)


@pytest.mark.slow
async def test_a_rate_limited_ticket_waits_as_slack_says(
    slack: server.LocalSlack, app_web: web.Web
) -> None:
    slack.faults.add("rate_limited", "apps.connections.open", value=0)
    async with running(app_web, Answering()):
        await sockets(slack, 2)


async def test_a_refused_token_is_told_to_health_and_tried_slowly(
    slack: server.LocalSlack, app_web: web.Web
) -> None:
    slack.faults.add("refused", "apps.connections.open", value="invalid_auth", times=2)
    async with running(app_web, Answering()) as line:
        await slack.until(lambda: line.state.error == "invalid_auth" or None)
        assert not line.state.connected
        await line.stands(2)
        assert line.state.error == ""


async def test_too_many_sockets_are_closed_before_a_new_one_is_tried(
    slack: server.LocalSlack, app_web: web.Web
) -> None:
    slack.workspace.rules.max_sockets = 1
    async with running(app_web, Answering()) as line:
        await line.stands()
        assert line.state.sockets == 1
        assert await _command(slack)


@pytest.mark.parametrize("reason", ["link_disabled", "too_many_websockets"])
async def test_a_socket_that_slack_forbids_is_left_and_tried_again(
    slack: server.LocalSlack, app_web: web.Web, reason: str
) -> None:
    async with running(app_web, Answering()) as line:
        await sockets(slack, 2)
        await slack.control.disconnect(reason, seconds=0)
        await slack.until(lambda: line.state.error == reason or None)
        await sockets(slack, 2)


async def test_a_silent_socket_is_given_up(slack: server.LocalSlack, app_web: web.Web) -> None:
    """Half-open from its birth, it still says hello here; so the hello is what is cut short."""
    hasty = replace(PACE, hello=0.0)
    async with running(app_web, Answering(), pace=hasty) as line:
        await slack.until(lambda: line.state.error == "no_hello" or None)
        assert not line.state.connected


async def test_closing_waits_for_answers_and_not_for_ever(
    slack: server.LocalSlack, app_web: web.Web
) -> None:
    answering = Answering()
    answering.go.clear()
    async with running(app_web, answering) as line:
        await sockets(slack, 2)
        async with asyncio.TaskGroup() as group:
            asked = group.create_task(_command(slack))
            await answering.came.wait()
            line.close()
            answering.go.set()
        assert asked.result()


async def test_closing_gives_up_an_answer_that_never_comes(
    slack: server.LocalSlack, app_web: web.Web
) -> None:
    answering = Answering()
    answering.go.clear()
    slack.workspace.rules.ack_seconds = 0.05
    async with running(app_web, answering, pace=replace(PACE, grace=0.1)) as line:
        await sockets(slack, 2)
        assert not await _command(slack)
    assert line.state.sockets == 0


async def test_a_socket_that_closes_at_once_is_not_reopened_in_a_rush(
    slack: server.LocalSlack, app_web: web.Web
) -> None:
    pace = replace(PACE, slots=1, settled=60.0, first_wait=0.05, longest_wait=0.05)
    async with running(app_web, Answering(), pace=pace) as line:
        for _ in range(3):
            await line.stands()
            await slack.control.disconnect("warning", seconds=0)
            await slack.until(lambda: slack.control.sockets == 0 or None)
        await sockets(slack, 1)


async def test_old_envelopes_are_forgotten() -> None:
    answering = Answering()
    book = envelopes.Envelopes(answering)
    for number in range(2_001):
        await book.answer(
            SocketModeRequest(type="events_api", envelope_id=f"e{number}", payload={})
        )
    await book.answer(SocketModeRequest(type="events_api", envelope_id="e0", payload={}))
    assert len(answering.seen) == 2_002


async def test_envelopes_are_idle_until_asked() -> None:
    answering = Answering()
    book = envelopes.Envelopes(answering)
    await book.idle()
    request = SocketModeRequest(type="events_api", envelope_id="e1", payload={})
    first, second = await _both(book.answer, request)
    assert first is second
    assert len(answering.seen) == 1


async def _both(
    answer: Callable[[SocketModeRequest], Awaitable[SocketModeResponse | None]],
    request: SocketModeRequest,
) -> tuple[SocketModeResponse | None, SocketModeResponse | None]:
    return await answer(request), await answer(request)
