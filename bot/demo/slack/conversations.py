"""conversations.* and users.conversations."""

import base64
import binascii
import re

from bot.demo.slack import chat, core, records, rooms, workspace
from bot.demo.slack.arguments import Args
from bot.demo.slack.refusal import Refusal
from bot.demo.slack.shapes import Json

_TS = re.compile(r"^\d{1,12}(?:\.\d{1,6})?$")
_TYPES = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}
NAME_CHARS = 80


def _micros(ts: str) -> int:
    whole, _, part = ts.partition(".")
    return int(whole) * 1_000_000 + int(part.ljust(6, "0")[:6] or "0")


def _bound(args: Args, name: str) -> int | None:
    value = args.text(name)
    if not value or value == "now":
        return None
    if not _TS.match(value):
        raise Refusal(f"invalid_ts_{name}")
    return _micros(value)


def _start(args: Args) -> int:
    if not args.text("cursor"):
        return 0
    try:
        name, _, number = (
            base64.b64decode(args.text("cursor"), validate=True).decode().partition(":")
        )
        if name != "next":
            raise Refusal("invalid_cursor")
        return int(number)
    except (binascii.Error, ValueError):
        raise Refusal("invalid_cursor") from None


def page(args: Args, found: list[Json], *, default: int = 100) -> tuple[list[Json], Json]:
    """Cut a page out of a list; the second part is what the answer says about the next one."""
    limit = args.number("limit", default, low=1, high=1000)
    start = _start(args)
    more = len(found) > start + limit
    cursor = base64.b64encode(f"next:{start + limit}".encode()).decode() if more else ""
    return found[start : start + limit], {"response_metadata": {"next_cursor": cursor}}


def _within(args: Args, messages: list[records.Message]) -> list[records.Message]:
    oldest, latest = _bound(args, "oldest"), _bound(args, "latest")
    slack = 0 if args.flag("inclusive") else 1
    return [
        message
        for message in messages
        if (oldest is None or _micros(message.ts) >= oldest + slack)
        and (latest is None or _micros(message.ts) <= latest - slack)
    ]


def history(at: core.Core, args: Args) -> Json:
    """conversations.history: newest first, without replies."""
    args.need("channel")
    channel = rooms.readable(at, args.text("channel"))
    metadata = args.flag("include_all_metadata")
    found = _within(args, at.space.messages.channel(channel.id))
    told = [chat.message_json(at, one, metadata=metadata) for one in reversed(found)]
    cut, after = page(args, told)
    more = bool(after["response_metadata"] != {"next_cursor": ""})
    return {"messages": cut, "has_more": more, "pin_count": 0} | (after if more else {})


def replies(at: core.Core, args: Args) -> Json:
    """conversations.replies: the parent, then its replies, oldest first."""
    args.need("channel", "ts")
    channel = rooms.readable(at, args.text("channel"))
    asked = at.space.messages.get(channel.id, args.text("ts"))
    if asked is None:
        raise Refusal("thread_not_found")
    root = at.space.messages.get(channel.id, asked.thread_ts) if asked.is_reply else asked
    below = at.space.messages.replies(channel.id, (root or asked).ts)
    found = [*([root] if root else []), *_within(args, below)]
    metadata = args.flag("include_all_metadata")
    cut, after = page(args, [chat.message_json(at, one, metadata=metadata) for one in found])
    more = bool(after["response_metadata"] != {"next_cursor": ""})
    return {"messages": cut, "has_more": more} | (after if more else {})


def info(at: core.Core, args: Args) -> Json:
    """conversations.info."""
    args.need("channel")
    channel = rooms.seen(at, args.text("channel"))
    rooms.need_scope(at, f"{rooms.kind(channel)}:read")
    told = rooms.channel_json(at, channel)
    if args.flag("include_num_members"):
        told["num_members"] = len(channel.members)
    return {"channel": told}


def members(at: core.Core, args: Args) -> Json:
    """conversations.members."""
    args.need("channel")
    channel = rooms.seen(at, args.text("channel"))
    rooms.need_scope(at, f"{rooms.kind(channel)}:read")
    cut, after = page(args, [{"id": user} for user in sorted(channel.members)])
    return {"members": [one["id"] for one in cut]} | after


def _listed(at: core.Core, args: Args, *, channels: list[workspace.Channel]) -> Json:
    wanted = args.names("types") or ["public_channel"]
    if not set(wanted) <= set(_TYPES):
        raise Refusal("invalid_types")
    kinds = {_TYPES[one] for one in wanted}
    for kind in sorted(kinds):
        rooms.need_scope(at, f"{kind}:read")
    found = [
        rooms.channel_json(at, channel)
        for channel in channels
        if rooms.kind(channel) in kinds
        and not (channel.archived and args.flag("exclude_archived"))
        and (not channel.private or at.bot_in(channel))
    ]
    cut, after = page(args, found)
    return {"channels": cut} | after


