import asyncio
import time
from typing import cast

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack import server
from tests import localslack

ACME, PVCP = "C0ACMEREPORT", "C0PVCPREPORT"


async def post(web: localslack.Web, channel: str = ACME) -> str:
    """Post once; returns the error's name, or nothing."""
    try:
        await web.chat_postMessage(channel=channel, text="x")
    except SlackApiError as error:
        told = cast("localslack.Answer", error.response)
        return str(told["error"]) if told.status_code == 200 else str(told.status_code)
    except aiohttp.ClientError as error:
        return type(error).__name__
    return ""


def stored(slack: server.LocalSlack) -> int:
    return len(slack.control.messages(ACME))


async def test_a_429_says_how_long_and_stores_nothing(
    slack: server.LocalSlack, web: localslack.Web
) -> None:
    slack.faults.add("rate_limited", "chat.postMessage", value=7)
    caught = await localslack.refused(web.chat_postMessage(channel=ACME, text="x"))
    assert caught.status_code == 429
    assert caught.headers["Retry-After"] == "7"
    assert caught["error"] == "ratelimited"
    assert (stored(slack), await post(web)) == (0, "")


@pytest.mark.parametrize(
    ("kind", "kept"), [("error_before", 0), ("error_after", 1), ("cut_before", 0), ("cut_after", 1)]
)
async def test_what_went_wrong_before_or_after_the_post_was_stored(
    slack: server.LocalSlack, web: localslack.Web, kind: str, kept: int
) -> None:
    slack.faults.add(kind, "chat.postMessage", channel=ACME)
    assert await post(web)
    assert stored(slack) == kept
    call = slack.control.journal("chat.postMessage")[0]
    assert (call.ok, call.performed, call.fault) == (False, bool(kept), kind)
    assert await post(web) == ""


@pytest.mark.slow
async def test_the_sdks_own_retry_posts_twice(slack: server.LocalSlack) -> None:
    """Why our poster does not use it."""
    slack.faults.add("cut_after", "chat.postMessage")
    shipped = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
    await cast("localslack.Web", shipped).chat_postMessage(channel=ACME, text="x")
    assert stored(slack) == 2


async def test_a_fault_is_for_its_channel_and_its_times(
    slack: server.LocalSlack, web: localslack.Web
) -> None:
    slack.faults.add("refused", "chat.postMessage", channel=PVCP, times=2, value="is_archived")
    assert await post(web) == ""
    assert [await post(web, PVCP) for _ in range(3)] == ["is_archived", "is_archived", ""]
    slack.faults.add("refused", times=None, value="fatal_error")
    assert [await post(web), await post(web)] == ["fatal_error", "fatal_error"]
    slack.faults.clear()
    assert await post(web) == ""


async def test_a_delay_before_or_after(slack: server.LocalSlack, web: localslack.Web) -> None:
    slack.faults.add("delay_after", "chat.postMessage", value=0.05)
    slack.faults.add("error_after", "chat.postMessage")
    began = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        posting = tasks.create_task(post(web))
        await slack.until(lambda: stored(slack))
        assert not posting.done()
    assert time.perf_counter() - began >= 0.05
    assert posting.result()


async def test_apps_connections_open_may_fail(slack: server.LocalSlack) -> None:
    slack.faults.add("refused", "apps.connections.open", value="internal_error")
    web = localslack.web(slack, slack.app_token)
    told = await localslack.refused(web.apps_connections_open(app_token=slack.app_token))
    assert told["error"] == "internal_error"


async def test_slacks_own_pace_may_be_kept() -> None:
    async with localslack.started() as slack:
        slack.workspace.rules.post_seconds = 1
        web = localslack.web(slack)
        assert [await post(web), await post(web)] == ["", "429"]
        assert await post(web, PVCP) == ""


async def test_an_unknown_kind_is_refused(slack: server.LocalSlack) -> None:
    with pytest.raises(ValueError, match="nonsense"):
        slack.faults.add("nonsense")
