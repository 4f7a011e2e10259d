"""What Slack sends twice is done once; what we do not know is acknowledged; events are heard."""

import inspect
import json
from collections.abc import Mapping

import pytest
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot import errors as errors_
from bot.domain import ids
from handlers import actions, commands, errors, events, payload, views, windows
from handlers.desk import Desk
from tests.handlers import front
from tests.handlers.front import Front

Body = Mapping[str, object]


def _command(trigger: str, text: str = "pause acme") -> Body:
    return {
        "command": "/report",
        "text": text,
        "user_id": front.CLAIRE,
        "team_id": "T0NORTHWIND",
        "channel_id": front.OPS,
        "trigger_id": trigger,
        "response_url": "http://127.0.0.1:9/none",
    }


async def _send(shop: Front, body: Body) -> BoltResponse:
    answered = await shop.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=dict(body)))
    await shop.desk.drained()
    return answered


async def test_the_same_command_twice_is_acknowledged_twice_and_done_once(shop: Front) -> None:
    for _ in range(2):
        assert (await _send(shop, _command("t1", "rerun acme"))).status == 200
    assert len(await shop.home.trail()) == 1
    await _send(shop, _command("t2", "rerun acme"))
    assert len(await shop.home.trail()) == 2


async def test_an_event_again_is_acknowledged(shop: Front) -> None:
    event: Body = {
        "type": "event_callback",
        "event_id": "Ev1",
        "event": {"type": "member_joined_channel", "channel": front.OPS, "user": front.MALIK},
    }
    assert [(await _send(shop, event)).status for _ in range(2)] == [200, 200]


async def test_a_new_member_of_the_ops_channel_is_an_operator_at_once(shop: Front) -> None:
    await shop.type("list", user=front.MALIK, channel=front.ACME)
    assert "not something" in shop.words(front.MALIK)
    shop.slack.control.house.add_member(front.OPS, front.MALIK)
    await shop.slack.control.event({"type": "user_change"})
    await shop.type("list", user=front.MALIK, channel=front.ACME)
    assert "2 clients" in shop.words(front.MALIK)
    shop.slack.control.house.remove_member(front.OPS, front.MALIK)
    await shop.slack.control.event({"type": "user_change"})
    await shop.type("list", user=front.MALIK, channel=front.ACME)
    assert "not something" in shop.words(front.MALIK)


def _renumbered(old: str) -> Body:
    return {"type": "channel_id_changed", "old_channel_id": old, "new_channel_id": "C0NEW"}


async def test_a_channel_with_another_id_is_looked_at_anew_and_said(shop: Front) -> None:
    event = _renumbered(front.ACME)
    body: Body = {"type": "event_callback", "event_id": "Ev2", "event": event}
    assert (await _send(shop, body)).status == 200
    # Bolt acknowledges an event before its handler has run; saying it again says it once.
    await events.Events(shop.desk, windows.Homes(shop.desk)).renumbered(event)
    (told,) = await shop.home.store.deliveries.due(shop.home.clock.now())
    assert told.channel == front.OPS
    assert "Write `C0NEW` where `C0ACMEREPORT` stands in `acme/client.yaml`" in told.bodies[0].text


async def test_a_channel_of_nobody_may_have_any_id(shop: Front) -> None:
    await events.Events(shop.desk, windows.Homes(shop.desk)).renumbered(_renumbered("C0ELSE"))
    assert not await shop.home.store.deliveries.due(shop.home.clock.now())


UNKNOWN: list[Body] = [
    {"command": "/other", "text": "", "user_id": "U1", "channel_id": "C1"},
    {"type": "block_actions", "actions": [{"action_id": "unknown"}], "user": {"id": "U1"}},
    {
        "type": "view_submission",
        "view": {"type": "modal", "callback_id": "unknown"},
        "user": {"id": "U1"},
    },
    {"type": "event_callback", "event": {"type": "emoji_changed"}},
]
MISSHAPEN: list[Body] = [
    {"command": "/report"},
    {"command": "/report", "text": 7, "user_id": None, "channel_id": []},
    {"type": "block_actions", "actions": [{"action_id": "incident_retry"}]},
    {"type": "block_actions", "actions": [{"action_id": "post_why", "value": {}}]},
    {
        "type": "view_submission",
        "view": {"type": "modal", "callback_id": "pause_view", "state": []},
    },
]


@pytest.mark.parametrize("body", UNKNOWN)
async def test_what_nobody_serves_is_acknowledged_all_the_same(shop: Front, body: Body) -> None:
    assert (await _send(shop, body)).status == 200


@pytest.mark.parametrize("body", MISSHAPEN)
async def test_a_misshapen_request_is_answered_not_crashed(shop: Front, body: Body) -> None:
    assert (await _send(shop, body)).status == 200
    assert not await shop.home.trail()


async def test_an_error_before_the_acknowledgement_is_still_acknowledged() -> None:
    told = await errors.on_error(RuntimeError("boom"), {"command": "/report"})
    assert told.status == 200
    shown = json.loads(told.body)
    assert shown["response_type"] == "ephemeral"
    assert "boom" not in shown["text"]
    assert (await errors.on_error(RuntimeError("boom"), {})).body == ""


def test_a_usage_error_is_told_as_it_stands_and_others_are_not() -> None:
    assert errors.sentence(errors_.UsageError("Which client?")).text == "Which client?"
    assert "secret" not in errors.sentence(RuntimeError("secret")).text


_HANDLERS = [
    method
    for owner in (actions.Actions, commands.Commands, views.Views, events.Events)
    for name, method in inspect.getmembers(owner, inspect.isfunction)
    if not name.startswith("_")
]


@pytest.mark.parametrize(
    "handler",
    [*_HANDLERS, commands.missing, Desk.once, errors.on_error],
    ids=lambda one: one.__qualname__,
)
def test_every_parameter_is_one_that_bolt_fills(handler: object) -> None:
    assert inspect.isfunction(handler)
    names = [name for name in inspect.signature(handler).parameters if name != "self"]
    assert "client" not in names
    assert set(names) <= {*AsyncArgs.__annotations__, "error", "next", "next_"}


def test_payloads_are_read_without_trust() -> None:
    turn = payload.press({"actions": "no list", "user": 7, "channel": None})
    assert (turn.user, turn.channel, turn.value) == (ids.UserId(""), None, "")
    assert payload.identity({}) is None


async def test_no_command_waits_for_slack_to_say_who_we_are(shop: Front) -> None:
    asked = len(shop.slack.journal.calls("auth.test"))
    await shop.type("help")
    assert len(shop.slack.journal.calls("auth.test")) == asked
