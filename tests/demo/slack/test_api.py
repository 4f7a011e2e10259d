import re
from pathlib import Path

import pytest

from bot.demo.slack import api, arguments, server, shapes, workspace
from tests import localslack

ACME = "C0ACMEREPORT"


async def refused(call: str, web: localslack.Web, **args: object) -> dict[str, object]:
    """Make a call that must be refused; returns Slack's answer."""
    told = await localslack.refused(web.api_call(call, json=dict(args)))
    return shapes.obj(told.data)


async def test_a_token_is_known_or_refused(slack: server.LocalSlack) -> None:
    nobody = localslack.web(slack, None)
    wrong = localslack.web(slack, "xoxb-" + "wrong")
    app = localslack.web(slack, slack.app_token)
    bot = localslack.web(slack)
    assert (await refused("auth.test", nobody))["error"] == "not_authed"
    assert (await refused("auth.test", wrong))["error"] == "invalid_auth"
    assert (await refused("conversations.list", app))["error"] == "not_allowed_token_type"
    assert (await refused("apps.connections.open", bot))["error"] == "not_allowed_token_type"
    assert (await refused("no.such", bot))["error"] == "unknown_method"


async def test_scopes_are_told_and_needed() -> None:
    space = workspace.sample_workspace()
    async with server.LocalSlack(
        space, clock=localslack.clocks.SystemClock(), scopes=("channels:read",)
    ) as slack:
        web = localslack.web(slack)
        told = await web.auth_test()
        answer = await refused("chat.postMessage", web, channel=ACME, text="hi")
        private = await refused("conversations.info", web, channel="C0REPORTOPS")
        assert (await web.conversations_info(channel=ACME))["ok"]
    assert told.headers["x-oauth-scopes"] == "channels:read"
    assert (answer["error"], answer["needed"]) == ("missing_scope", "chat:write")
    assert answer["provided"] == "channels:read"
    assert private["needed"] == "groups:read"


async def test_only_members_post_and_private_rooms_are_hidden(
    slack: server.LocalSlack, web: localslack.Web
) -> None:
    slack.workspace.channels[ACME].members.discard("U0REPORTOPS")
    slack.workspace.channels["C0REPORTOPS"].members.discard("U0REPORTOPS")
    slack.workspace.channels["C0XYZREPORT"].archived = True
    for channel, error in (
        (ACME, "not_in_channel"),
        ("C0REPORTOPS", "channel_not_found"),
        ("C0NOWHERE", "channel_not_found"),
        ("#acme", "channel_not_found"),
        ("C0XYZREPORT", "is_archived"),
    ):
        told = await refused("chat.postMessage", web, channel=channel, text="hi")
        assert told["error"] == error
    listed = await web.conversations_list(types="public_channel,private_channel")
    assert {one["name"] for one in listed["channels"]} == {"acme", "pvcp", "xyz"}


async def test_an_unknown_argument_is_warned_about_and_written_down(
    slack: server.LocalSlack, web: localslack.Web
) -> None:
    told = await web.chat_postMessage(channel=ACME, text="hi", client_msg_id="1")
    assert "unknown_argument" in told["response_metadata"]["warnings"]
    assert slack.control.journal("chat.postMessage")[0].unknown_arguments == ("client_msg_id",)


async def test_a_missing_argument_is_named(web: localslack.Web) -> None:
    told = await refused("conversations.history", web)
    assert told["error"] == "invalid_arguments"
    assert "channel" in str(told["response_metadata"])


async def test_people_are_shown_with_what_access_needs(web: localslack.Web) -> None:
    guest = (await web.users_info(user="U0GUEST"))["user"]
    foreign = (await web.users_info(user="U0FOREIGN"))["user"]
    assert guest["is_restricted"] is True
    assert guest["is_ultra_restricted"] is False
    assert foreign["team_id"] == "T0ACMESAS"
    assert (await refused("users.info", web, user="U0NOBODY"))["error"] == "user_not_found"


async def test_lists_come_in_pages(web: localslack.Web) -> None:
    found: list[str] = []
    cursor = ""
    for _ in range(9):
        page = await web.conversations_members(channel=ACME, limit=2, cursor=cursor)
        found += [str(one) for one in page["members"]]
        cursor = str(page["response_metadata"]["next_cursor"])
        if not cursor:
            break
    assert sorted(found) == ["U0CLAIRE", "U0MALIK", "U0REPORTOPS", "U0TOM"]
    assert (await refused("conversations.members", web, channel=ACME, cursor="x"))["error"] == (
        "invalid_cursor"
    )


async def test_the_date_header_is_the_clock(slack: server.LocalSlack, web: localslack.Web) -> None:
    told = await web.auth_test()
    assert str(slack.changes.since(0)[-1].at.year) in told.headers["Date"]


async def test_free_workspaces_have_no_user_groups(
    slack: server.LocalSlack, web: localslack.Web
) -> None:
    slack.workspace.rules.paid = False
    told = await refused("usergroups.users.list", web, usergroup="S1")
    assert told["error"] == "plan_upgrade_required"


@pytest.mark.skipif(not localslack.METHODS.is_dir(), reason="Slack's descriptions are not here")
def test_the_table_of_arguments_agrees_with_slack() -> None:
    described = arguments.describe(localslack.METHODS).arguments
    for method in set(api.METHODS) & set(described):
        own = set(arguments.KNOWN[method].split()) | {"token"}
        assert own == set(described[method]), method


def test_every_served_method_has_its_arguments() -> None:
    assert set(api.METHODS) <= set(arguments.KNOWN)


@pytest.mark.skipif(not localslack.METHODS.is_dir(), reason="Slack's descriptions are not here")
def test_every_error_name_is_slacks_own() -> None:
    documented = {
        error
        for errors in arguments.describe(localslack.METHODS).errors.values()
        for error in errors
    } | arguments.GLOBAL_ERRORS
    own = {
        name
        for path in Path(api.__file__).parent.glob("*.py")
        for name in re.findall(r'(?:Refusal|schema)\(\s*"([a-z_]+)"', path.read_text("utf-8"))
    }
    beyond_the_web_api = {
        "invalid_url",
        "expired_url",
        "used_url",
        "invalid_response_type",
        "length_mismatch",
    }
    assert own - documented <= beyond_the_web_api


async def test_a_manifest_says_what_the_app_may(
    slack: server.LocalSlack, web: localslack.Web
) -> None:
    slack.install(
        {
            "features": {
                "slash_commands": [{"command": "/kpi"}],
                "shortcuts": [{"callback_id": "look", "type": "message"}],
            },
            "oauth_config": {"scopes": {"bot": ["users:read"]}},
            "settings": {"event_subscriptions": {"bot_events": ["app_home_opened"]}},
        }
    )
    assert slack.app.commands == {"/kpi"}
    assert slack.app.shortcuts == {"look": "message"}
    assert slack.app.events == {"app_home_opened"}
    assert (await web.auth_test()).headers["x-oauth-scopes"] == "users:read"
