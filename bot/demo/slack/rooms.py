"""Channels and people as Slack shows them, and who may see which."""

from bot.demo.slack import core, workspace
from bot.demo.slack.refusal import Refusal
from bot.demo.slack.shapes import Json


def kind(channel: workspace.Channel) -> str:
    """The prefix of its scopes and events: channels, groups or im."""
    if channel.im_with:
        return "im"
    return "groups" if channel.private else "channels"


def need_scope(at: core.Core, *scopes: str) -> None:
    """Raise missing_scope unless the app has one of these."""
    if not at.app.scopes.intersection(scopes):
        raise Refusal(
            "missing_scope",
            {"needed": ",".join(scopes), "provided": ",".join(sorted(at.app.scopes))},
        )


def seen(at: core.Core, name: str) -> workspace.Channel:
    """The channel as the app sees it: a private one that it is not in is not there."""
    channel = at.space.channels.get(name)
    if channel is None or (channel.private and not at.bot_in(channel)):
        raise Refusal("channel_not_found")
    return channel


def joined(at: core.Core, name: str) -> workspace.Channel:
    """A channel that the app is a member of."""
    channel = seen(at, name)
    if not at.bot_in(channel):
        raise Refusal("not_in_channel")
    return channel


def writable(at: core.Core, name: str) -> workspace.Channel:
    """A channel that the app may post in; a person's id stands for their direct message."""
    if name in at.space.people and name != at.space.bot_user:
        name = at.space.direct(name).id
    channel = joined(at, name)
    if channel.archived:
        raise Refusal("is_archived")
    return channel


def readable(at: core.Core, name: str) -> workspace.Channel:
    """A channel whose messages the app may read."""
    channel = joined(at, name)
    need_scope(at, f"{kind(channel)}:history")
    return channel


def channel_json(at: core.Core, channel: workspace.Channel) -> Json:
    """A conversation object."""
    if channel.im_with:
        return {
            "id": channel.id,
            "created": 1_700_000_000,
            "is_archived": False,
            "is_im": True,
            "is_org_shared": False,
            "context_team_id": at.space.team_id,
            "user": channel.im_with,
        }
    shared = bool(channel.shared_with)
    teams = [at.space.team_id, *channel.shared_with]
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": True,
        "is_group": False,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.private,
        "is_archived": channel.archived,
        "is_general": False,
        "is_shared": shared,
        "is_ext_shared": shared,
        "is_org_shared": False,
        "is_pending_ext_shared": channel.pending_shared,
        "pending_shared": [],
        "pending_connected_team_ids": [],
        "connected_team_ids": teams if shared else [],
        "shared_team_ids": teams,
        "context_team_id": at.space.team_id,
        "is_member": at.bot_in(channel),
        "created": 1_700_000_000,
        "updated": 1_700_000_000_000,
        "creator": channel.creator or at.space.bot_user,
        "unlinked": 0,
        "previous_names": [],
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": channel.purpose, "creator": "", "last_set": 0},
    }


def person_json(at: core.Core, person: workspace.Person) -> Json:
    """A user object."""
    foreign = person.team != at.space.team_id
    profile: Json = {
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": person.name,
        "display_name_normalized": person.name,
        "team": person.team,
    }
    if person.email and "users:read.email" in at.app.scopes:
        profile["email"] = person.email
    if person.bot:
        profile |= {"bot_id": at.space.bot_id, "api_app_id": at.space.app_id}
    told: Json = {
        "id": person.id,
        "team_id": person.team,
        "name": person.name,
        "real_name": person.real_name,
        "deleted": person.deleted,
        "profile": profile,
        "is_bot": person.bot,
        "is_app_user": False,
        "updated": 1_700_000_000,
    }
    if foreign:
        return told | {"is_stranger": person.stranger}
    if person.deleted:
        return told
    return told | {
        "tz": "Europe/Paris",
        "tz_label": "Central European Time",
        "tz_offset": 3600,
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": person.guest,
        "is_ultra_restricted": person.single_channel_guest,
        "is_email_confirmed": not person.bot,
        "who_can_share_contact_card": "EVERYONE",
    }
