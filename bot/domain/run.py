"""Runs and attempts: one report for one client for one period, and each try at it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain import ids, money
from bot.domain.period import Period
from bot.domain.report import Report
from bot.domain.walls import Walls


class Status(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    """To be attempted once ``next_attempt_at`` has come."""
    RUNNING = "running"
    WAITING = "waiting"
    """Its data is not fresh yet."""
    HELD = "held"
    """An operator must look before it goes on."""
    READY = "ready"
    """Has its report; holds for post_at."""
    POSTING = "posting"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """Retries are used up or cannot help; a person may still retry it."""
    MISSED = "missed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


AS_IS = "as_is"
"""The ``Run.hold`` of what goes on although its data is not complete, on an operator's word."""

TERMINAL = frozenset({Status.SUCCEEDED, Status.MISSED, Status.SKIPPED, Status.CANCELLED})
"""Nothing leads out of these."""
SETTLED = TERMINAL | {Status.FAILED}
"""Nothing happens by itself any more."""

MOVES: Mapping[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset(
        {Status.QUEUED, Status.RUNNING, Status.SKIPPED, Status.CANCELLED, Status.MISSED}
    ),  # to itself: a person's retry cancels the pending backoff
    Status.RUNNING: frozenset(
        {Status.QUEUED, Status.WAITING, Status.HELD, Status.READY, Status.FAILED, Status.CANCELLED}
        | {Status.SUCCEEDED, Status.SKIPPED}
    ),
    Status.WAITING: frozenset({Status.QUEUED, Status.SKIPPED, Status.CANCELLED, Status.FAILED}),
    Status.HELD: frozenset(
        {Status.QUEUED, Status.READY, Status.POSTING, Status.SKIPPED, Status.CANCELLED}
        | {Status.SUCCEEDED}
    ),
    Status.READY: frozenset({Status.POSTING, Status.HELD, Status.SKIPPED, Status.CANCELLED}),
    Status.POSTING: frozenset({Status.SUCCEEDED, Status.FAILED, Status.HELD, Status.READY}),
    Status.FAILED: frozenset(
        {Status.QUEUED, Status.READY, Status.POSTING, Status.SKIPPED, Status.CANCELLED}
    ),  # ready: its report is there, and only its post was refused
    Status.SUCCEEDED: frozenset(),
    Status.MISSED: frozenset(),
    Status.SKIPPED: frozenset(),
    Status.CANCELLED: frozenset(),
}
"""The one table of allowed moves; the store refuses any other."""


class Trigger(StrEnum):
    """Why a run exists."""

    SCHEDULED = "scheduled"
    SLACK = "slack"
    SHELL = "shell"


class FailureCode(StrEnum):
    """Every way an attempt can fail. bot.domain.words gives each its sentence and its remedy."""

    CREDENTIAL_MISSING = "credential_missing"
    CREDENTIAL_INVALID = "credential_invalid"
    """It is there but not of the form that its kind needs."""
    CREDENTIAL_CLOSED = "credential_closed"
    """It is sealed, and cannot be opened."""
    CREDENTIAL_REFUSED = "credential_refused"
    """Revoked, expired, or of a key the source does not know."""
    CREDENTIAL_SHARED = "credential_shared"
    """Another client signs in with the very same, and nobody has declared that."""
    LEAKED = "leaked"
    """A credential, or what looks like one, is in what the run told: nothing of it is kept."""
    STORE_REFUSED = "store_refused"
    """The store of a credential does not let this client's identity in."""
    STORE_FORBIDDEN = "store_forbidden"
    """It lets it in, and not at this credential."""
    STORE_LACKS = "store_lacks"
    """It has no such secret, version or field."""
    STORE_SEALED = "store_sealed"
    STORE_UNREACHABLE = "store_unreachable"
    STORE_FAULT = "store_fault"
    """5xx, a rate limit, or an answer that is not whole: theirs, and passing."""
    PACKAGE_MISSING = "package_missing"
    """An extra of ours that the store needs is not installed."""
    PERMISSION_DENIED = "permission_denied"
    NOT_FOUND = "not_found"
    """The account, property, table or sheet that is asked for is not there, or hidden from us."""
    SOURCE_UNREACHABLE = "source_unreachable"
    HOST_BARRED = "host_barred"
    """It, or the store of its credential, is at an address that no run may dial."""
    SOURCE_BUSY = "source_busy"
    """429 or a quota that refills within minutes."""
    QUOTA_EXHAUSTED = "quota_exhausted"
    """A quota of hours or a day; ``retry_after`` says when it refills, where that is known."""
    SOURCE_FAULT = "source_fault"
    """5xx and the like: theirs, and passing."""
    SOURCE_TIMEOUT = "source_timeout"
    API_SUNSET = "api_sunset"
    """The version of its API that we speak has been switched off."""
    QUERY_INVALID = "query_invalid"
    FILE_MISSING = "file_missing"
    """A data file that a query or a setup names is not in the client's folder."""
    FILE_UNREADABLE = "file_unreadable"
    """Its letters are written in another way than it is read: an encoding."""
    QUERY_REFUSED = "query_refused"
    """Not a single SELECT, or outside what a query may do."""
    QUERY_TOO_LARGE = "query_too_large"
    """It needs more memory or disk than a run has."""
    BUDGET_EXCEEDED = "budget_exceeded"
    """maximum_bytes_billed."""
    RESULT_INVALID = "result_invalid"
    """Rows or columns are not what the spec needs."""
    OTHER_CURRENCY = "other_currency"
    """Money in another currency than the report's: nothing is converted here."""
    RESULT_EMPTY = "result_empty"
    NOT_FRESH = "not_fresh"
    """Data is not complete for the period yet (domain.fresh)."""
    FORMULA_INVALID = "formula_invalid"
    CONFIGURATION = "configuration"
    ISOLATION_MISSING = "isolation_missing"
    """The machine gives a run less isolation than its client's file demands."""
    DEADLINE = "deadline"
    """The whole run took longer than it may."""
    MEMORY = "memory"
    """All runs together took more memory than they may, and this one the most."""
    CRASHED = "crashed"
    """The process ended without an outcome."""
    POST_REFUSED = "post_refused"
    """Slack will not take the post; ``said`` is Slack's error name."""
    POST_UNCLEAR = "post_unclear"
    """Whether Slack took the post cannot be found out; ``said`` is Slack's error name."""


