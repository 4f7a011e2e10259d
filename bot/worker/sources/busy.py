"""How many reads are under way, for a source whose ``stop`` gives them a moment to end."""

from threading import Condition


class Busy:
    """A context for each read; they may overlap."""

    def __init__(self) -> None:
        self._idle = Condition()
        self._count = 0

    def __enter__(self) -> None:
        with self._idle:
            self._count += 1

    def __exit__(self, *_: object) -> None:
        with self._idle:
            self._count -= 1
            self._idle.notify_all()

    def rest(self, seconds: float) -> None:
        """Wait until none is, for so long at most."""
        with self._idle:
            self._idle.wait_for(lambda: self._count == 0, timeout=seconds)
