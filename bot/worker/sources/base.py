"""What a source is to the pipeline: it reads one query for one period into a table."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Protocol, TypeVar, runtime_checkable

from bot import errors
from bot.domain import ids, money, period, periods, report, run, spec
from bot.domain.run import FailureCode
from bot.kinds import mask as masks
from bot.kinds.typed.form import Ends

MOST_ROWS = 20_000
"""A report needs tens of rows; beyond this a query has lost its GROUP BY."""
_WORDS = 200
"""Bound of everything that a failure quotes (domain.run.Failure)."""

C = TypeVar("C")
Parameter = date | datetime | str
Cell = object
"""int, float, Decimal, str, bool, date, datetime, timedelta or None.

An instant comes as the naive local time of the client's zone.
"""


class About(Protocol):
    """What a failure may be about: anything with a query's name and file."""

    @property
    def query(self) -> str:
        """Its name."""
        ...

    @property
    def file(self) -> str:
        """Relative to the client's folder."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Opening a source, as something a failure may be about."""

    query: str = "setup"
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One query for one span."""

    query: str
    sql: str = ""
    file: str
    request: Mapping[str, object] | None = None
    """In place of a text: for the kind's own ``Request`` to validate."""
    period: period.Period
    """For a query that answers for every period at once: from the first start to the last end."""
    timezone: str
    slot: str = ""
    """Where its tables are kept; a breakdown may bear a query's name."""

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """Everything that its SQL may name (Settled 5); instants are in UTC."""
        start, end = periods.instants(self.period, self.timezone)
        return {
            "period_start": self.period.start,
            "period_end": self.period.end,
            "period_start_at": start,
            "period_end_at": end,
            "timezone": self.timezone,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What a query gave."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A table, what it cost, and how far it can be trusted."""

    table: Table
    usage: tuple[money.Usage, ...] = ()
    findings: tuple[report.Finding, ...] = ()
    """What the source says of its own rows; bot.worker.sources.notes words them."""
    complete_to: date | None = None
    """The last day of which everything has arrived, where the source knows."""
    provisional_from: date | None = None
    """The first day whose figures may still change, where the source knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Everything a source needs besides its queries."""

    spec: spec.SourceSpec
    folder: Path
    """The client's folder."""
    timezone: str
    client: ids.ClientId
    report: ids.ReportName
    run: ids.RunId
    attempt: int
    as_of: datetime | None = None
    """When this attempt was ordered, or its run claimed (wire.RunOrder); None: nobody says."""
    counted: Mapping[str, int] = field(default_factory=dict[str, int])
    """Query → the newest earlier attempt whose cost of it is written down (wire.RunOrder)."""
    looks: int = 0
    """How often the run's data was read to the end already (wire.RunOrder)."""
    deadline: float
    """On the monotonic clock: when reading must have ended."""
    patience: float = 20.0
    """Seconds for which one request is repeated while the other side is faulty."""
    credential: object | None = field(default=None, repr=False)
    """As the source's own module reads it (``Parser``); ask ``signed`` for it."""
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    """Addresses of local doubles; ask ``address`` for them."""
    mask: Callable[[str], str] = str

    def learn(self, token: str) -> None:
        """Mask from here on what was made of the credential, such as a token."""
        if isinstance(self.mask, masks.Mask):
            self.mask.learn(token)

    def signed(self, form: type[C]) -> C:
        """Return the credential, which is of this form; RunError where there is none."""
        if not isinstance(self.credential, form):
            raise self.failed(FailureCode.CREDENTIAL_MISSING)
        return self.credential

    def address(self, real: str) -> str:
        """Return where the service is: ``real``, or the double that the operator named for this
        kind (REPORTOPS_DOUBLES), such as ``http://127.0.0.1:8080``.
        """
        return self.environment.get(self.spec.kind, real)

    def failed(
        self,
        code: FailureCode,
        *,
        about: About | None = None,
        said: str = "",
        fault: str = "",
        retry_after: float | None = None,
    ) -> errors.RunError:
        """Return the error to raise; ``said`` is masked, everything is bounded. ``retry_after`` are
        the seconds that the other side asked us to wait.
        """
        params = {
            "file": about.file if about else "",
            "fault": self.mask(fault),
            "retry_after": "" if retry_after is None else str(math.ceil(retry_after)),
        }
        failure = run.Failure(
            code=code,
            source=self.spec.name,
            kind=self.spec.kind,
            query=about.query if about else None,
            reference=self.spec.credential,
            said=_cut(self.mask(said)),
            params={key: _cut(value) for key, value in params.items() if value},
        )
        return errors.RunError(failure)

    def bound(self, names: Iterable[str], ask: Ask, *, mark: str) -> Mapping[str, Parameter]:
        """Return the parameters that the SQL names; RunError for a name that does not exist."""
        known = ask.parameters
        wanted = sorted(set(names))
        if unknown := [name for name in wanted if name not in known]:
            marked = ", ".join(mark + name for name in known)
            said = f"unknown parameter {mark}{unknown[0]}; a query may name {marked}"
            raise self.failed(FailureCode.QUERY_INVALID, about=ask, said=said)
        return {name: known[name] for name in wanted}


class Source(Protocol):
    """One open source. ``read`` blocks and runs in a thread; ``stop`` comes from another one."""

    def read(self, ask: Ask) -> Answer:
        """Read one query; raises RunError. At most the kind's ``width`` run side by side."""
        ...

    def stop(self) -> None:
        """End what is being read, here and at the other side; takes a few seconds at most."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


@runtime_checkable
class Batching(Protocol):
    """A source whose one read answers several questions: of a kind whose ``batch`` is above one."""

    def read_all(self, asks: Sequence[Ask]) -> Sequence[Answer]:
        """Answer each of them, in their order, at most ``batch``; raises RunError."""
        ...


@runtime_checkable
class Telling(Protocol):
    """A source that can tell whose data it serves; it is asked once, before anything is read."""

    def identity(self) -> report.Identity:
        """Ask the other side; raises RunError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What the other side tells of how long a credential lets in; nothing: it does not say."""

    ends: Ends | None = None
    made_at: datetime | None = None


@runtime_checkable
class Lasting(Protocol):
    """A source whose other side may know when its credential ends; asked in looks only."""

    def life(self) -> Life:
        """Ask once, after ``identity``; blocks. Never fails: what is not told is not known."""
        ...


@runtime_checkable
class Estimating(Protocol):
    """A source that can say what a question would cost before it is asked."""

    def estimate(self, ask: Ask) -> money.Usage:
        """Ask the other side, which reads nothing; raises RunError."""
        ...


@runtime_checkable
class Billing(Protocol):
    """A source that knows only after its reads what they took; it is asked once, at their end."""

    def bill(self) -> Sequence[money.Usage]:
        """Ask the other side; nothing where it does not say. Blocks; never fails a run."""
        ...


class Parser(Protocol):
    """What the module of a kind may offer, as ``parse_credential``."""

    def __call__(self, text: str) -> object:
        """Read the credential's text into a typed one whose repr shows nothing of it.

        Raises ValueError whose words hold nothing of it but names of fields.
        """
        ...


class Opener(Protocol):
    """What the module of a kind offers, as ``open_source``."""

    def __call__(self, access: Access) -> Source:
        """Open it; raises RunError."""
        ...


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _WORDS else f"{flat[: _WORDS - 1]}…"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that an answer asks us to wait: told as such, or as an HTTP date beside
    its own (RFC 9110, 10.2.3). ``headers`` know their names in lower case.
    """
    told = headers.get("retry-after", "").strip()
    if told.isascii() and told.isdecimal():
        return float(told)
    try:
        wait = parsedate_to_datetime(told) - parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError):  # no dates, or one of them without its zone
        return None
    return max(wait.total_seconds(), 0.0)


def is_terminal(error: errors.RunError) -> bool:
    """Whether another attempt by itself cannot help."""
    return not errors.is_retryable(error.failure.code)
