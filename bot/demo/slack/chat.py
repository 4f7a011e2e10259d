"""chat.*: posting, editing, deleting, and what a message looks like to those who read it."""

from bot.demo.slack import blocks, check, core, faults, files, records, rooms, shapes, workspace
from bot.demo.slack.arguments import Args
from bot.demo.slack.refusal import Refusal
from bot.demo.slack.shapes import Json

TEXT_CHARS, EDIT_CHARS, MARKDOWN_ARG = 40_000, 4_000, 12_000
ATTACHMENTS = 100
METADATA_BYTES = 8_000
"""Undocumented; far above what a key needs."""
_METADATA_KEYS = frozenset({"event_type", "event_payload", "entities"})


def message_json(at: core.Core, message: records.Message, *, metadata: bool = False) -> Json:
    """A message object."""
    told: Json = {"type": "message", "ts": message.ts, "user": message.user, "text": message.text}
    if message.subtype:
        told["subtype"] = message.subtype
    if message.bot:
        told |= {
            "bot_id": at.space.bot_id,
            "app_id": at.space.app_id,
            "team": at.space.team_id,
            "bot_profile": {
                "id": at.space.bot_id,
                "app_id": at.space.app_id,
                "name": at.space.people[at.space.bot_user].real_name,
                "deleted": False,
                "team_id": at.space.team_id,
            },
        }
    elif message.user in at.space.people:
        told["team"] = at.space.people[message.user].team
    told |= _extras(at, message)
    if metadata and message.metadata:
        told["metadata"] = message.metadata
    return told


def _extras(at: core.Core, message: records.Message) -> Json:
    told: Json = {}
    if message.blocks:
        told["blocks"] = message.blocks
    if message.attachments:
        told["attachments"] = message.attachments
    if message.edited:
        told["edited"] = {"user": message.user, "ts": message.edited}
    if message.files:
        told["files"] = [files.file_json(at, at.space.files[name]) for name in message.files]
    replies = at.space.messages.replies(message.channel, message.ts)
    if message.thread_ts:
        told["thread_ts"] = message.thread_ts
    if replies:
        users = list(dict.fromkeys(reply.user for reply in replies))
        told |= {
            "thread_ts": message.ts,
            "reply_count": len(replies),
            "reply_users": users,
            "reply_users_count": len(users),
            "latest_reply": replies[-1].ts,
            "is_locked": False,
            "subscribed": False,
        }
    return told


def checker(at: core.Core, surface: check.Surface = "message") -> check.Check:
    """A fresh pen for one payload."""

    def ready(value: Json) -> bool:
        return files.image_ready(at, value)

    return check.Check(
        surface=surface, rules=at.space.rules, image_ready=ready, own_hosts=f"{at.base}/files"
    )


def content(at: core.Core, args: Args, *, message: records.Message) -> list[str]:
    """Put text, blocks, attachments and metadata into a message; returns Slack's warnings."""
    warnings = _text(args, message)
    if args.has("blocks"):
        message.blocks = _blocks(at, args)
        if message.blocks and not args.has("text"):
            warnings.append("missing_text_in_message")
    if args.has("attachments"):
        message.attachments = shapes.objects(args.parsed("attachments"))
        if len(message.attachments) > ATTACHMENTS:
            raise Refusal("too_many_attachments")
    if args.has("metadata"):
        message.metadata = _metadata(args)
    if not (message.text or message.blocks or message.attachments):
        raise Refusal("no_text")
    return warnings


def _text(args: Args, message: records.Message) -> list[str]:
    if args.has("markdown_text"):
        if args.has("text") or args.has("blocks"):
            raise Refusal("markdown_text_conflict")
        if len(args.text("markdown_text")) > MARKDOWN_ARG:
            raise Refusal("msg_blocks_too_long")
        message.text = args.text("markdown_text")
    if args.has("text"):
        message.text = args.text("text")
    if len(message.text) <= TEXT_CHARS:
        return []
    message.text = message.text[:TEXT_CHARS]
    return ["message_truncated"]


def _blocks(at: core.Core, args: Args) -> list[Json]:
    if args.raw["blocks"] == "":
        return []
    value = args.parsed("blocks")
    if not shapes.is_list(value):
        raise Refusal("invalid_blocks_format")
    return blocks.for_message(checker(at), value)


def _metadata(args: Args) -> Json | None:
    value = args.parsed("metadata")
    if not shapes.is_object(value):
        raise Refusal("invalid_metadata_format")
    if not value:
        return None
    payload = value.get("event_payload")
    known = set(value) <= _METADATA_KEYS
    if not known or not shapes.text(value, "event_type") or not shapes.is_object(payload):
        raise Refusal("invalid_metadata_schema")
    if any(shapes.is_object(part) for part in payload.values()):
        raise Refusal("invalid_metadata_schema")
    if len(shapes.dump(value).encode()) > METADATA_BYTES:
        raise Refusal("metadata_too_large")
    return value


def answer(told: Json, warnings: list[str]) -> Json:
    """Add warnings the way Slack does."""
    if warnings:
        told["warning"] = ",".join(warnings)
        told["response_metadata"] = {"warnings": list(warnings)}
    return told


