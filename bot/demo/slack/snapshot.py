"""The whole workspace as data, as one person sees it: what a page over it draws first."""

from bot.demo.slack import chat, core, rooms, views, workspace
from bot.demo.slack.shapes import Json


def sees(at: core.Core, user: str, *, channel: workspace.Channel) -> bool:
    """Whether a person finds a channel: their own ones, and public ones unless they are a guest or
    of another workspace.
    """
    person = at.space.people.get(user)
    restricted = person is None or person.guest or person.team != at.space.team_id
    return user in channel.members or not (channel.private or restricted)


def of(at: core.Core, *, user: str = "") -> Json:
    """Channels with their messages, people, and this person's ephemerals, modals and home."""
    space = at.space
    visible = [
        channel
        for channel in space.channels.values()
        if not user or sees(at, user, channel=channel)
    ]
    home = space.homes.get(user)
    return {
        "seq": at.changes.last,
        "now": at.clock.now().isoformat(),
        "team": {"id": space.team_id, "name": space.name, "bot_user": space.bot_user},
        "people": [rooms.person_json(at, person) for person in space.people.values()],
        "channels": [
            rooms.channel_json(at, channel)
            | {
                "members": sorted(channel.members),
                "messages": [
                    chat.message_json(at, message, metadata=True)
                    for message in space.messages.everything(channel.id)
                ],
            }
            for channel in visible
        ],
        "ephemerals": [
            chat.message_json(at, message) | {"channel": message.channel}
            for message in space.messages.ephemerals(user)
        ],
        "views": [
            views.view_json(at, view) | {"errors": dict(view.errors), "busy": view.busy}
            for view in views.stack(at, user)
        ],
        "home": views.view_json(at, home) if home else None,
        "tabs": {"home": at.app.home_tab, "messages": at.app.messages_tab},
        "commands": sorted(at.app.commands),
    }
