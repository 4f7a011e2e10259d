"""What Slack sends, read without trusting its shape: what is absent reads as empty."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from bot import access
from bot.domain import ids
from bot.slack import ids as names

Body = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One request of one person: a command, a press, or a modal sent off."""

    user: ids.UserId
    channel: ids.ChannelId | None
    direct: bool
    trigger: str
    """Slack's trigger id: unique to the request, good for three seconds to open a modal."""
    team: str = ""
    """The workspace that the payload says they are of; empty where it does not."""
    text: str = ""
    """What was typed after the command."""
    private: bool = False
    """Whether what was pressed stands in a message that only this person sees."""
    value: str = ""
    """What the pressed button, or the chosen entry of a menu, carries."""
    home: bool = False
    """Whether it was pressed on the home tab."""
    window: str = ""
    """The id of the modal in which it was pressed."""
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    """What was filled into the inputs of a modal that its handler asked for by name."""


def command(body: Body) -> Turn:
    """Read a slash command."""
    channel = text(body, "channel_id")
    return Turn(
        user=ids.UserId(text(body, "user_id")),
        channel=ids.ChannelId(channel) if channel else None,
        direct=_direct(channel),
        trigger=text(body, "trigger_id"),
        text=text(body, "text"),
    )


def press(body: Body) -> Turn:
    """Read a press of a button, or a choice from an overflow menu. In a view the channel is the
    second word of its private metadata.
    """
    channel = text(body, "channel", "id") or text(body, "container", "channel_id")
    channel = channel or text(body, "view", "private_metadata").partition(" ")[2]
    home = text(body, "view", "type") == "home"
    action = first(body, "actions")
    value = text(action, "value") or text(action, "selected_option", "value")
    return Turn(
        user=ids.UserId(text(body, "user", "id")),
        team=text(body, "user", "team_id"),
        channel=ids.ChannelId(channel) if channel else None,
        direct=_direct(channel),
        trigger=text(body, "trigger_id"),
        private=_at(body, ("container", "is_ephemeral")) is True,
        value=value or _chosen(body),
        home=home,
        window="" if home else text(body, "view", "id"),
    )


def shortcut(body: Body) -> Turn:
    """Read a shortcut. On a message the ``value`` is its ts; without one it is as in a direct
    message: nobody else sees what comes of it.
    """
    channel = text(body, "channel", "id")
    return Turn(
        user=ids.UserId(text(body, "user", "id")),
        team=text(body, "user", "team_id"),
        channel=ids.ChannelId(channel) if channel else None,
        direct=_direct(channel) or not channel,
        trigger=text(body, "trigger_id"),
        value=text(body, "message_ts"),
    )


def modal(body: Body, *fields: str) -> Turn:
    """Read a modal that was sent off. Its ``value`` is the view's private metadata, whose second
    word is the channel it was opened from. ``fields`` are the inputs that are read, each named
    alike as block and as action: what is not named here is kept nowhere, so never name a secret.
    """
    value = text(body, "view", "private_metadata")
    _, _, channel = value.partition(" ")
    return Turn(
        user=ids.UserId(text(body, "user", "id")),
        team=text(body, "user", "team_id"),
        channel=ids.ChannelId(channel) if channel else None,
        direct=_direct(channel),
        trigger=text(body, "trigger_id") or text(body, "view", "id"),
        value=value,
        fields={name: _filled(body, name) for name in fields},
    )


def inputs(body: Body, prefix: str) -> Mapping[str, str]:
    """Return what the text inputs of a modal hold whose names begin so, by the rest of the name.

    They may be secrets: never put into a turn, which is kept.
    """
    path = ("view", "state", "values")
    blocks = _at(body, path)
    names = list(cast("Body", blocks)) if isinstance(blocks, dict) else []
    return {
        name.removeprefix(prefix): text(body, *path, name, name, "value")
        for name in names
        if name.startswith(prefix)
    }


def place(turn: Turn, ops_channel: str | None) -> access.Place:
    """Return where the person stands."""
    in_ops = turn.channel is not None and turn.channel == ops_channel
    return access.Place(channel=turn.channel, ops=in_ops, direct=turn.direct)


def text(body: Body, *path: str) -> str:
    """Return a text inside nested objects, or an empty one."""
    found = _at(body, path)
    return found if isinstance(found, str) else ""


def first(body: Body, *path: str) -> Body:
    """Return the first object of a list inside nested objects, or an empty one."""
    found = _at(body, path)
    items = cast("Sequence[object]", found) if isinstance(found, list) else ()
    return cast("Body", items[0]) if items and isinstance(items[0], dict) else {}


def identity(body: Body) -> str | None:
    """Return what is the same when Slack sends the same thing again, and else never; or None."""
    event = text(body, "event_id")
    if event:
        return f"event:{event}"
    trigger = text(body, "trigger_id")
    return f"trigger:{trigger}" if trigger else None


def _filled(body: Body, name: str) -> str:
    """What an input of a modal holds: a text, a date, or the value of the chosen option."""
    path = ("view", "state", "values", name, name)
    return (
        text(body, *path, "value")
        or text(body, *path, "selected_date")
        or text(body, *path, "selected_option", "value")
    )


def _chosen(body: Body) -> str:
    """The client chosen in the menu, for buttons that carry none."""
    path = ("state", "values", names.MENU_TOOLS, names.MENU_CLIENT, "selected_option", "value")
    return text(body, *path) or text(body, "view", *path)


def _at(body: Body, path: Sequence[str]) -> object:
    found: object = body
    for key in path:
        if not isinstance(found, dict):
            return None
        found = cast("Body", found).get(key)
    return found


def _direct(channel: str) -> bool:
    """Slack's direct messages, and only they, have ids that begin with a D."""
    return channel.startswith("D")
