"""What every part of the local Slack works on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot import clock
from bot.demo.slack import changes, faults, journal, tickets, tiers, workspace
from bot.demo.slack.shapes import Json

DEFAULT_SCOPES: frozenset[str] = frozenset(
    {
        "channels:history",
        "channels:manage",
        "channels:read",
        "chat:write",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "groups:write",
        "im:write",
        "usergroups:read",
        "users:read",
    }
)
DEFAULT_EVENTS: frozenset[str] = frozenset(
    {
        "app_home_opened",
        "channel_archive",
        "channel_id_changed",
        "channel_left",
        "channel_shared",
        "channel_unarchive",
        "channel_unshared",
        "group_archive",
        "group_left",
        "group_unarchive",
        "member_joined_channel",
        "member_left_channel",
        "subteam_members_changed",
        "user_change",
    }
)


@dataclass(slots=True, kw_only=True)
class App:
    """The one app that is installed, as its manifest would say it."""

    scopes: frozenset[str] = DEFAULT_SCOPES
    commands: frozenset[str] = frozenset({"/report"})
    events: frozenset[str] = DEFAULT_EVENTS
    """The event types it is subscribed to; ``message.channels`` and the like too."""
    shortcuts: Mapping[str, str] = field(default_factory=dict[str, str])
    """Callback id → ``message`` or ``global``; empty: any is taken."""
    home_tab: bool = True
    messages_tab: bool = True
    bot_token: str = field(repr=False)
    app_token: str = field(repr=False)


@dataclass(slots=True, kw_only=True)
class Core:
    """Shared by the server's parts; none of them knows another."""

    space: workspace.Workspace
    app: App
    clock: clock.Clock
    journal: journal.Journal
    faults: faults.Faults
    changes: changes.Changes
    tickets: tickets.Tickets
    tiers: tiers.Tiers
    emit: Callable[[Json], None]
    """Send an event to the app, if it is subscribed; returns at once."""
    base: str = ""
    """``http://127.0.0.1:PORT``, once it is bound."""

    def act(self, what: str, facts: Json | None = None) -> None:
        """Write down what a person or a socket did."""
        cleaned = self.journal.clean_object(facts or {})
        entry = journal.Act(seq=self.journal.next(), at=self.clock.now(), what=what, facts=cleaned)
        self.journal.add(entry)
        self.changes.publish("act", {"what": what, **cleaned})

    def stamp(self) -> str:
        """A new ts."""
        return self.space.stamp(self.clock.now())

    def bot_in(self, channel: workspace.Channel) -> bool:
        """Whether the app is a member."""
        return self.space.bot_user in channel.members
