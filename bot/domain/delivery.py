"""Deliveries: what is, or will be, in Slack; each row is posted exactly once."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from bot.domain import ids

Block = Mapping[str, object]
"""One Block Kit block, as plain data."""


class Kind(StrEnum):
    """What a message is for."""

    REPORT = "report"
    CARD = "card"
    REPLY = "reply"
    """In a card's thread: one per attempt and act."""
    NOTICE = "notice"
    """That a promise is broken: the one neutral line that outside eyes see, and the operators'."""
    OPS = "ops"
    """A word to the operators that is not an incident: a broken file, a missed run."""


class State(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    POSTING = "posting"
    """Committed before the call; a crash leaves it here and read-back settles it."""
    UNKNOWN = "unknown"
    """The call's result is not known; only reading back may settle it."""
    POSTED = "posted"
    """A ts is in hand."""
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """The series of a chart that is still to be drawn as an image, where a body needs one."""

    title: str
    labels: tuple[str, ...]
    values: tuple[float, ...]
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """One rendering of a message. ``text`` is what notifications and screen readers get."""

    text: str
    blocks: tuple[Block, ...] = ()
    chart: Trend | None = None
    """Where set, the poster uploads it and puts it in the block whose type is ``chart_here``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message of ours: wanted, on its way, or there. Instants are UTC."""

    key: str
    """Unique; travels as Slack message metadata. ``report:acme:weekly:2026-11-16:2026-11-23:0``,
    ``card:<incident>``, ``reply:<incident>:<n>``, ``notice:<run>``,
    ``late:<run>``, ``ops:<what>``."""
    kind: Kind
    client: ids.ClientId | None = None
    report: ids.ReportName | None = None
    period_start: date | None = None
    period_end: date | None = None
    revision: int = 0
    run: ids.RunId | None = None
    incident: ids.IncidentId | None = None
    channel: ids.ChannelId
    parent: str | None = None
    """The key of the delivery in whose thread it stands."""
    bodies: tuple[Body, ...]
    """The fall-back ladder, richest first; at least one."""
    state: State = State.PENDING
    rung: int = 0
    """The body that was, or is to be, posted."""
    ts: str | None = None
    posting_since: str | None = None
    """Slack's own clock when posting began, as a ts."""
    not_before: datetime | None = None
    tries: int = 0
    error: str = ""
    version: int = 1
    """Counts what the body should be …"""
    shown: int = 0
    """… and the version that Slack shows; smaller while an edit is due."""
    created_at: datetime
    posted_at: datetime | None = None


NOWHERE = ids.ChannelId("")


def unsaid(wanted: Delivery) -> Delivery:
    """Return what can be said nowhere, since no channel for operators is set: as a row that has
    failed, which the health check counts, also after a restart (Settled 15).
    """
    return replace(wanted, channel=NOWHERE, state=State.FAILED, error="no_ops_channel")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Slack took it."""

    ts: str
    copies: int = 1
    """How many messages with its key were found when it was looked for; more than one: a fault of
    the past. ``ts`` is the first one's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Slack said no and nothing was stored.

    ``permanent``: asking again cannot help. ``payload``: the next rung of the ladder may.
    ``retry_after``: seconds to wait (429).
    """

    code: str
    permanent: bool = False
    payload: bool = False
    retry_after: float | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Nobody knows whether it was stored: only reading back can tell."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict[str, str])


SendResult = Sent | Refused | Unknown
