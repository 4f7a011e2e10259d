"""Slack's permanent refusals in plain words: what is wrong, and what an operator does about it.

Every error that Slack documents for the methods we call is here or in ``refusals``; which ones
those are is checked against Slack's own descriptions (tests/slack/test_refusals.py).
"""

from collections.abc import Iterable, Mapping

Words = tuple[str, str]
"""``(fault, remedy)``: a plain clause without a full stop, and sentences."""

_INVITE = "Type /invite and the bot's name in that channel, then press Retry."
_REINSTALL = "Reinstall the app from manifest.yml and set the new token, then restart the bot."
_ADMIN = "Ask an administrator of the workspace to allow it, then press Retry."
_ANOTHER = "Unarchive it, or name another channel in client.yaml, then press Retry."
_OURS = "That is a fault of the bot: report it with the bot's log, then press Retry."
_ANEW = "Press Retry to post anew."
_AS_NEW = "Rerun the report and choose Post as new."
_LATER = "Press Retry later."

_CHANNEL: Mapping[str, Words] = {
    "channel_not_found": ("the channel does not exist, or the bot is not in it", _INVITE),
    "invalid_channel": ("the channel does not exist, or the bot is not in it", _INVITE),
    "not_in_channel": ("the bot is not a member of the channel", _INVITE),
    "is_archived": ("the channel is archived", _ANOTHER),
    "is_inactive": ("the channel is archived, frozen or deleted", _ANOTHER),
    "channel_is_limited_access": ("the bot may not see the channel", _ADMIN),
    "method_not_supported_for_channel_type": (
        "it is no channel that this can be done in",
        "Name another channel in client.yaml, then press Retry.",
    ),
    "messages_tab_disabled": (
        "the app's Messages tab is switched off",
        "Switch it on under App Home in the app's settings, or name a channel instead.",
    ),
    "user_not_in_channel": ("the person is not in the channel", "Ask again where you both are."),
    "user_not_found": ("there is no such person in the workspace", "Check the id in the settings."),
    "user_disabled": ("the person's account is disabled", "Check the id in the settings."),
    "user_not_visible": ("the bot may not see that person", _ADMIN),
    "invalid_user_combination": ("the people share no channel with each other", _ADMIN),
}

_RIGHTS: Mapping[str, Words] = {
    "restricted_action": ("a preference of the workspace forbids the bot to post there", _ADMIN),
    "restricted_action_read_only_channel": ("the channel is read-only", _ADMIN),
    "restricted_action_thread_only_channel": ("the channel takes only replies", _ADMIN),
    "restricted_action_non_threadable_channel": ("the channel takes no replies", _ADMIN),
    "restricted_action_thread_locked": ("the thread is locked", _ADMIN),
    "posting_to_channel_denied": ("the bot may not share files in the channel", _ADMIN),
    "access_denied": ("the bot has no access to it", _ADMIN),
    "app_access_restricted": ("the workspace restricts who may use the app", _ADMIN),
    "enterprise_is_restricted": ("the organisation restricts the app", _ADMIN),
    "team_access_not_granted": ("the app has no access to the channel's workspace", _ADMIN),
    "team_not_found": ("Slack does not know the workspace", _ADMIN),
    "ekm_access_denied": (
        "the workspace's encryption keys are withheld, or its administrators closed the channel",
        _ADMIN,
    ),
    "message_limit_exceeded": (
        "the workspace has used up its messages",
        "Wait until its limit is renewed, or move it to a larger plan, then press Retry.",
    ),
    "send_on_behalf_not_allowed": ("the bot may not write in that person's name", _OURS),
}

