"""The finished content of one run, as data."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from bot.domain import ids, metric
from bot.domain.period import Period


class Author(StrEnum):
    """Who wrote the sentences."""

    AI = "ai"
    TEMPLATE = "template"


class Severity(StrEnum):
    """How much a finding matters: for the record, for the reader, or a reason to hold."""

    NOTE = "note"
    SHOWN = "shown"
    HOLD = "hold"


EGRESS_REFUSED = "egress_refused"
"""The code of a finding: the run tried to reach a host that is not its sources'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check says about a table, a metric or a sentence."""

    code: str
    severity: Severity
    subject: str
    """The query, metric or sentence it is about."""
    text: str
    """One plain sentence, bounded to 300 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of the narrative; holds references, never digits."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whose data a source serves, in the source's own words; for operators alone.

    This, not malware, is the likeliest leak: a copied id.
    """

    source: str
    name: str
    """Of the property, account, project or database; at most 200 characters, like the rest."""
    account: str = ""
    """The id or path that cannot be mistaken, such as ``properties/1234``."""
    domain: str = ""
    currency: str | None = None
    """An ISO 4217 code, where all its money is in one."""
    timezone: str | None = None
    """An IANA name, where its days are those of one zone."""
    settings: str = ""
    """The kind's own line of its settings, such as ``bigquery:globex-analytics``: the parent's
    word, never the source's. Empty: its data stands in the client's own folder.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where the rows of one query came from."""

    query: str
    source: str
    kind: str
    rows: int
    breakdown: bool = False
    """Whether ``query`` is a breakdown, which may bear a query's name."""
    data_to: date | None = None
    """The last day the data speaks of, where the rows say it (a ``data_to`` column) or the
    source does.
    """
    provisional_from: date | None = None
    """The first day whose figures may still change, where the source says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restated:
    """A figure of the period before that was published, and is another one now."""

    metric: str
    reported: Decimal
    now: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one run found out and wrote."""

    client: ids.ClientId
    client_name: str
    name: ids.ReportName
    title: str
    period: Period
    previous: Period | None = None
    last_year: Period | None = None
    timezone: str
    locale: str
    currency: str
    language: str = "en"
    as_of: datetime
    metrics: tuple[metric.Metric, ...]
    breakdowns: tuple[metric.Breakdown, ...] = ()
    trend: str | None = None
    narrative: tuple[Sentence, ...] = ()
    author: Author = Author.TEMPLATE
    author_note: str = ""
    """Why the template wrote although a model was asked, in plain words; else empty."""
    terms: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    provenance: tuple[Provenance, ...] = ()
    without: tuple[str, ...] = ()
    """The sources that were left out on an operator's word."""
    identities: tuple[Identity, ...] = ()
    """Of the sources that could tell; from the parent on, of all that were read over a network."""
    restated: tuple[Restated, ...] = ()
    """What was published of the period before and has moved since; the parent's word."""
