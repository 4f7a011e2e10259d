"""What Slack sends: the payloads of commands, actions, views, shortcuts and events."""

import secrets

from bot.demo.slack import chat, core, records, views, workspace
from bot.demo.slack.shapes import Json


def user_json(at: core.Core, user: str) -> Json:
    """The person who acted; ``team_id`` is their own workspace's."""
    person = at.space.people[user]
    return {"id": user, "username": person.name, "name": person.name, "team_id": person.team}


def _base(at: core.Core, kind: str, *, user: str) -> Json:
    return {
        "type": kind,
        "user": user_json(at, user),
        "api_app_id": at.space.app_id,
        "token": "none",
        "team": {"id": at.space.team_id, "domain": at.space.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def channel_name(channel: workspace.Channel) -> str:
    """What payloads call a channel: a private one is not named."""
    return "privategroup" if channel.private and not channel.im_with else channel.name


def response_url(
    at: core.Core, user: str, *, channel: str, source: str = "", thread_ts: str = ""
) -> str:
    """A fresh response_url."""
    name = at.tickets.response(user, channel, source=source, thread_ts=thread_ts)
    return f"{at.base}/response/{name}"


def command(at: core.Core, user: str, *, channel: workspace.Channel, text: str) -> Json:
    """A slash command as typed; ``text`` begins with it."""
    name, _, rest = text.partition(" ")
    return {
        "token": "none",
        "team_id": at.space.team_id,
        "team_domain": at.space.domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user,
        "user_name": at.space.people[user].name,
        "command": name,
        "text": rest.strip(),
        "api_app_id": at.space.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url(at, user, channel=channel.id),
        "trigger_id": at.tickets.trigger(user),
    }


def message_action(
    at: core.Core, user: str, *, message: records.Message, action: Json, state: Json
) -> Json:
    """A block action on a message; an ephemeral one's message is not sent along."""
    return (
        _base(at, "block_actions", user=user)
        | _in_message(at, message)
        | {
            "trigger_id": at.tickets.trigger(user),
            "state": {"values": state},
            "response_url": response_url(
                at, user, channel=message.channel, source=message.ts, thread_ts=message.thread_ts
            ),
            "actions": [action],
        }
    )


def _in_message(at: core.Core, message: records.Message) -> Json:
    """Where something in a message stands; an ephemeral one is not sent along."""
    channel = at.space.channels[message.channel]
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": bool(message.only_for),
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    told: Json = {
        "container": container,
        "channel": {"id": channel.id, "name": channel_name(channel)},
    }
    if not message.only_for:
        told["message"] = chat.message_json(at, message)
    return told


def _in_view(at: core.Core, view: records.View, *, state: Json) -> Json:
    """Where something in a modal or on the home tab stands."""
    return {
        "container": {"type": "view", "view_id": view.id},
        "view": views.view_json(at, view, state=state),
    }


def view_action(at: core.Core, user: str, *, view: records.View, action: Json, state: Json) -> Json:
    """A block action in a modal or on the home tab."""
    return (
        _base(at, "block_actions", user=user)
        | _in_view(at, view, state=state)
        | {"trigger_id": at.tickets.trigger(user, view=view.id), "actions": [action]}
    )


def submission(at: core.Core, user: str, *, view: records.View, state: Json) -> Json:
    """A modal's submission."""
    none: list[object] = []
    return _base(at, "view_submission", user=user) | {
        "trigger_id": at.tickets.trigger(user, view=view.id),
        "view": views.view_json(at, view, state=state),
        "response_urls": none,
    }


def closed(at: core.Core, user: str, *, view: records.View, cleared: bool) -> Json:
    """A modal was closed by its person."""
    return _base(at, "view_closed", user=user) | {
        "view": views.view_json(at, view),
        "is_cleared": cleared,
    }


def suggestion(
    at: core.Core, user: str, *, place: records.Message | records.View, asked: Json, state: Json
) -> Json:
    """What was typed into an external select: ``asked`` holds action_id, block_id and value."""
    told = _base(at, "block_suggestion", user=user) | asked
    if isinstance(place, records.Message):
        return told | _in_message(at, place)
    return told | _in_view(at, place, state=state)


def message_shortcut(at: core.Core, user: str, *, message: records.Message, callback: str) -> Json:
    """A message shortcut."""
    channel = at.space.channels[message.channel]
    return _base(at, "message_action", user=user) | {
        "callback_id": callback,
        "trigger_id": at.tickets.trigger(user),
        "response_url": response_url(at, user, channel=channel.id, source=message.ts),
        "action_ts": at.stamp(),
        "message_ts": message.ts,
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "message": chat.message_json(at, message),
    }


def shortcut(at: core.Core, user: str, *, callback: str) -> Json:
    """A global shortcut."""
    return _base(at, "shortcut", user=user) | {
        "callback_id": callback,
        "trigger_id": at.tickets.trigger(user),
        "action_ts": at.stamp(),
    }


def event(at: core.Core, told: Json) -> Json:
    """An event in its envelope's payload; ``event_ts`` is put in."""
    channel = at.space.channels.get(str(told.get("channel", "")))
    return {
        "token": "none",
        "team_id": at.space.team_id,
        "context_team_id": at.space.team_id,
        "context_enterprise_id": None,
        "api_app_id": at.space.app_id,
        "event": {"event_ts": at.stamp(), **told},
        "type": "event_callback",
        "event_id": f"Ev0{secrets.token_hex(5).upper()}",
        "event_time": int(at.clock.now().timestamp()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": at.space.team_id,
                "user_id": at.space.bot_user,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": bool(channel and channel.shared_with),
    }
