"""One credential in the place of another: what each serves, side by side; pure.

Figures are the client's own, of the last complete period: a credential of another account, or one
that may see less of the same account, shows in them before anybody depends on it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bot.domain import identity, ids, run
from bot.domain.period import Period
from bot.domain.report import Identity


class State(StrEnum):
    """Where a rotation stands."""

    TESTING = "testing"
    """The candidate is sealed and not in use; its trial runs."""
    TESTED = "tested"
    """Somebody is to confirm it."""
    SWAPPING = "swapping"
    """It was confirmed: whoever finds this row swaps."""
    SWAPPED = "swapped"
    """The candidate is in use; the one before is kept for a while."""
    SETTLED = "settled"
    """The one before is gone, or there was none."""
    RETURNING = "returning"
    """It was rolled back: whoever finds this row puts the one before in use again."""
    RETURNED = "returned"
    REFUSED = "refused"
    """The trial said no; the one before stayed in force."""
    CANCELLED = "cancelled"
    """By a person, by time, or by the end of the bot; the one before stayed in force."""


OPEN = frozenset({State.TESTING, State.TESTED, State.SWAPPING, State.RETURNING})
"""One of these at a time for each credential; the bot ends all of them, however it was ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of a report as a credential serves it; a breakdown counts with its sum."""

    report: ids.ReportName
    name: str
    """Of the metric, or of the breakdown."""
    value: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What one credential serves."""

    identity: Identity | None = None
    failure: run.Failure | None = None
    """Why its source could not be opened with it."""
    figures: tuple[Figure, ...] = ()
    refused: tuple[run.Failure, ...] = ()
    """The queries that it could not be asked, each with why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A figure as it was and as the candidate has it."""

    report: ids.ReportName
    name: str
    was: Decimal | None
    now: Decimal | None

    @property
    def is_equal(self) -> bool:
        """Whether it is the same number, however many zeros stand behind its point."""
        return self.was == self.now


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The candidate beside what is in force."""

    failure: run.Failure | None = None
    """Why nothing can be read with the candidate."""
    now: Identity | None = None
    was: Identity | None = None
    """As it was confirmed, else as the credential in force tells it."""
    lacking: tuple[run.Failure, ...] = ()
    """The queries that the candidate may not ask although the one in force may."""
    pairs: tuple[Pair, ...] = ()
    dead: run.Failure | None = None
    """Why the one in force cannot be read any more."""
    reported_at: datetime | None = None
    """The figures beside the candidate's are those of the report of that instant."""
    period: Period | None = None
    """What the figures are of, where that is one period."""

    @property
    def is_other(self) -> bool:
        """Whether it opens somebody else's account."""
        return self.now is not None and self.was is not None and not _is_same(self.now, self.was)

    @property
    def fits(self) -> bool:
        """Whether it may be put in force. Figures that differ are for a person to judge: data
        moves on between two looks.
        """
        return self.failure is None and not self.is_other and not self.lacking

    @property
    def equal(self) -> int:
        """How many figures are equal."""
        return sum(one.is_equal for one in self.pairs)

    @property
    def different(self) -> tuple[Pair, ...]:
        """The figures that are not."""
        return tuple(one for one in self.pairs if not one.is_equal)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What a report said, for want of a credential that could be asked."""

    at: datetime
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """One try to put a credential in the place of another; never holds a secret. Instants are
    UTC.
    """

    id: ids.RotationId
    client: ids.ClientId
    """Whose queries it is tried with."""
    source: str
    owner: str
    """Whose it is: the client's id, ``agency.NAME`` or ``bot``."""
    reference: str
    """The credential reference, without a version."""
    state: State
    candidate: str | None = None
    """Its version in the store that holds it; None: it is not sealed yet, or nothing is, as where
    the store is written by other hands.
    """
    previous: str | None = None
    """The version that was in use, where that is known."""
    by: ids.UserId
    began_at: datetime
    changed_at: datetime
    until: datetime | None = None
    """When it ends by itself: a trial nobody confirms, or the time for a roll back."""
    found: Comparison | None = None
    said: str = ""
    """How it ended, in words."""


def compare(
    now: Served, was: Served, *, known: Identity | None, reported: Reported | None = None
) -> Comparison:
    """Return what a person is to judge.

    ``known`` is whose data it was confirmed to be. ``reported`` is given where the credential in
    force is dead, or there is none: the figures beside are those of that report then.
    """
    before = was.figures if reported is None else reported.figures
    missing = {(one.source, one.query) for one in was.refused}
    return Comparison(
        failure=now.failure,
        now=now.identity,
        was=known or was.identity,
        lacking=tuple(one for one in now.refused if (one.source, one.query) not in missing),
        pairs=_pairs(before, now.figures),
        dead=was.failure,
        reported_at=None if reported is None else reported.at,
    )


def _pairs(was: Sequence[Figure], now: Iterable[Figure]) -> tuple[Pair, ...]:
    """Each figure that both have, in the order of the reports."""
    old = {(one.report, one.name): one.value for one in was}
    return tuple(
        Pair(report=one.report, name=one.name, was=old[one.report, one.name], now=one.value)
        for one in now
        if (one.report, one.name) in old
    )


def _is_same(now: Identity, was: Identity) -> bool:
    """As everywhere; and what tells no account is known by what it calls itself."""
    if now.account or was.account:
        return identity.is_same(now, was) and not (was.account and not now.account)
    return now.name == was.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure in words, as it was and as it is."""

    label: str
    was: str
    now: str
    is_equal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A rotation as people read it, with everything in the words of the client's own files."""

    rotation: Rotation
    client_name: str
    label: str
    """The source, as people call it."""
    kind: str
    """Of the source; empty where the client's files do not hold it now."""
    timezone: str
    now: datetime
    rows: tuple[Row, ...] = ()
    faults: tuple[str, ...] = ()
    """Why the candidate is not put in force, each a whole sentence."""
    dead: str = ""
    """Why the one in force cannot be read any more, in a few words; empty: it can."""
    retry: str = ""
    """What the button carries that tries again what failed because of it; empty: nothing did."""
