"""The workspace: who is in it, which channels there are, and what was ever said. It outlives
the server that shows it, so that a test may stop Slack and start it again.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from bot.demo.slack import records


@dataclass(slots=True, kw_only=True)
class Person:
    """A user of Slack; a guest, a bot or somebody of another workspace too."""

    id: str
    name: str
    real_name: str = ""
    team: str = ""
    """Empty: of this workspace."""
    guest: bool = False
    single_channel_guest: bool = False
    stranger: bool = False
    """Foreign and without a shared channel."""
    bot: bool = False
    deleted: bool = False
    email: str = ""


@dataclass(slots=True, kw_only=True)
class Channel:
    """A channel, or a direct message where ``im_with`` names its person."""

    id: str
    name: str
    private: bool = False
    shared_with: tuple[str, ...] = ()
    """Ids of the other workspaces."""
    pending_shared: bool = False
    archived: bool = False
    members: set[str] = field(default_factory=set[str])
    topic: str = ""
    purpose: str = ""
    creator: str = ""
    im_with: str = ""


@dataclass(slots=True, kw_only=True)
class Rules:
    """The switches of a workspace, and Slack's own spans in seconds."""

    native_data_blocks: bool = True
    """False: data_table and data_visualization are refused (some plans)."""
    tables: bool = True
    """False: the table block is refused too."""
    file_uploads: bool = True
    paid: bool = True
    """False: user groups answer plan_upgrade_required."""
    file_ready_seconds: float = 0.0
    """How long after its completion an upload is usable."""
    ack_seconds: float = 3.0
    retry_seconds: tuple[float, ...] = (0.0, 60.0, 300.0)
    """When an unacknowledged event is sent again, counted from the failure before."""
    trigger_seconds: float = 3.0
    response_url_seconds: float = 1800.0
    response_url_uses: int = 5
    ticket_seconds: float = 30.0
    leave_seconds: float = 10.0
    """How long a socket stays open after its disconnect frame."""
    ping_seconds: float = 15.0
    max_sockets: int = 10
    post_seconds: float = 0.0
    """Least distance between two posts in one channel; Slack's is 1. 0: not enforced."""
    rate_limits: bool = False
    """Whether calls beyond Slack's tiers are answered 429, and counted; see tiers.py."""
    max_blocks_bytes: int = 200_000


class Workspace:
    """One Slack workspace with one app installed."""

    def __init__(self, team_id: str = "T0NORTHWIND", *, name: str = "Northwind Reports") -> None:
        self.team_id = team_id
        self.name = name
        self.domain = "".join(c for c in name.lower() if c.isalnum())
        self.app_id = "A0REPORTOPS"
        self.bot_id = "B0REPORTOPS"
        self.bot_user = "U0REPORTOPS"
        self.rules = Rules()
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.usergroups: dict[str, records.Usergroup] = {}
        self.messages = records.Messages()
        self.files: dict[str, records.File] = {}
        self.views: dict[str, records.View] = {}
        self.homes: dict[str, records.View] = {}
        self._last_stamp = 0
        self.add_person(Person(id=self.bot_user, name="reportops", real_name="reportops", bot=True))

    def add_person(self, person: Person) -> Person:
        """Let somebody in; without a team they are of this workspace."""
        person.team = person.team or self.team_id
        person.real_name = person.real_name or person.name.title()
        person.guest = person.guest or person.single_channel_guest
        self.people[person.id] = person
        return person

    def add_channel(self, channel: Channel) -> Channel:
        """Create a channel; every member must be known."""
        unknown = channel.members - set(self.people)
        if unknown:
            raise KeyError(f"channel {channel.id}: no such people: {sorted(unknown)}")
        self.channels[channel.id] = channel
        return channel

    def direct(self, user: str) -> Channel:
        """The direct message between the app and a person, opened on first use."""
        known = self.channels.get("D" + user[1:])
        return known or self.add_channel(
            Channel(
                id="D" + user[1:],
                name="directmessage",
                private=True,
                members={user, self.bot_user},
                im_with=user,
            )
        )

    def outsider(self, user: str) -> bool:
        """Whether a person belongs to another workspace."""
        return self.people[user].team != self.team_id

    def stamp(self, now: datetime) -> str:
        """A ts: the time in microseconds, unique and increasing in the whole workspace."""
        micros = int(now.timestamp() * 1_000_000)
        self._last_stamp = max(micros, self._last_stamp + 1)
        return f"{self._last_stamp // 1_000_000}.{self._last_stamp % 1_000_000:06d}"

    def fresh(self, prefix: str) -> str:
        """A new id of Slack's shape, such as ``F0`` and nine more."""
        return f"{prefix}0{secrets.token_hex(5).upper()[:9]}"


def sample_workspace() -> Workspace:
    """The demo's workspace: two operators, a colleague, a client's guest, somebody of a client's
    own workspace; the ops channel and one channel for each sample client.

    No guest and nobody from outside is in a client's channel until somebody puts them there.
    """
    place = Workspace()
    for person in (
        Person(id="U0CLAIRE", name="claire", real_name="Claire Fontaine", email="claire@nw.test"),
        Person(id="U0TOM", name="tom", real_name="Tom Becker", email="tom@nw.test"),
        Person(id="U0MALIK", name="malik", real_name="Malik Osei", email="malik@nw.test"),
        Person(id="U0GUEST", name="gwen", real_name="Gwen Guest", guest=True),
        Person(id="U0FOREIGN", name="aurelie", real_name="Aurélie Roux", team="T0ACMESAS"),
    ):
        place.add_person(person)
    operators = {place.bot_user, "U0CLAIRE", "U0TOM"}
    for channel in (
        Channel(id="C0REPORTOPS", name="report-ops", private=True, members=set(operators)),
        Channel(id="C0ACMEREPORT", name="acme", members={*operators, "U0MALIK"}),
        Channel(id="C0PVCPREPORT", name="pvcp", members={*operators, "U0MALIK"}),
        Channel(id="C0XYZREPORT", name="xyz", members={*operators, "U0MALIK"}),
    ):
        place.add_channel(channel)
    return place
