"""What people do, and what comes of it."""

from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot import clock as clocks
from bot.demo.slack import refusal, server
from tests import localslack
from tests.demo.slack.seen import ACME, OPS, Body, Seen, field, modal, plain
from tests.localslack import dig

MENU: list[Body] = [
    {
        "type": "actions",
        "block_id": "menu",
        "elements": [
            {
                "type": "static_select",
                "action_id": "client",
                "options": [
                    {"text": plain("Acme"), "value": "acme"},
                    {"text": plain("PVCP"), "value": "pvcp"},
                ],
            },
            {"type": "button", "action_id": "rerun", "text": plain("Rerun"), "value": "now"},
            {
                "type": "overflow",
                "action_id": "more",
                "options": [{"text": plain("Skip"), "value": "skip:1"}],
            },
        ],
    }
]


async def test_a_command_arrives_as_typed_and_its_ack_is_seen(
    slack: server.LocalSlack, seen: Seen
) -> None:
    seen.answer = {"text": "four clients"}
    told = await slack.control.command(user="U0TOM", channel=OPS, text="/report  list <x> ")
    assert (told.acked, told.response) == (True, {"text": "four clients"})
    assert told.latency_ms < 1000
    assert seen.last["text"] == "list <x>"
    assert seen.last["channel_name"] == "privategroup"
    assert [one.text for one in slack.control.ephemerals("U0TOM", OPS)] == ["four clients"]
    seen.answer = {"text": "all see it", "response_type": "in_channel"}
    await slack.control.command(user="U0TOM", channel=OPS, text="/report")
    assert [one.text for one in slack.control.messages(OPS)] == ["all see it"]


@pytest.mark.parametrize(
    ("user", "channel", "text"),
    [
        ("U0GUEST", ACME, "/report"),
        ("U0FOREIGN", ACME, "/report"),
        ("U0TOM", ACME, "/other"),
        ("U0TOM", "C0NOWHERE", "/report"),
    ],
)
async def test_what_nobody_could_type(
    slack: server.LocalSlack, user: str, channel: str, text: str
) -> None:
    slack.control.house.share(ACME, "T0ACMESAS")
    slack.workspace.channels[ACME].members.add("U0FOREIGN")
    with pytest.raises(refusal.Impossible):
        await slack.control.command(user=user, channel=channel, text=text)


async def test_a_press_carries_what_was_chosen_before(
    slack: server.LocalSlack, seen: Seen, web: localslack.Web
) -> None:
    ts = str((await web.chat_postMessage(channel=ACME, text="menu", blocks=MENU))["ts"])
    await slack.control.choose("U0TOM", ts, action="client", option="PVCP")
    assert (await slack.control.press("U0TOM", ts, action="Rerun")).acked
    picked = ("state", "values", "menu", "client", "selected_option", "value")
    assert dig(seen.last, *picked) == "pvcp"
    assert dig(seen.last, "actions", 0, "action_id") == "rerun"
    assert dig(seen.last, "actions", 0, "value") == "now"
    assert dig(seen.last, "message", "ts") == ts
    await slack.control.choose("U0TOM", ts, action="more", option="Skip")
    assert dig(seen.last, "actions", 0, "selected_option", "value") == "skip:1"
    with pytest.raises(refusal.Impossible, match="rerun"):
        await slack.control.press("U0TOM", ts, action="Reboot")


async def test_people_from_outside_may_press_what_they_see(
    slack: server.LocalSlack, seen: Seen, web: localslack.Web
) -> None:
    ts = str((await web.chat_postMessage(channel=ACME, text="menu", blocks=MENU))["ts"])
    with pytest.raises(refusal.Impossible):
        await slack.control.press("U0FOREIGN", ts, action="rerun")
    slack.control.house.share(ACME, "T0ACMESAS")
    slack.control.house.add_member(ACME, "U0FOREIGN")
    await slack.control.press("U0FOREIGN", ts, action="rerun")
    assert dig(seen.last, "user", "team_id") == "T0ACMESAS"


async def test_an_ephemeral_is_pressed_by_its_one_reader(
    slack: server.LocalSlack, seen: Seen, web: localslack.Web
) -> None:
    told = await web.chat_postEphemeral(channel=ACME, user="U0TOM", text="m", blocks=MENU)
    ts = str(told["message_ts"])
    with pytest.raises(refusal.Impossible):
        await slack.control.press("U0CLAIRE", ts, action="rerun")
    await slack.control.press("U0TOM", ts, action="rerun")
    assert "message" not in seen.last
    assert dig(seen.last, "container", "is_ephemeral") is True


