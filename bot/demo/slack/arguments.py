"""Arguments of Web API methods: reading them as Slack does, and telling the unknown ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.demo.slack import shapes
from bot.demo.slack.refusal import Refusal
from bot.demo.slack.shapes import Json

GLOBAL_ERRORS = frozenset(
    {
        "account_inactive",
        "deprecated_endpoint",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "fatal_error",
        "internal_error",
        "invalid_arg_name",
        "invalid_arguments",
        "invalid_auth",
        "invalid_form_data",
        "invalid_json",
        "is_bot",
        "method_deprecated",
        "missing_post_type",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "ratelimited",
        "request_timeout",
        "service_unavailable",
        "team_access_not_granted",
        "team_added_to_org",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
        "unknown_method",
        "accesslimited",
        "org_login_required",
    }
)
"""What any method may answer; the descriptions of single methods leave them out."""
_POST = "attachments blocks channel icon_emoji icon_url link_names markdown_text metadata parse"
KNOWN: Mapping[str, str] = {
    "api.test": "error foo",
    "apps.connections.open": "",
    "auth.test": "",
    "bots.info": "bot team_id",
    "chat.delete": "as_user channel ts",
    "chat.getPermalink": "channel message_ts",
    "chat.postEphemeral": f"{_POST} as_user text thread_ts user username",
    "chat.postMessage": f"{_POST} as_user current_draft_last_updated_ts mrkdwn reply_broadcast"
    " text thread_ts unfurl_links unfurl_media username",
    "chat.update": "as_user attachments blocks channel file_ids link_names markdown_text metadata"
    " parse reply_broadcast text ts unfurled_attachments",
    "conversations.archive": "channel",
    "conversations.create": "is_private name team_id",
    "conversations.history": "channel cursor include_all_metadata inclusive latest limit oldest",
    "conversations.info": "channel include_locale include_num_members",
    "conversations.invite": "channel force users",
    "conversations.join": "channel",
    "conversations.leave": "channel",
    "conversations.list": "cursor exclude_archived limit team_id types",
    "conversations.members": "channel cursor limit",
    "conversations.open": "channel prevent_creation return_im users",
    "conversations.replies": "channel cursor include_all_metadata inclusive latest limit oldest ts",
    "conversations.setPurpose": "channel purpose",
    "conversations.setTopic": "channel topic",
    "files.completeUploadExternal": "blocks channel_id channels files icon_emoji icon_url"
    " initial_comment thread_ts username",
    "files.delete": "file",
    "files.getUploadURLExternal": "alt_txt filename length snippet_type",
    "files.info": "count cursor file limit page",
    "team.info": "domain team",
    "usergroups.list": "include_count include_disabled include_users team_id",
    "usergroups.users.list": "include_disabled team_id usergroup",
    "users.conversations": "cursor exclude_archived exclude_muted limit team_id types user",
    "users.info": "include_locale user",
    "users.list": "cursor include_locale limit team_id",
    "users.lookupByEmail": "email",
    "views.open": "interactivity_pointer trigger_id view",
    "views.publish": "hash interactivity_pointer user_id view",
    "views.push": "interactivity_pointer trigger_id view",
    "views.update": "external_id hash view view_id",
}
"""Method → its arguments, for when Slack's descriptions are not at hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptions:
    """Slack's own descriptions of methods, where they are at hand."""

    arguments: Mapping[str, frozenset[str]]
    errors: Mapping[str, frozenset[str]]

    def unknown(self, method: str, args: Json) -> tuple[str, ...]:
        """The arguments that the method does not have; SDKs add team_id to any call."""
        known = self.arguments.get(method, frozenset(KNOWN.get(method, "").split()))
        return tuple(sorted(set(args) - known - {"token", "team_id"}))

    def undocumented(self, method: str, error: str) -> bool:
        """Whether the method is described and this is none of its errors."""
        errors = self.errors.get(method)
        return errors is not None and error not in errors | GLOBAL_ERRORS


def describe(folder: Path | None) -> Descriptions:
    """Read ``<method>.json`` files of a folder; none at all where there is no folder."""
    arguments: dict[str, frozenset[str]] = {}
    errors: dict[str, frozenset[str]] = {}
    for path in sorted(folder.glob("*.json")) if folder and folder.is_dir() else ():
        told = shapes.obj(shapes.parse(path.read_bytes()))
        arguments[path.stem] = frozenset(shapes.obj(shapes.obj(told.get("args")).get("properties")))
        errors[path.stem] = frozenset(shapes.obj(told.get("errors")))
    return Descriptions(arguments=arguments, errors=errors)


class Args:
    """The arguments of one call; forms bring text only, JSON bodies bring types."""

    def __init__(self, raw: Json) -> None:
        self.raw = {key: value for key, value in raw.items() if value is not None}

    def has(self, name: str) -> bool:
        """Whether it was given."""
        return name in self.raw

    def need(self, *names: str) -> None:
        """Raise invalid_arguments unless all of these are given."""
        missing = [name for name in names if self.raw.get(name, "") == ""]
        if missing:
            messages = [f"[ERROR] missing required field: {name}" for name in missing]
            raise Refusal("invalid_arguments", {"response_metadata": {"messages": messages}})

    def text(self, name: str, default: str = "") -> str:
        """An argument as text."""
        value = self.raw.get(name, default)
        return value if isinstance(value, str) else str(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """An argument as true or false."""
        if name not in self.raw:
            return default
        return self.raw[name] in (True, "true", "True", "1")

    def number(self, name: str, default: int, *, low: int, high: int) -> int:
        """An argument as a number; raises invalid_arguments outside its bounds."""
        value = self.raw.get(name, default)
        try:
            found = int(str(value))
        except ValueError:
            found = low - 1
        if not low <= found <= high:
            message = f"[ERROR] must be between {low} and {high} [json-pointer:/{name}]"
            raise Refusal("invalid_arguments", {"response_metadata": {"messages": [message]}})
        return found

    def names(self, name: str) -> list[str]:
        """A comma-separated argument, or a list."""
        value = self.raw.get(name)
        if shapes.is_list(value):
            return [str(one) for one in value]
        return [one.strip() for one in str(value or "").split(",") if one.strip()]

    def parsed(self, name: str) -> object:
        """An argument that is JSON, as text or as such; None where it is neither."""
        value = self.raw.get(name)
        return shapes.parse(value) if isinstance(value, str) else value
