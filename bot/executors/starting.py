"""What starting a worker takes, whoever does it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeAlias

from bot import wire
from bot.domain.walls import Level
from bot.executors import listening
from bot.ipc.allowance import Allowance

Ordered: TypeAlias = wire.RunOrder | wire.CheckOrder
"""What needs a client's credentials."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One start of a worker."""

    order: bytes = field(repr=False)
    """May hold credentials: never logged."""
    deadline: float
    """Seconds."""
    memory_mb: int
    scratch: Path
    """Its own directory, made by whoever asks; a walled worker has one of its own instead."""
    clean: Callable[[str], str]
    """Masks what must not be logged."""
    on_progress: listening.OnProgress | None = None
    client: str = ""
    folder: Path | None = None
    references: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    model: Allowance | None = None
    """What it may ask the model with the shared key."""


class Starter(Protocol):
    """Starts workers."""

    @property
    def most(self) -> Level:
        """The most isolation that a run may have here."""
        ...

    def fit(self, order: Ordered) -> Ordered:
        """Return the order as a worker started here gets it."""
        ...

    def child(
        self, job: Job, heard: listening.Heard
    ) -> AbstractAsyncContextManager[listening.Child]:
        """Start one; at the end it has ended, and ``heard`` holds how."""
        ...
