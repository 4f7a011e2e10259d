"""Answers to an act: the payload of an ack, and what is sent to a response_url."""

from bot.demo.slack import chat, core, records, shapes, tickets
from bot.demo.slack.arguments import Args
from bot.demo.slack.refusal import Refusal
from bot.demo.slack.shapes import Json

KNOWN = frozenset(
    {
        "attachments",
        "blocks",
        "delete_original",
        "link_names",
        "metadata",
        "mrkdwn",
        "parse",
        "replace_original",
        "response_type",
        "text",
        "thread_ts",
        "unfurl_links",
        "unfurl_media",
    }
)
"""What a message sent to a response_url may hold."""


def respond(at: core.Core, name: str, *, body: Json) -> None:
    """A message sent to a response_url; raises Slack's refusal."""
    right = at.tickets.respond(name)
    args = Args(body)
    original = at.space.messages.find(right.source) if right.source else None
    if args.flag("delete_original"):
        if original is not None:
            chat.drop(at, original)
        return
    if args.flag("replace_original") and original is not None:
        _replace(at, original, args=args)
        return
    say(at, args, right=right)


def _replace(at: core.Core, original: records.Message, *, args: Args) -> None:
    draft = records.Message(ts="", channel=original.channel, user=original.user)
    chat.content(at, args, message=draft)
    original.text, original.blocks = draft.text, draft.blocks
    original.attachments = draft.attachments
    original.edited, original.edits = at.stamp(), original.edits + 1
    kind = "ephemeral_changed" if original.only_for else "message_changed"
    chat.published(at, kind, message=original)


def say(at: core.Core, args: Args, *, right: tickets.ResponseUrl) -> records.Message:
    """Post an answer: to its person alone unless ``response_type`` is in_channel."""
    kind = args.text("response_type", "ephemeral")
    if kind not in {"ephemeral", "in_channel"}:
        raise Refusal("invalid_response_type")
    message = records.Message(
        ts="",
        channel=right.channel,
        user=at.space.bot_user,
        bot=True,
        only_for="" if kind == "in_channel" else right.user,
        thread_ts=args.text("thread_ts") or right.thread_ts,
    )
    chat.content(at, args, message=message)
    message.ts = at.stamp()
    return chat.keep(at, message)


def acked(at: core.Core, payload: Json | None, *, user: str, channel: str) -> str:
    """Show the message in a command's ack, if there is one. A bad one is shown to nobody, but
    written down, and the error that its person sees is returned.
    """
    if not payload or not set(payload) & {"text", "blocks", "attachments"}:
        return ""
    right = tickets.ResponseUrl(id="", user=user, channel=channel, made=0.0)
    try:
        say(at, Args(payload), right=right)
    except Refusal as refusal:
        facts: Json = {"error": refusal.name, "unknown": sorted(set(payload) - KNOWN)}
        facts["errors"] = shapes.items(refusal.extra.get("errors"))
        at.act("ack_refused", facts)
        return "invalid_command_response"
    return ""
