"""What is looked at before a report is due: when, and what was found. Instants are UTC."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain import ids, incident, run

EVENING = "evening"
"""18:00 of the last working day before a fire, in the client's zone."""
OFF = "off"
_LEAD = re.compile(r"([0-9]{1,3}) ?(hours?|h|minutes?|min)", re.ASCII)
_LONGEST = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """When to look: before every fire, on the evening, and so long before it."""

    evening: bool = True
    leads: tuple[timedelta, ...] = (timedelta(hours=1),)


def parse(text: str) -> Plan:
    """Read ``evening, 1 hour`` or ``off``; raises ValueError in words for the settings."""
    parts = [part.strip().lower() for part in text.split(",") if part.strip()]
    if parts in ([], [OFF]):
        return Plan(evening=False, leads=())
    leads = tuple(sorted({_lead(part) for part in parts if part != EVENING}))
    return Plan(evening=EVENING in parts, leads=leads)


def _lead(part: str) -> timedelta:
    match = _LEAD.fullmatch(part)
    minutes = int(match[1]) * (60 if match[2].startswith("h") else 1) if match else 0
    if not timedelta() < timedelta(minutes=minutes) <= _LONGEST:
        message = "not a time before a report; write evening, 1 hour, 30 minutes, or off"
        raise ValueError(message)
    return timedelta(minutes=minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the newest look at a client found."""

    client: ids.ClientId
    at: datetime
    sources: Mapping[str, run.Failure | None]
    """Each source, and why it could not be opened; None: it could."""
    slack: run.Failure | None = None
    """Why its reports could not be posted."""
    tries: int = 1
    """Looks in a row that met what passes by itself."""
    again_at: datetime | None = None
    """When it is looked again, since what was met may pass by itself."""

    @property
    def failures(self) -> tuple[run.Failure, ...]:
        """All that stood in the way."""
        return tuple(one for one in (*self.sources.values(), self.slack) if one is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of one credential of a client; never the credential."""

    client: ids.ClientId
    reference: str
    first_at: datetime
    """When it was first seen to work."""
    good_at: datetime
    """When it last did."""
    made_at: datetime | None = None
    """Since when it is what it is, where it or its store tells."""
    expires_at: datetime | None = None
    expires_what: str = ""
    """What of it ends then, such as ``token``."""
    version: str = ""
    told: int | None = None
    """How many days ahead its end was last announced; None: it was not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A credential whose end is to be announced."""

    standing: Standing
    """``told`` says how many days ahead, of the days that are told at."""
    client_name: str
    label: str
    """The source, as people call it."""
    source: str
    timezone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """A report that would fail."""

    title: str
    due_at: datetime
    deliver_by: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AheadView:
    """Everything that the card of an incident says which stops nothing yet."""

    incident: incident.Incident
    client_name: str
    source: str | None
    """Whose credential may be rotated; None: another one would not help."""
    source_label: str | None
    timezone: str
    now: datetime
    owner: ids.UserId | None
    reports: tuple[Coming, ...]
    """The next of each report that it would stop, the earliest first."""
    shared_in: ids.ChannelId | None = None
    """Where the card of the outage stands that the incident is part of."""
    in_ops_channel: bool = False