_TOKEN: Mapping[str, Words] = {
    "missing_scope": ("the app lacks a permission it needs for this", _REINSTALL),
    "no_permission": ("the app lacks a permission it needs for this", _REINSTALL),
    "invalid_auth": ("the bot token is not valid", _REINSTALL),
    "not_authed": ("there is no bot token", "Set SLACK_BOT_TOKEN and restart the bot."),
    "account_inactive": ("the app was removed from the workspace", _REINSTALL),
    "token_revoked": ("the bot token was revoked", _REINSTALL),
    "token_expired": ("the bot token has expired", _REINSTALL),
    "not_allowed_token_type": ("the token is not a bot token", _REINSTALL),
    "is_bot": ("Slack does not let a bot do this", _OURS),
    "two_factor_setup_required": (
        "the workspace wants two-factor sign-in to be set up",
        "Set it up for the person who installed the app, then press Retry.",
    ),
}

_SHARED = "sharing with outside people is blocked"
_CONNECT: Mapping[str, Words] = {
    "slack_connect_canvas_sharing_blocked": (f"{_SHARED}: canvases", _ADMIN),
    "slack_connect_lists_sharing_blocked": (f"{_SHARED}: lists", _ADMIN),
    "slack_connect_clip_sharing_blocked": (f"{_SHARED}: clips", _ADMIN),
}

_MESSAGE: Mapping[str, Words] = {
    "cannot_reply_to_message": ("the message takes no replies", _ANEW),
    "thread_not_found": ("the message it belongs to is gone", _ANEW),
    "message_not_found": ("the message was deleted", _AS_NEW),
    "cant_update_message": ("the message is not the bot's to edit", _AS_NEW),
    "edit_window_closed": ("the workspace lets no message be edited that is so old", _AS_NEW),
    "block_mismatch": ("the message cannot take the new blocks", _AS_NEW),
    "cant_broadcast_message": ("the reply cannot be shown in the channel", _OURS),
}

_PAYLOAD: Mapping[str, Words] = {
    "invalid_blocks": ("a block of the message is not what Slack takes", _OURS),
    "invalid_blocks_format": ("the message's blocks cannot be read", _OURS),
    "invalid_arguments": ("an argument of the call is not what Slack takes", _OURS),
    "msg_blocks_too_long": ("the message's blocks are too long", _OURS),
    "msg_too_long": ("the message's text is too long", _OURS),
    "no_text": ("the message has no text", _OURS),
    "too_many_attachments": ("the message has too many attachments", _OURS),
    "invalid_attachments": ("the message's attachments are not what Slack takes", _OURS),
    "attachment_payload_limit_exceeded": ("the message's attachments are too long", _OURS),
    "too_many_contact_cards": ("the message has too many contact cards", _OURS),
    "markdown_text_conflict": ("the message has its text twice", _OURS),
    "invalid_slack_file": ("Slack cannot show the chart's image", _LATER),
    "slack_file_not_found": ("the chart's image is gone", _ANEW),
    "missing_file_data": ("the chart's image is incomplete", _ANEW),
    "chart_not_drawn": ("the chart could not be drawn", _OURS),
    "chart_not_ready": ("Slack did not finish with the chart's image in time", _LATER),
    "missing_scope_files": ("the app lacks the permission to upload files", _REINSTALL),
}

