"""The client: whom a report is for, as checked from its folder."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from bot.domain import ids, metric, spec
from bot.domain.retention import Retention
from bot.domain.walls import Level


class Stage(StrEnum):
    """Where a client's posts go: to the ops channel, or to the client."""

    INTERNAL = "internal"
    LIVE = "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One client, frozen as its files said at load."""

    id: ids.ClientId
    name: str
    channel: ids.ChannelId
    stage: Stage = Stage.INTERNAL
    owner: ids.UserId | None = None
    alerts: ids.ChannelId | None = None
    timezone: str
    """An IANA name."""
    locale: str = "en_GB"
    currency: str = "EUR"
    week_start: int = 0
    flat: metric.Flat = metric.Flat()
    budget: Decimal | None = None
    """US dollars of model cost a month; beyond it the template writes."""
    isolation: Level = Level.NONE
    """The least that must stand around its runs; below it they do not run."""
    retain: Retention | None = None
    """How long its reports and the texts of its messages are kept; None: as all clients' are."""
    terms: tuple[str, ...] = ()
    """Names with digits that may be written, such as GA4."""
    links: Mapping[str, str]
    """Label → https address; the first is the post's Dashboard button."""
    sources: Mapping[str, spec.SourceSpec]
    stores: Mapping[str, Mapping[str, object]] = field(
        default_factory=dict[str, Mapping[str, object]]
    )
    """As whom its runs ask each store of credentials: section → the store's settings."""
    reports: Mapping[ids.ReportName, spec.ReportSpec]
    folder: Path
    shares: tuple[str, ...] = ()
    """The clients that it says to have an account, and the login to it, in common with."""
    demo: bool = False
