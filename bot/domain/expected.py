"""Fires to come, written down while their client's files could be read; and those for which nothing
runs, since the files have faults and no good version of them is known.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain import ids
from bot.domain.client import Client
from bot.domain.views import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The next fire of a report. Instants are UTC."""

    client: ids.ClientId
    report: ids.ReportName
    key: str
    """Of the run that it would be."""
    due_at: datetime
    deliver_by: datetime | None
    client_name: str
    report_title: str
    timezone: str
    owner: ids.UserId | None
    message: str | None = None
    """The key of the delivery that warns of it; None: nobody was warned."""
    told_at: datetime | None = None
    run: ids.RunId | None = None
    """Its run, once there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """A fire that nothing runs for."""

    expected: Expected
    fault: Fault
    """The first of its client's files."""

    @property
    def why(self) -> str:
        """In words, with the place."""
        at = f"{self.fault.file}:{self.fault.line} {self.fault.key}".rstrip()
        return f"nothing runs, its files have faults ({at})"


class Files(Protocol):
    """Filled by the catalog's current version."""

    @property
    def faults(self) -> Sequence[Fault]:
        """Every fault of every file."""
        ...

    def client(self, client_id: ids.ClientId) -> Client | None:
        """One client that is in force, or None."""
        ...


def idle(
    found: Sequence[Expected], files: Files, *, paused: Collection[ids.ClientId]
) -> Sequence[Idle]:
    """Return those without a run whose client is stopped by faults alone.

    A client whose folder is gone was taken away on purpose; where the folder of all clients is
    away, its fault, which names no client, is everybody's.
    """
    first: dict[str, Fault] = {}
    for fault in files.faults:
        first.setdefault(fault.client, fault)
    return [
        Idle(expected=one, fault=fault)
        for one in found
        if one.run is None
        and one.client not in paused
        and files.client(one.client) is None
        and (fault := first.get(one.client) or first.get("")) is not None
    ]
