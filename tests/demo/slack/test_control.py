from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot import clock as clocks
from bot.demo.slack import refusal, server
from tests import localslack
from tests.localslack import dig

ACME, OPS = "C0ACMEREPORT", "C0REPORTOPS"

Body = dict[str, object]


def plain(text: str) -> Body:
    return {"type": "plain_text", "text": text}


def modal(*blocks: Body, **more: object) -> Body:
    return {
        "type": "modal",
        "callback_id": "pause",
        "title": plain("Pause"),
        "submit": plain("Pause"),
        "blocks": list(blocks),
        **more,
    }


def field(name: str, **more: object) -> Body:
    element = {"type": "plain_text_input", "action_id": "typed", **more}
    return {"type": "input", "block_id": name, "label": plain(name), "element": element}


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


class Seen:
    """A Bolt app that acknowledges everything and remembers what it was told."""

    def __init__(self, app: AsyncApp) -> None:
        self.bodies: list[Body] = []
        self.answer: Body = {}

        async def any_(ack: localslack.Ack, body: Body) -> None:
            self.bodies.append(body)
            await ack(**self.answer)

        on = localslack.listening(app)
        on.command("/report")(any_)
        for action in ("client", "rerun", "more", "open"):
            on.action(action)(any_)
        on.options("client")(any_)
        on.view("pause")(any_)
        on.view_closed("pause")(any_)
        on.shortcut("look")(any_)

    @property
    def last(self) -> Body:
        return self.bodies[-1]


@pytest.fixture
def seen(app: AsyncApp) -> Seen:
    return Seen(app)


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


async def test_a_modal_is_opened_filled_refused_and_closed(
    slack: server.LocalSlack, seen: Seen, web: localslack.Web
) -> None:
    await slack.control.command(user="U0TOM", channel=ACME, text="/report")
    view = modal(field("reason", max_length=9), field("secret_key"))
    await web.views_open(trigger_id=str(seen.last["trigger_id"]), view=view)
    with pytest.raises(refusal.Impossible, match="secret_key"):
        await slack.control.submit("U0TOM", values={"reason": "x"})
    with pytest.raises(refusal.Impossible, match="at most 9"):
        await slack.control.submit("U0TOM", values={"reason": "x" * 10, "secret_key": "y"})
    seen.answer = {"response_action": "errors", "errors": {"reason": "too short"}}
    values = {"reason": "x", "secret_key": "open sesame"}
    await slack.control.submit("U0TOM", values=values)
    assert slack.control.views("U0TOM")[0].errors == {"reason": "too short"}
    sent = dig(seen.last, "view", "state", "values", "secret_key", "typed", "value")
    assert sent == "open sesame"
    seen.answer = {}
    assert (await slack.control.submit("U0TOM", values=values)).acked
    assert not slack.control.views("U0TOM")
    assert "open sesame" not in repr(slack.journal.entries)
    assert "open sesame" not in repr(slack.changes.since(0))


async def test_a_modal_may_answer_with_another_view(
    slack: server.LocalSlack, seen: Seen, web: localslack.Web
) -> None:
    await slack.control.command(user="U0TOM", channel=ACME, text="/report")
    opened = await web.views_open(trigger_id=str(seen.last["trigger_id"]), view=modal())
    seen.answer = {"response_action": "push", "view": modal(field("a"))}
    await slack.control.submit("U0TOM")
    assert len(slack.control.views("U0TOM")) == 2
    top = slack.control.views("U0TOM")[-1]
    assert top.previous == opened["view"]["id"]
    seen.answer = {"response_action": "clear"}
    await slack.control.submit("U0TOM", values={"a": "1"})
    assert not slack.control.views("U0TOM")


async def test_closing_is_told_where_asked_for(
    slack: server.LocalSlack, seen: Seen, web: localslack.Web
) -> None:
    for asked in (False, True):
        await slack.control.command(user="U0TOM", channel=ACME, text="/report")
        trigger = str(seen.last["trigger_id"])
        await web.views_open(trigger_id=trigger, view=modal(notify_on_close=asked))
        await slack.control.close("U0TOM")
    assert [one.what for one in slack.control.envelopes()].count("view_closed") == 1


async def error_of(call: Awaitable[object]) -> str:
    caught = await localslack.refused(call)
    return str(caught["error"])


async def test_a_trigger_is_good_once_and_for_three_seconds() -> None:
    held = clocks.HeldClock(datetime(2026, 11, 23, 6, tzinfo=UTC))
    async with localslack.started(held) as slack:
        app = localslack.app(slack)
        seen = Seen(app)
        async with localslack.connected(slack, app):
            web = localslack.web(slack)
            await slack.control.command(user="U0TOM", channel=ACME, text="/report")
            await slack.control.command(user="U0TOM", channel=ACME, text="/report")
            first, second = (str(body["trigger_id"]) for body in seen.bodies)
            await web.views_open(trigger_id=first, view=modal())
            again = await error_of(web.views_open(trigger_id=first, view=modal()))
            held.advance(timedelta(seconds=3.1))
            late = await error_of(web.views_open(trigger_id=second, view=modal()))
            never = await error_of(web.views_open(trigger_id="1.2.3", view=modal()))
    assert (again, late, never) == (
        "exchanged_trigger_id",
        "expired_trigger_id",
        "invalid_trigger_id",
    )


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


async def test_the_home_tab_is_published_and_guarded_by_its_hash(
    slack: server.LocalSlack, web: localslack.Web
) -> None:
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    told = await web.views_publish(user_id="U0TOM", view=home)
    assert slack.control.home("U0TOM") is not None
    stale = web.views_publish(user_id="U0TOM", view=home, hash="1.x")
    assert await error_of(stale) == "hash_conflict"
    assert (await web.views_publish(user_id="U0TOM", view=home, hash=told["view"]["hash"]))["ok"]


async def test_a_bad_view_is_told_with_its_place(web: localslack.Web, seen: Seen) -> None:
    caught = await localslack.refused(
        web.views_open(trigger_id="x", view=modal(title=plain("x" * 25)))
    )
    told = caught
    assert told["error"] == "invalid_arguments"
    assert "[json-pointer:/view/title/text]" in told["response_metadata"]["messages"][0]


async def test_no_token_is_ever_in_the_journal(slack: server.LocalSlack, seen: Seen) -> None:
    await slack.control.command(user="U0TOM", channel=ACME, text="/report")
    async with aiohttp.ClientSession() as session:
        address = f"{slack.api_url}auth.test"
        async with session.post(address, data={"token": slack.bot_token}) as answer:
            assert (await answer.json())["ok"]
    kept = repr(slack.journal.entries) + repr(slack.changes.since(0))
    assert slack.bot_token not in kept
    assert slack.app_token not in kept
