"""Who the bot is and what it may do, asked until Slack answers."""

import asyncio

import pytest

from bot import clock, errors
from bot.demo.slack import server, workspace
from bot.slack import preflight, web

QUICK = preflight.Patience(first=0.01, longest=0.02)


async def _identify(bot: web.Web, heard: list[str] | None = None) -> preflight.Identity:
    told = list[str]() if heard is None else heard
    async with asyncio.timeout(5):
        return await preflight.identify(bot, waiting=told.append, patience=QUICK)


async def test_it_says_who_we_are(slack: server.LocalSlack, bot_web: web.Web) -> None:
    heard: list[str] = []
    found = await _identify(bot_web, heard)
    assert found.team == slack.workspace.team_id
    assert found.bot_user == slack.workspace.bot_user
    assert found.warnings == ()
    assert heard == []


async def test_it_names_the_missing_scopes() -> None:
    space = workspace.sample_workspace()
    some = server.DEFAULT_SCOPES - {"chat:write", "files:write"}
    async with server.LocalSlack(space, clock=clock.SystemClock(), scopes=some) as slack:
        bot = web.connect(token=slack.bot_token, url=slack.api_url, time=clock.SystemClock())
        with pytest.raises(errors.ConfigurationError, match="chat:write \\(to post reports\\)"):
            await _identify(bot)
    some = server.DEFAULT_SCOPES - {"files:write"}
    async with server.LocalSlack(space, clock=clock.SystemClock(), scopes=some) as slack:
        bot = web.connect(token=slack.bot_token, url=slack.api_url, time=clock.SystemClock())
        assert "files:write" in (await _identify(bot)).warnings[0]


async def test_a_token_that_is_none_of_ours_is_named(
    slack: server.LocalSlack, bot_web: web.Web
) -> None:
    slack.faults.add("refused", "auth.test", value="not_allowed_token_type")
    with pytest.raises(errors.ConfigurationError, match="SLACK_BOT_TOKEN is not of the right"):
        await _identify(bot_web)
    wrong = web.connect(token="xoxb-" + "no", url=slack.api_url, time=clock.SystemClock())
    with pytest.raises(errors.ConfigurationError, match="not valid"):
        await _identify(wrong)


@pytest.mark.parametrize("kind", ["error_before", "error_after", "cut_before", "cut_after"])
async def test_passing_trouble_is_waited_out(
    slack: server.LocalSlack, bot_web: web.Web, kind: str
) -> None:
    slack.faults.add(kind, "auth.test", times=3)
    heard: list[str] = []
    found = await _identify(bot_web, heard)
    assert found.bot_user == slack.workspace.bot_user
    assert len(heard) == 3
    assert "Slack does not answer" in heard[0]


async def test_what_slack_says_will_pass_is_waited_out(
    slack: server.LocalSlack, bot_web: web.Web
) -> None:
    for value in ("internal_error", "org_login_required"):
        slack.faults.add("refused", "auth.test", value=value)
    slack.faults.add("rate_limited", "auth.test", times=2, value=0)
    assert (await _identify(bot_web)).bot_user == slack.workspace.bot_user


class _EnoughError(Exception):
    pass


async def test_a_slack_out_of_reach_is_waited_for() -> None:
    nowhere = web.connect(
        token="xoxb-" + "no", url="http://127.0.0.1:9/api/", time=clock.SystemClock()
    )

    def waiting(why: str) -> None:
        assert "SLACK_API_URL" in why
        raise _EnoughError

    with pytest.raises(_EnoughError):
        await preflight.identify(nowhere, waiting=waiting)


def test_the_wait_doubles_is_bounded_and_heeds_slack() -> None:
    patience = preflight.Patience()
    assert [patience.after(times, None) for times in (1, 2, 3, 9, 99)] == [1, 2, 4, 30, 30]
    assert patience.after(1, 45.0) == 45.0
