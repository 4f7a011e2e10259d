"""What a source is to the pipeline: it reads one query for one period into a table."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from bot import errors
from bot.domain import ids, money, period, periods, run, spec
from bot.domain.run import FailureCode
from bot.worker.credentials import google

MOST_ROWS = 20_000
"""A report needs tens of rows; beyond this a query has lost its GROUP BY."""
_WORDS = 200
"""Bound of everything that a failure quotes (domain.run.Failure)."""

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
    sql: str
    file: str
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
    """A table, and what it cost."""

    table: Table
    usage: tuple[money.Usage, ...] = ()


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
    counted: Mapping[str, int] = field(default_factory=dict[str, int])
    """Query → the newest earlier attempt whose cost of it is written down (wire.RunOrder)."""
    deadline: float
    """On the monotonic clock: when reading must have ended."""
    patience: float = 20.0
    """Seconds for which one request is repeated while the other side is faulty."""
    credential: google.Credential | None = field(default=None, repr=False)
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    mask: Callable[[str], str] = str

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


class Opener(Protocol):
    """What the module of a kind offers, as ``open_source``."""

    def __call__(self, access: Access) -> Source:
        """Open it; raises RunError."""
        ...


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _WORDS else f"{flat[: _WORDS - 1]}…"


def is_terminal(error: errors.RunError) -> bool:
    """Whether another attempt by itself cannot help."""
    return not errors.is_retryable(error.failure.code)