def listed(at: core.Core, args: Args) -> Json:
    """conversations.list."""
    return _listed(at, args, channels=list(at.space.channels.values()))


def of_user(at: core.Core, args: Args) -> Json:
    """users.conversations: the channels of a person, or the app's own."""
    user = args.text("user") or at.space.bot_user
    every = at.space.channels.values()
    return _listed(at, args, channels=[channel for channel in every if user in channel.members])


def opened(at: core.Core, args: Args) -> Json:
    """conversations.open: a direct message with one person."""
    rooms.need_scope(at, "im:write")
    users = args.names("users")
    if args.text("channel"):
        channel = rooms.seen(at, args.text("channel"))
    elif len(users) == 1:
        person = at.space.people.get(users[0])
        if person is None:
            raise Refusal("user_not_found")
        if person.deleted:
            raise Refusal("user_disabled")
        channel = at.space.direct(person.id)
    else:
        raise Refusal(
            "users_list_not_supplied" if not users else "method_not_supported_for_channel_type"
        )
    full = rooms.channel_json(at, channel)
    return {"channel": full if args.flag("return_im") else {"id": channel.id}}


def create(at: core.Core, args: Args) -> Json:
    """conversations.create."""
    private = args.flag("is_private")
    rooms.need_scope(at, "groups:write" if private else "channels:manage")
    name = args.text("name")
    if not name:
        raise Refusal("invalid_name_required")
    if len(name) > NAME_CHARS:
        raise Refusal("invalid_name_maxlength")
    if not re.fullmatch(r"[\w-]+", name) or name != name.lower():
        raise Refusal("invalid_name_specials")
    if any(channel.name == name for channel in at.space.channels.values()):
        raise Refusal("name_taken")
    channel = workspace.Channel(
        id=at.space.fresh("C"),
        name=name,
        private=private,
        members={at.space.bot_user},
        creator=at.space.bot_user,
    )
    at.space.add_channel(channel)
    at.changes.publish("channel_changed", {"channel": channel.id})
    return {"channel": rooms.channel_json(at, channel)}


def join(at: core.Core, args: Args) -> Json:
    """conversations.join: public channels only."""
    args.need("channel")
    channel = rooms.seen(at, args.text("channel"))
    if channel.private:
        raise Refusal("method_not_supported_for_channel_type")
    if channel.archived:
        raise Refusal("is_archived")
    if at.bot_in(channel):
        told: Json = {"channel": rooms.channel_json(at, channel)}
        return chat.answer(told, ["already_in_channel"])
    channel.members.add(at.space.bot_user)
    at.changes.publish("channel_changed", {"channel": channel.id})
    at.emit(
        {
            "type": "member_joined_channel",
            "user": at.space.bot_user,
            "channel": channel.id,
            "channel_type": "C",
            "team": at.space.team_id,
        }
    )
    return {"channel": rooms.channel_json(at, channel)}


def invite(at: core.Core, args: Args) -> Json:
    """conversations.invite."""
    args.need("channel", "users")
    channel = rooms.joined(at, args.text("channel"))
    if channel.archived:
        raise Refusal("is_archived")
    for user in args.names("users"):
        person = at.space.people.get(user)
        if person is None:
            raise Refusal("user_not_found")
        if user == at.space.bot_user:
            raise Refusal("cant_invite_self")
        if user in channel.members:
            raise Refusal("already_in_channel")
        if person.team != at.space.team_id:
            raise Refusal("no_external_invite_permission")
    channel.members.update(args.names("users"))
    at.changes.publish("channel_changed", {"channel": channel.id})
    return {"channel": rooms.channel_json(at, channel)}


def archive(at: core.Core, args: Args) -> Json:
    """conversations.archive."""
    args.need("channel")
    channel = rooms.joined(at, args.text("channel"))
    if channel.archived:
        raise Refusal("already_archived")
    channel.archived = True
    at.changes.publish("channel_changed", {"channel": channel.id})
    return {}


def describe(at: core.Core, args: Args) -> Json:
    """conversations.setTopic and conversations.setPurpose."""
    args.need("channel")
    channel = rooms.joined(at, args.text("channel"))
    if args.has("topic"):
        channel.topic = args.text("topic")
    if args.has("purpose"):
        channel.purpose = args.text("purpose")
    at.changes.publish("channel_changed", {"channel": channel.id})
    return {"channel": rooms.channel_json(at, channel)}