_FILES: Mapping[str, Words] = {
    "file_uploads_disabled": ("the workspace takes no files", _ADMIN),
    "file_uploads_except_images_disabled": ("the workspace takes no files but images", _ADMIN),
    "file_type_not_allowed": ("the workspace does not take files of this type", _ADMIN),
    "blocked_file_type": ("the workspace does not take files of this type", _ADMIN),
    "file_upload_size_restricted": ("the workspace does not take files of this size", _ADMIN),
    "storage_limit_reached": (
        "the workspace's room for files is used up",
        "Delete files, or move it to a larger plan, then press Retry.",
    ),
    "slack_connect_file_link_sharing_blocked": (f"{_SHARED}: files", _ADMIN),
    "slack_connect_file_upload_sharing_blocked": (f"{_SHARED}: files", _ADMIN),
    "slack_connect_blocked_file_type": (f"{_SHARED}: files of this type", _ADMIN),
    "file_not_found": ("the file is gone", _ANEW),
    "file_deleted": ("the file was deleted", _ANEW),
    "file_is_deleted": ("the file was deleted", _ANEW),
    "not_visible": ("the bot may not see the file", _ADMIN),
    "file_share_limit_reached": ("the file is shared in too many places", _ANEW),
    "max_file_sharing_exceeded": ("too many files are shared at once", _ANEW),
    "unable_to_share_files": ("Slack could not share the file", _LATER),
    "alt_txt_too_large": ("the image's description is too long", _OURS),
    "snippet_too_large": ("the file is too large for a snippet", _OURS),
    "unknown_snippet_type": ("Slack does not know the snippet's type", _OURS),
    "unknown_subtype": ("Slack does not know the file's type", _OURS),
    "canvas_disabled_file_team": ("canvases are switched off", _ADMIN),
    "canvas_disabled_user_team": ("canvases are switched off", _ADMIN),
    "canvas_globally_disabled": ("canvases are switched off", _ADMIN),
    "template_not_visible": ("the bot may not see the template", _ADMIN),
    "upload_failed": ("the file did not arrive at Slack", _LATER),
}


def _alike(codes: Iterable[str], fault: str) -> dict[str, Words]:
    return dict.fromkeys(codes, (fault, _OURS))


_METADATA = "the key by which the bot finds its message was not taken"
_FAULTS: Mapping[str, Words] = {
    **_alike(
        (
            *("invalid_metadata_format", "invalid_metadata_schema", "metadata_too_large"),
            *("metadata_must_be_sent_from_app", "invalid_metadata_filter_keys"),
        ),
        _METADATA,
    ),
    **_alike(
        (
            *("invalid_arg_name", "invalid_array_arg", "invalid_charset", "invalid_form_data"),
            *("invalid_json", "invalid_post_type", "missing_post_type", "missing_argument"),
            *("invalid_cursor", "invalid_limit", "invalid_ts_latest", "invalid_ts_oldest"),
            *("channels_limit_exceeded", "users_list_not_supplied", "not_enough_users"),
            *("too_many_users", "no_dual_broadcast_content_update", "as_user_not_supported"),
        ),
        "an argument of the call is not what Slack takes",
    ),
    **_alike(
        ("deprecated_endpoint", "method_deprecated", "unknown_method"),
        "Slack does not offer this call any more",
    ),
    **_alike(
        ("draft_already_deleted", "draft_already_sent", "draft_has_conflict", "draft_not_found"),
        "Slack took the message for a draft",
    ),
    **_alike(
        ("duplicate_channel_not_found", "duplicate_message_not_found"),
        "Slack took the message for a copy of another",
    ),
}

PERMANENT: Mapping[str, Words] = {
    **_CHANNEL,
    **_RIGHTS,
    **_TOKEN,
    **_CONNECT,
    **_MESSAGE,
    **_FAULTS,
}
"""Asking again cannot help before somebody did something."""
PAYLOAD: Mapping[str, Words] = {**_PAYLOAD, **_FILES}
"""The message as it is cannot be taken; a simpler rendering may."""

WORKSPACE = frozenset(
    {*_TOKEN, "team_not_found", "app_access_restricted", "enterprise_is_restricted"}
    | {"message_limit_exceeded"}
) - {"is_bot"}
"""Not of one channel or message: the whole workspace is refused."""

_OTHER = ("it gave the reason “{code}”", "Look it up in Slack's documentation, then press Retry.")
_OTHER_SHARED = (_SHARED, _ADMIN)


def find(code: str) -> Words:
    """Return the words for a code; Slack's own name where it is a new one."""
    known = PERMANENT.get(code) or PAYLOAD.get(code)
    if known is not None:
        return known
    if code.startswith("slack_connect_"):
        return _OTHER_SHARED
    fault, remedy = _OTHER
    return (fault.format(code=code[:60]), remedy)
