"""A start that waits for Slack is known to systemd and told once in the log."""

import socket
from pathlib import Path

import structlog

from bot import clock, settings
from bot.app import arrival
from bot.slack import web
from tests import localslack


async def test_the_log_is_told_once_and_systemd_each_time(tmp_path: Path) -> None:
    address, time = str(tmp_path / "notify"), clock.SystemClock()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(address)
        listening.setblocking(False)
        async with localslack.started() as slack:
            slack.faults.add("rate_limited", "auth.test", times=4, value=0)
            bot = web.connect(token=slack.bot_token, url=slack.api_url, time=time)
            with structlog.testing.capture_logs() as logged:
                line = await arrival.line(bot, bot, supervisor=settings.Supervisor(address=address))
            assert line.identity.bot_user == slack.workspace.bot_user
        heard = [listening.recv(200).decode() for _ in range(4)]
    assert [one["event"] for one in logged if "limited" not in one["event"]] == [
        "waiting_for_slack",
        "slack_is_back",
    ]
    assert heard[::2] == ["EXTEND_TIMEOUT_USEC=180000000"] * 2
    assert all(one.startswith("STATUS=Slack does not answer") for one in heard[1::2])
