"""The sockets' supervisor: what it waits for, what it notices, whom it takes for another bot."""

import asyncio
from dataclasses import replace

import pytest
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from bot import clock
from bot.demo.slack import server
from bot.slack import census, connection, envelopes, web
from tests.slack.test_connection import PACE, Answering, running, sockets

QUICK = census.Rules(lingers=0.2, sure=0.3, easy=60.0, doubtful=0.05, known=0.1)
HALF_OPEN = 6.0
"""Seconds within which a half-open socket is replaced."""


def _tickets(slack: server.LocalSlack) -> int:
    return len(slack.control.journal("apps.connections.open"))


@pytest.mark.slow
async def test_slacks_wait_is_longer_than_any_of_ours_and_is_kept(
    slack: server.LocalSlack, app_web: web.Web
) -> None:
    slack.faults.add("rate_limited", "apps.connections.open", value=2)
    hasty = replace(PACE, hello=0.3, longest_wait=0.05, refused_wait=0.05)
    began = asyncio.get_running_loop().time()
    async with running(app_web, Answering(), pace=hasty) as line:
        await slack.until(lambda: line.state.error == web.RATE_LIMITED or None)
        assert not line.state.refused
        await line.stands(2)
    assert asyncio.get_running_loop().time() - began >= 2.0
    assert _tickets(slack) == 3  # the refused one, and one a slot


async def test_the_eleventh_socket_waits_and_closes_its_old_one_first(
    slack: server.LocalSlack, app_web: web.Web
) -> None:
    slack.workspace.rules.max_sockets = 2
    patient = replace(PACE, crowded_wait=0.4)
    async with running(app_web, Answering(), pace=patient) as line:
        await line.stands(2)
        opened = _tickets(slack)
        await slack.control.disconnect("warning", seconds=60, most=1)
        await slack.until(lambda: line.state.error == connection.CROWDED or None)
        assert not line.state.refused
        await sockets(slack, 1)
        assert line.state.connected
        assert _tickets(slack) == opened + 1  # nothing more while it waits
        await sockets(slack, 2)
        await line.stands(2)
        assert line.state.error == ""


async def test_socket_mode_turned_off_needs_a_person(
    slack: server.LocalSlack, app_web: web.Web
) -> None:
    async with running(app_web, Answering(), pace=replace(PACE, refused_wait=0.3)) as line:
        await line.stands(2)
        await slack.control.disconnect(connection.DISABLED, seconds=0)
        await slack.until(lambda: line.state.refused or None)
        assert line.state.error == connection.DISABLED
        await line.stands(2)
        assert not line.state.refused


async def test_silence_is_counted_from_when_the_last_socket_went(
    slack: server.LocalSlack, app_web: web.Web
) -> None:
    async with running(app_web, Answering()) as line:
        assert line.silence > 0.0
        await line.stands(2)
        assert line.silence == 0.0
        refused = slack.faults.add("refused_upgrade", times=None)
        await slack.control.disconnect("warning", seconds=0)
        await slack.until(lambda: not line.state.connected or None)
        assert line.silence > 0.0
        slack.faults.withdraw(refused)
        await line.stands()
        assert line.silence == 0.0


async def test_an_answer_whose_socket_is_gone_leaves_on_the_other(
    slack: server.LocalSlack, app_web: web.Web
) -> None:
    answering = Answering()
    answering.go.clear()
    async with running(app_web, answering) as line:
        await sockets(slack, 2)
        async with asyncio.TaskGroup() as group:
            asked = group.create_task(
                slack.control.command(user="U0CLAIRE", channel="C0REPORTOPS", text="/report")
            )
            await answering.came.wait()
            (envelope,) = slack.control.envelopes("slash_commands")
            await slack.control.disconnect("refresh_requested", seconds=0)
            await slack.until(
                lambda: (
                    any(
                        one.what == "socket_closed" and one.facts["socket"] == envelope.socket
                        for one in slack.journal.acts()
                    )
                    or None
                )
            )
            await sockets(slack, 2)
            await line.stands(2)
            answering.go.set()
        assert asked.result().acked
        assert envelope.ack_socket != envelope.socket


@pytest.mark.slow
async def test_a_half_open_socket_is_replaced_within_seconds_at_the_products_own_pace(
    slack: server.LocalSlack, app_web: web.Web
) -> None:
    async with running(app_web, Answering(), pace=connection.Pace()) as line:
        await line.stands(2)
        opened = _tickets(slack)
        began = asyncio.get_running_loop().time()
        slack.control.half_open(known=True)
        await slack.until(lambda: slack.control.sockets == 2 or None, timeout=10)
        took = asyncio.get_running_loop().time() - began
    assert _tickets(slack) >= opened + 2
    assert took < HALF_OPEN


async def test_an_envelope_that_was_not_accepted_is_tried_again() -> None:
    given: list[SocketModeResponse | None] = [None, SocketModeResponse(envelope_id="e1")]

    async def full_then_free(_request: SocketModeRequest) -> SocketModeResponse | None:
        return given.pop(0)

    book = envelopes.Envelopes(full_then_free)
    request = SocketModeRequest(type="slash_commands", envelope_id="e1", payload={})
    assert await book.answer(request) is None
    assert await book.answer(request) is not None
    assert await book.answer(request) is not None  # the answer it got, not a third try
    assert not given


async def test_an_old_socket_is_renewed_and_brings_commands_all_the_while(
    slack: server.LocalSlack, app_web: web.Web
) -> None:
    restless = replace(PACE, counting=replace(QUICK, easy=0.15))
    answering = Answering()
    async with running(app_web, answering, pace=restless) as line:
        await line.stands(2)
        opened = _tickets(slack)
        for _ in range(20):
            done = await slack.control.command(
                user="U0CLAIRE", channel="C0REPORTOPS", text="/report"
            )
            assert done.acked
            await asyncio.sleep(0.02)
        assert _tickets(slack) > opened
    assert len(answering.seen) == 20


async def test_another_bot_on_the_same_app_is_noticed_and_forgotten_when_it_goes(
    slack: server.LocalSlack, app_web: web.Web
) -> None:
    other_web = web.connect(token=slack.app_token, url=slack.api_url, time=clock.SystemClock())
    counting = replace(PACE, counting=replace(QUICK, easy=0.2))
    async with running(app_web, Answering(), pace=counting) as line:
        await sockets(slack, 2)
        async with running(other_web, Answering()):
            await slack.until(lambda: line.state.others or None)
        await slack.until(lambda: line.state.alone or None)
        assert line.state.others == 0


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_refreshes_of_ones_own_are_no_other_bot(
    slack: server.LocalSlack, app_web: web.Web, reason: str
) -> None:
    counting = replace(PACE, counting=replace(QUICK, lingers=5.0, sure=0.0))
    async with running(app_web, Answering(), pace=counting) as line:
        for _ in range(5):
            await sockets(slack, 2)
            await slack.control.disconnect(reason, seconds=0.1)
            await line.stands(2)
            assert line.state.others == 0
