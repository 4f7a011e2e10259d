"""Who may ask what about which client: pure policy, one place (Settled 14).

Operators are named by Slack id in the settings, or are members of the ops channel while that is
private and unshared; guests, people of other workspaces and bots never are. There are no roles
beyond that. Everybody else sees the status of the channel they stand in and may press Why under
the posts there. A refusal repeats no client's name, and unknown and forbidden read alike.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from bot.domain import client, ids, people


class Kind(StrEnum):
    """What somebody is to us."""

    SHELL = "shell"
    """The person who may read the bot's own files."""
    OPERATOR = "operator"
    MEMBER = "member"
    """Of the installing workspace, and not an operator."""
    GUEST = "guest"
    FOREIGN = "foreign"
    """Of another workspace, in a shared channel."""
    BOT = "bot"
    """Not a person, or one whose account is closed."""
    UNKNOWN = "unknown"
    """Slack could not say who they are, or who is in the ops channel; as little as a guest."""


OPERATORS = frozenset({Kind.SHELL, Kind.OPERATOR})


class Operation(StrEnum):
    """Everything that may be asked, from a command, a button, a view or the shell."""

    MENU = "menu"
    HELP = "help"
    WHOAMI = "whoami"
    STATUS = "status"
    WHY = "why"
    LIST = "list"
    SCHEDULE = "schedule"
    HISTORY = "history"
    COST = "cost"
    DETAILS = "details"
    RERUN = "rerun"
    RERUN_FAILED = "rerun failed"
    RETRY = "retry"
    RETRY_ALL = "retry all"
    """Every run that one cause stops, of all clients."""
    SKIP = "skip"
    SEND_WITHOUT = "send without"
    RELEASE = "release"
    """Replace, post as new or discard what a rerun made."""
    CONFIRM = "confirm audience"
    IDENTIFY = "confirm identity"
    """Say that what a source serves is this client's."""
    PAUSE = "pause"
    RESUME = "resume"
    CHECK = "check"
    """Open a client's sources, and say what was found: for its reports to be made and posted."""
    REMOVE = "remove client"
    """End a client's runs, and delete its credentials and what is stored of it."""
    ROTATE = "rotate"
    """Put another credential in the place of one, or the one before back."""
    HEALTH = "health"
    BACKUP = "backup"
    WAKE = "wake"


OPEN = frozenset({Operation.MENU, Operation.HELP, Operation.WHOAMI})
"""For everybody: what they answer is cut to what the asker may see."""
OWN = frozenset({Operation.STATUS, Operation.WHY})
"""For everybody, about the channel they stand in."""
PRIVATE = frozenset({Operation.COST})
"""For operators, in the ops channel or by direct message only."""
SHELL_ONLY = frozenset({Operation.HEALTH, Operation.BACKUP, Operation.WAKE, Operation.REMOVE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where it was asked."""

    channel: ids.ChannelId | None = None
    """None: the shell."""
    ops: bool = False
    """It is the ops channel."""
    direct: bool = False
    """A direct message with the bot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks, and where they stand."""

    who: str
    """A Slack id, or ``shell:<user>``."""
    kind: Kind
    place: Place

    @property
    def operator(self) -> bool:
        """Whether they steer the bot."""
        return self.kind in OPERATORS


def kind(person: people.Person, *, named: Collection[str]) -> Kind:
    """Return what somebody is to us; ``named`` are the settings' operators."""
    if not person.known:
        return Kind.UNKNOWN
    if person.bot or person.deleted:
        return Kind.BOT
    if not person.team_ok or person.stranger:
        return Kind.FOREIGN
    if person.guest:
        return Kind.GUEST
    if person.user in named or person.ops_member:
        return Kind.OPERATOR
    return Kind.MEMBER if person.ops_known else Kind.UNKNOWN


class Reason(StrEnum):
    """Why not."""

    FORBIDDEN = "forbidden"
    """Not theirs to ask, or there is no such client: the two read alike."""
    UNKNOWN = "unknown"
    """There is no such client; told to operators only."""
    UNSURE = "unsure"
    """Slack does not say whether it is theirs to ask."""
    PLACE = "place"
    """Theirs to ask, but not where others might read along."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """Go ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """No, and why."""

    reason: Reason


Decision = Allowed | Refused

SENTENCES = {
    Reason.FORBIDDEN: (
        "That is not something you can do here. In a client's channel, `/report status` shows "
        "how its reports stand, and *Why these numbers?* under a report explains its figures."
    ),
    Reason.UNKNOWN: "I do not know that client. `/report list` names them all.",
    Reason.UNSURE: (
        "Slack does not tell me just now who you are, so I cannot do that. "
        "Please try again in a minute."
    ),
    Reason.PLACE: "Costs are answered in the ops channel or in a direct message with me only.",
}


def decide(
    actor: Actor,
    operation: Operation,
    *,
    client: client.Client | None = None,
    named: bool = False,
    channel: ids.ChannelId | None = None,
) -> Decision:
    """Return whether ``actor`` may do ``operation``.

    ``client`` is what it is about; with ``named`` true and ``client`` None one was asked for that
    does not exist. ``channel`` is where the post stands that a Why is pressed under.
    """
    if actor.kind is Kind.BOT or (operation in SHELL_ONLY and actor.kind is not Kind.SHELL):
        return Refused(reason=Reason.FORBIDDEN)
    if actor.operator:
        return _operator(actor, operation, missing=named and client is None)
    if operation in OPEN:
        return Allowed()
    if operation in OWN and _own(actor.place, client, channel=channel):
        return Allowed()
    is_unsure = actor.kind is Kind.UNKNOWN
    return Refused(reason=Reason.UNSURE if is_unsure else Reason.FORBIDDEN)


def _operator(actor: Actor, operation: Operation, *, missing: bool) -> Decision:
    in_private = actor.kind is Kind.SHELL or actor.place.ops or actor.place.direct
    if operation in PRIVATE and not in_private:
        return Refused(reason=Reason.PLACE)
    return Refused(reason=Reason.UNKNOWN) if missing else Allowed()


def _own(place: Place, about: client.Client | None, *, channel: ids.ChannelId | None) -> bool:
    if place.channel is None:
        return False
    if channel is not None:
        return channel == place.channel
    return about is not None and place.channel in channels(about)


def channels(about: client.Client) -> frozenset[ids.ChannelId]:
    """Return the channels that are a client's own; their readers may see its status."""
    reports = (report.channel for report in about.reports.values())
    return frozenset({about.channel, *(channel for channel in reports if channel)})