def _parent(at: core.Core, channel: workspace.Channel, *, args: Args) -> str:
    ts = args.text("thread_ts")
    if not ts:
        return ""
    parent = at.space.messages.get(channel.id, ts)
    if parent is None:
        raise Refusal("cannot_reply_to_message")
    if parent.is_reply:
        return parent.thread_ts
    return ts


def _in_pace(at: core.Core, channel: workspace.Channel) -> None:
    least = at.space.rules.post_seconds
    if not least:
        return
    said = [one for one in at.space.messages.everything(channel.id) if one.bot]
    if said and at.clock.now().timestamp() - float(said[-1].ts) < least:
        raise faults.Limited(least)


def post(at: core.Core, args: Args) -> Json:
    """chat.postMessage."""
    args.need("channel")
    channel = rooms.writable(at, args.text("channel"))
    _in_pace(at, channel)
    message = records.Message(
        ts="", channel=channel.id, user=at.space.bot_user, bot=True, subtype=""
    )
    warnings = content(at, args, message=message)
    message.thread_ts = _parent(at, channel, args=args)
    message.broadcast = bool(message.thread_ts) and args.flag("reply_broadcast")
    message.ts = at.stamp()
    keep(at, message)
    told = message_json(at, message, metadata=True)
    return answer({"channel": channel.id, "ts": message.ts, "message": told}, warnings)


def keep(at: core.Core, message: records.Message) -> records.Message:
    """Store a new message and tell whoever watches."""
    at.space.messages.add(message)
    kind = "ephemeral_posted" if message.only_for else "message_posted"
    published(at, kind, message=message)
    return message


def published(at: core.Core, kind: str, *, message: records.Message) -> None:
    """Tell whoever watches about a message."""
    facts: Json = {
        "channel": message.channel,
        "ts": message.ts,
        "user": message.only_for or message.user,
        "message": message_json(at, message, metadata=True),
    }
    at.changes.publish(kind, facts)


def post_ephemeral(at: core.Core, args: Args) -> Json:
    """chat.postEphemeral."""
    args.need("channel", "user")
    channel = rooms.writable(at, args.text("channel"))
    if args.text("user") not in channel.members:
        raise Refusal("user_not_in_channel")
    message = records.Message(
        ts="", channel=channel.id, user=at.space.bot_user, bot=True, only_for=args.text("user")
    )
    warnings = content(at, args, message=message)
    message.thread_ts = args.text("thread_ts")
    message.ts = at.stamp()
    keep(at, message)
    return answer({"message_ts": message.ts}, warnings)


def _own(at: core.Core, args: Args, *, denied: str) -> records.Message:
    args.need("channel", "ts")
    channel = rooms.seen(at, args.text("channel"))
    message = at.space.messages.get(channel.id, args.text("ts"))
    if message is None or message.subtype == "tombstone":
        raise Refusal("message_not_found")
    if message.user != at.space.bot_user:
        raise Refusal(denied)
    return message


def update(at: core.Core, args: Args) -> Json:
    """chat.update: blocks and metadata that are not given stay as they are."""
    message = _own(at, args, denied="cant_update_message")
    if at.space.channels[message.channel].archived:
        raise Refusal("is_inactive")
    if not any(args.has(name) for name in ("text", "blocks", "attachments", "markdown_text")):
        raise Refusal("no_text")
    if len(args.text("text")) > EDIT_CHARS:
        raise Refusal("msg_too_long")
    draft = records.Message(
        ts=message.ts,
        channel=message.channel,
        user=message.user,
        text=message.text,
        blocks=message.blocks,
        attachments=message.attachments,
        metadata=message.metadata,
    )
    warnings = content(at, args, message=draft)
    message.text, message.blocks = draft.text, draft.blocks
    message.attachments, message.metadata = draft.attachments, draft.metadata
    message.edited = at.stamp()
    message.edits += 1
    published(at, "message_changed", message=message)
    told = message_json(at, message, metadata=True)
    return answer(
        {"channel": message.channel, "ts": message.ts, "text": message.text, "message": told},
        warnings,
    )


def delete(at: core.Core, args: Args) -> Json:
    """chat.delete: a message with replies leaves a tombstone."""
    message = _own(at, args, denied="cant_delete_message")
    drop(at, message)
    return {"channel": message.channel, "ts": message.ts}


def drop(at: core.Core, message: records.Message) -> None:
    """Remove a message; one with replies leaves a tombstone."""
    if at.space.messages.replies(message.channel, message.ts):
        message.subtype, message.text = "tombstone", "This message was deleted."
        message.blocks, message.attachments, message.metadata = [], [], None
    else:
        at.space.messages.remove(message)
    at.changes.publish("message_deleted", {"channel": message.channel, "ts": message.ts})


def permalink(at: core.Core, args: Args) -> Json:
    """chat.getPermalink."""
    args.need("channel", "message_ts")
    channel = rooms.seen(at, args.text("channel"))
    message = at.space.messages.get(channel.id, args.text("message_ts"))
    if message is None:
        raise Refusal("message_not_found")
    return {"channel": channel.id, "permalink": link(at, message)}


def link(at: core.Core, message: records.Message) -> str:
    """The address of a message."""
    tail = f"?thread_ts={message.thread_ts}&cid={message.channel}" if message.is_reply else ""
    return f"{at.base}/archives/{message.channel}/p{message.ts.replace('.', '')}{tail}"
