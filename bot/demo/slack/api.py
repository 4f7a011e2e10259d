"""The Web API: which methods there are, what they need, and how each call is answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from bot.demo.slack import chat, conversations, core, directory, files, rooms, uploads, views
from bot.demo.slack.arguments import Args
from bot.demo.slack.refusal import Refusal
from bot.demo.slack.shapes import Json

Handler = Callable[[core.Core, Args], Json]
_READ = ("channels:read", "groups:read", "im:read", "mpim:read")
_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
_MANAGE = ("channels:manage", "groups:write")


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One method: who answers it, any one of these scopes, and which token."""

    handler: Handler
    scopes: tuple[str, ...] = ()
    caller: Literal["bot", "app", "any"] = "bot"


def connections_open(at: core.Core, _args: Args) -> Json:
    """apps.connections.open: an address with a ticket for one websocket."""
    address = at.base.replace("http://", "ws://", 1)
    return {"url": f"{address}/link/?ticket={at.tickets.socket()}&app_id={at.space.app_id}"}


METHODS: Mapping[str, Method] = {
    "api.test": Method(handler=directory.api_test, caller="any"),
    "apps.connections.open": Method(handler=connections_open, caller="app"),
    "auth.test": Method(handler=directory.auth_test, caller="any"),
    "bots.info": Method(handler=directory.bots_info, scopes=("users:read",)),
    "chat.delete": Method(handler=chat.delete, scopes=("chat:write",)),
    "chat.getPermalink": Method(handler=chat.permalink),
    "chat.postEphemeral": Method(handler=chat.post_ephemeral, scopes=("chat:write",)),
    "chat.postMessage": Method(handler=chat.post, scopes=("chat:write",)),
    "chat.update": Method(handler=chat.update, scopes=("chat:write",)),
    "conversations.archive": Method(handler=conversations.archive, scopes=_MANAGE),
    "conversations.create": Method(handler=conversations.create, scopes=_MANAGE),
    "conversations.history": Method(handler=conversations.history, scopes=_HISTORY),
    "conversations.info": Method(handler=conversations.info, scopes=_READ),
    "conversations.invite": Method(handler=conversations.invite, scopes=_MANAGE),
    "conversations.join": Method(handler=conversations.join, scopes=("channels:join",)),
    "conversations.list": Method(handler=conversations.listed, scopes=_READ),
    "conversations.members": Method(handler=conversations.members, scopes=_READ),
    "conversations.open": Method(handler=conversations.opened, scopes=(*_MANAGE, "im:write")),
    "conversations.replies": Method(handler=conversations.replies, scopes=_HISTORY),
    "conversations.setPurpose": Method(handler=conversations.describe, scopes=_MANAGE),
    "conversations.setTopic": Method(handler=conversations.describe, scopes=_MANAGE),
    "files.completeUploadExternal": Method(handler=uploads.complete, scopes=("files:write",)),
    "files.delete": Method(handler=files.delete, scopes=("files:write",)),
    "files.getUploadURLExternal": Method(handler=uploads.upload_url, scopes=("files:write",)),
    "files.info": Method(handler=files.info, scopes=("files:read",)),
    "team.info": Method(handler=directory.team_info, scopes=("team:read",)),
    "usergroups.list": Method(handler=directory.usergroups, scopes=("usergroups:read",)),
    "usergroups.users.list": Method(handler=directory.usergroup_users, scopes=("usergroups:read",)),
    "users.conversations": Method(handler=conversations.of_user, scopes=_READ),
    "users.info": Method(handler=directory.user_info, scopes=("users:read",)),
    "users.list": Method(handler=directory.users, scopes=("users:read",)),
    "users.lookupByEmail": Method(handler=directory.by_email, scopes=("users:read.email",)),
    "views.open": Method(handler=views.opened),
    "views.publish": Method(handler=views.publish),
    "views.push": Method(handler=views.push),
    "views.update": Method(handler=views.update),
}
"""The whole list of what is served."""


def authorised(at: core.Core, name: str, *, token: str) -> Method:
    """The method, if this token may call it; raises Slack's refusal otherwise."""
    method = METHODS.get(name)
    if method is None:
        raise Refusal("unknown_method", {"req_method": name})
    if not token:
        raise Refusal("not_authed")
    if token not in {at.app.bot_token, at.app.app_token}:
        raise Refusal("invalid_auth")
    kind = "app" if token == at.app.app_token else "bot"
    if method.caller not in {"any", kind}:
        raise Refusal("not_allowed_token_type")
    if method.scopes:
        rooms.need_scope(at, *method.scopes)
    return method


def perform(at: core.Core, name: str, *, args: Args) -> Json:
    """Carry a call out that was authorised."""
    return {"ok": True, **METHODS[name].handler(at, args)}


def scope_headers(at: core.Core, name: str, *, token: str) -> dict[str, str]:
    """What a bot token's answers say about scopes."""
    if token != at.app.bot_token:
        return {}
    headers = {"x-oauth-scopes": ",".join(sorted(at.app.scopes))}
    if name in METHODS and METHODS[name].scopes:
        headers["x-accepted-oauth-scopes"] = ",".join(METHODS[name].scopes)
    return headers