async def test_a_response_url_is_good_five_times_and_for_half_an_hour() -> None:
    held = clocks.HeldClock(datetime(2026, 11, 23, 6, tzinfo=UTC))
    async with localslack.started(held) as slack:
        app = localslack.app(slack)
        seen = Seen(app)
        async with localslack.connected(slack, app):
            for _ in range(2):
                await slack.control.command(user="U0TOM", channel=ACME, text="/report")
            first, second = (AsyncWebhookClient(str(body["response_url"])) for body in seen.bodies)
            codes = [(await first.send(text="x")).status_code for _ in range(6)]
            held.advance(timedelta(minutes=31))
            late = await second.send(text="x")
    assert codes == [200] * 5 + [404]
    assert "expired_url" in late.body
    assert len(slack.control.ephemerals("U0TOM")) == 5


async def test_a_response_url_replaces_and_deletes_its_message(
    slack: server.LocalSlack, seen: Seen, web: localslack.Web
) -> None:
    told = await web.chat_postEphemeral(channel=ACME, user="U0TOM", text="m", blocks=MENU)
    await slack.control.press("U0TOM", str(told["message_ts"]), action="rerun")
    answer = AsyncWebhookClient(str(seen.last["response_url"]))
    await answer.send(text="on it", replace_original=True)
    only = slack.control.ephemerals("U0TOM")
    assert [(one.text, one.blocks) for one in only] == [("on it", [])]
    await answer.send(text="public", response_type="in_channel")
    assert [one.text for one in slack.control.messages(ACME)] == ["public"]
    bad = await answer.send(blocks=[{"type": "nonsense"}])
    assert "invalid_blocks" in bad.body
    await answer.send(delete_original=True)
    assert not slack.control.ephemerals("U0TOM")


async def test_an_answer_that_slack_cannot_show_is_an_error(
    slack: server.LocalSlack, seen: Seen, web: localslack.Web
) -> None:
    seen.answer = {"text": "x", "blocks": [{"type": "nonsense"}]}
    told = await slack.control.command(user="U0TOM", channel="D0TOM", text="/report")
    assert (told.acked, told.error) == (True, "invalid_command_response")
    assert not slack.control.ephemerals("U0TOM")
    await web.views_open(trigger_id=str(seen.last["trigger_id"]), view=modal(field("a")))
    seen.answer = {"response_action": "errors", "errors": {"other": "x"}}
    told = await slack.control.submit("U0TOM", values={"a": "1"})
    assert told.error == "invalid_view_response"
    assert [one.what for one in slack.journal.acts()].count("ack_refused") == 2


async def test_a_message_shortcut_brings_the_message(
    slack: server.LocalSlack, seen: Seen, web: localslack.Web
) -> None:
    ts = str((await web.chat_postMessage(channel=ACME, text="x"))["ts"])
    assert (await slack.control.shortcut("U0TOM", "look", ts=ts)).acked
    assert dig(seen.last, "message", "ts") == ts


async def test_an_external_select_is_answered_with_options(
    slack: server.LocalSlack, seen: Seen, web: localslack.Web
) -> None:
    block: Body = {
        "type": "actions",
        "elements": [{"type": "external_select", "action_id": "client", "min_query_length": 2}],
    }
    ts = str((await web.chat_postMessage(channel=ACME, text="x", blocks=[block]))["ts"])
    seen.answer = {"options": [{"text": plain("Acme"), "value": "acme"}]}
    told = await slack.control.suggest("U0TOM", ts, action="client", query="ac")
    assert told.response == {"options": seen.answer["options"]}
    assert seen.last["value"] == "ac"


async def test_no_token_is_ever_in_the_journal(slack: server.LocalSlack, seen: Seen) -> None:
    await slack.control.command(user="U0TOM", channel=ACME, text="/report")
    async with aiohttp.ClientSession() as session:
        address = f"{slack.api_url}auth.test"
        async with session.post(address, data={"token": slack.bot_token}) as answer:
            assert (await answer.json())["ok"]
    kept = repr(slack.journal.entries) + repr(slack.changes.since(0))
    assert slack.bot_token not in kept
    assert slack.app_token not in kept
