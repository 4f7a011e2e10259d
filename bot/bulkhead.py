"""The bulkhead: a step that goes wrong is logged, and never stops the others.

This is one of the four places where a broad ``except`` stands.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Step:
    """What became of a step."""

    error: Exception | None = None
    """Why it failed; None: it did not."""


@contextmanager
def step(
    event: str, *, passing: tuple[type[Exception], ...] = (), **facts: object
) -> Generator[Step]:
    """Log what goes wrong within as ``event``, and go on behind; ``passing`` is not ours to stop.

    A cancellation always passes.
    """
    taken = Step()
    try:
        yield taken
    except passing:
        raise
    except Exception as error:  # noqa: BLE001 - one step must not stop the others
        _log.exception(event, **facts)
        taken.error = error
