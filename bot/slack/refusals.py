"""Slack's error names → what they mean for a message, and what a person is told.

Permanent ones stop and are said to the operators with their remedy; payload ones send the next rung
of the ladder; the rest pass by waiting or are settled by reading back.
"""

from collections.abc import Mapping

from bot.domain import delivery
from bot.slack import web

PAYLOAD = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "no_text"}
    | {"too_many_attachments", "invalid_attachments", "invalid_metadata_format"}
    | {
        "invalid_metadata_schema",
        "metadata_too_large",
        "invalid_slack_file",
        "slack_file_not_found",
    }
    | {"file_uploads_disabled", "file_uploads_except_images_disabled", "file_type_not_allowed"}
    | {"slack_connect_file_link_sharing_blocked", "invalid_arguments", "chart_not_ready"}
    | {"chart_not_drawn", "missing_scope_files"}
)
"""The message as it is cannot be taken; a simpler rendering may."""

_INVITE = "Type /invite and the bot's name in that channel, then press Retry."
_REINSTALL = "Reinstall the app from manifest.yml and set the new token, then restart the bot."
_ADMIN = "Ask an administrator of the workspace to allow it, then press Retry."

REMEDIES: Mapping[str, tuple[str, str]] = {
    "channel_not_found": ("the channel does not exist, or the bot is not in it", _INVITE),
    "not_in_channel": ("the bot is not a member of the channel", _INVITE),
    "is_archived": (
        "the channel is archived",
        "Unarchive it, or name another channel in client.yaml, then press Retry.",
    ),
    "restricted_action": ("a preference of the workspace forbids bots to post there", _ADMIN),
    "restricted_action_read_only_channel": ("the channel is read-only", _ADMIN),
    "restricted_action_thread_only_channel": ("the channel takes only replies", _ADMIN),
    "restricted_action_non_threadable_channel": ("the channel takes no replies", _ADMIN),
    "restricted_action_thread_locked": ("the thread is locked", _ADMIN),
    "missing_scope": ("the app lacks a permission it needs for this", _REINSTALL),
    "no_permission": ("the app lacks a permission it needs for this", _REINSTALL),
    "invalid_auth": ("the bot token is not valid", _REINSTALL),
    "not_authed": ("there is no bot token", "Set SLACK_BOT_TOKEN and restart the bot."),
    "account_inactive": ("the app was removed from the workspace", _REINSTALL),
    "token_revoked": ("the bot token was revoked", _REINSTALL),
    "token_expired": ("the bot token has expired", _REINSTALL),
    "not_allowed_token_type": ("the token is not a bot token", _REINSTALL),
    "org_login_required": ("the workspace is being moved to an organisation", _ADMIN),
    "team_access_not_granted": ("the app has no access to the channel's workspace", _ADMIN),
    "ekm_access_denied": ("the workspace's encryption keys are withheld", _ADMIN),
    "message_limit_exceeded": ("the workspace has used up its messages", _ADMIN),
    "slack_connect_canvas_sharing_blocked": ("sharing with outside people is blocked", _ADMIN),
    "slack_connect_lists_sharing_blocked": ("sharing with outside people is blocked", _ADMIN),
    "cannot_reply_to_message": ("the message takes no replies", "Press Retry to post anew."),
    "thread_not_found": ("the message it belongs to is gone", "Press Retry to post anew."),
    "message_not_found": ("the message was deleted", "Rerun the report to post it anew."),
    "cant_update_message": ("the message is not ours to edit", "Rerun it and post as new."),
    "edit_window_closed": ("the message is too old to be edited", "Rerun it and post as new."),
    "user_not_in_channel": ("the person is not in the channel", "Ask again where you both are."),
}
"""Permanent: code → (what is wrong, what to do), each a plain clause or sentence."""

_OTHER = ("it gave the reason “{code}”", "Look it up in Slack's documentation, then press Retry.")


def explain(code: str) -> tuple[str, str]:
    """Return ``(fault, remedy)`` of a permanent refusal, for Failure's params of POST_REFUSED."""
    if code in REMEDIES:
        return REMEDIES[code]
    if code.startswith("slack_connect_"):
        return ("sharing with outside people is blocked", _ADMIN)
    fault, remedy = _OTHER
    return (fault.format(code=code[:60]), remedy)


def judge(answer: web.Answer) -> delivery.Refused | delivery.Unknown:
    """Return what a call that was not done means for its message."""
    if answer.unclear:
        return delivery.Unknown(code=answer.error)
    if answer.retry_after is not None:
        return delivery.Refused(code=answer.error, retry_after=answer.retry_after)
    payload = answer.error in PAYLOAD
    return delivery.Refused(
        code=answer.error, permanent=not payload, payload=payload, detail=answer.detail
    )