BESIDE = "beside"
"""The param that names the other sources that failed with it, a space between; ``also`` says how,
in words.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A failure as a code with bounded parameters; the parent writes the sentence (Settled 13)."""

    code: FailureCode
    source: str | None = None
    kind: str | None = None
    """The source's kind."""
    query: str | None = None
    reference: str | None = None
    """The credential reference, which is safe to show."""
    said: str = ""
    """The other side's own words, masked and cut to 200 characters; shown to operators only."""
    params: Mapping[str, str] = field(default_factory=dict[str, str])
    """At most eight; each value at most 200 characters."""

    @property
    def sources(self) -> tuple[str, ...]:
        """All that failed, itself first; none where no source did."""
        return (self.source, *self.params.get(BESIDE, "").split()) if self.source else ()


class AttemptEnd(StrEnum):
    """How a try ended."""

    REPORT = "report"
    FAILED = "failed"
    ABANDONED = "abandoned"
    """The bot died under it; uses no retry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try at a run. Times are UTC."""

    run: ids.RunId
    number: int
    started_at: datetime
    ended_at: datetime | None = None
    end: AttemptEnd | None = None
    failure: Failure | None = None
    by: ids.UserId | None = None
    """Who asked for it; None: the schedule or the backoff."""
    timings: Mapping[str, int] = field(default_factory=dict[str, int])
    """Stage → milliseconds."""
    walls: Walls | None = None
    """What stood around its process; None: it was not told."""

    @property
    def has_failed(self) -> bool:
        """Whether something went wrong; data that is not complete yet is merely waited for."""
        waits = self.failure is not None and self.failure.code is FailureCode.NOT_FRESH
        return self.end is AttemptEnd.FAILED and not waits


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One report for one client for one period. Instants are UTC."""

    id: ids.RunId
    client: ids.ClientId
    report: ids.ReportName
    key: str
    """``fire:<nominal local time> <zone>``, ``ask:<trigger id>`` or ``cli:<id>`` (Settled 1)."""
    trigger: Trigger
    period: Period
    as_of: datetime
    """Frozen at the claim, like the period."""
    status: Status
    created_at: datetime
    scheduled_for: str | None = None
    """Nominal local time and zone, such as ``2026-11-23T06:00 Europe/Paris``."""
    next_attempt_at: datetime | None = None
    post_at: datetime | None = None
    deliver_by: datetime | None = None
    late: bool = False
    attempts: int = 0
    """Attempts begun."""
    retries: int = 0
    """Of them, those that the backoff began; abandoned ones and people's do not count."""
    requested_by: ids.UserId | None = None
    reply_channel: ids.ChannelId | None = None
    """Where the person who asked is told privately."""
    revision: int = 0
    """The delivery it is for: 0 the first, 1 a correction of it, …"""
    without: tuple[str, ...] = ()
    """Sources to leave out, on an operator's word."""
    hold: str = ""
    """Why it is held: ``changed`` (a rerun differs from what was sent), ``outsiders`` (the
    channel was newly shared), ``unsure`` (Slack does not say who reads it), ``absurd`` (a figure
    is not as expected), ``stale`` (its data is not complete), ``identity``
    (nobody confirmed whose data its sources serve), or empty. Of one that is queued: ``AS_IS``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What came of a claim: the run, and whether it is new or one that was there already."""

    run: Run
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What changes together with a run's status."""

    next_attempt_at: datetime | None = None
    """When a queued run is attempted; None: at once. What was planned before is gone either way."""
    hold: str | None = None
    """None: as it was."""
    without: tuple[str, ...] | None = None
    """None: as it was."""


NO_CHANGE = Change()
"""The status alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How an attempt ended, and where the run goes from there; written in one transaction."""

    end: AttemptEnd
    to: Status
    at: datetime
    failure: Failure | None = None
    report: Report | None = None
    usage: tuple[money.Usage, ...] = ()
    timings: Mapping[str, int]
    took: timedelta | None = None
    """How long it lasted by a clock that nobody moves; None: as long as its two instants say."""
    next_attempt_at: datetime | None = None
    retries: int | None = None
    """The new count of the backoff's retries, where it changes."""
    hold: str = ""
    walls: Walls | None = None
