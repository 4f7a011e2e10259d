"""Watching the guard's programs: the end of one is known in the moment it comes."""

import asyncio
import os
from collections.abc import Callable, Mapping

import structlog

_IN_ORDER = "exit code 0"

_log = structlog.get_logger()


class Vigil:
    """Tells once of each of our children among ``pids`` that ends. It belongs to one event loop."""

    def __init__(self, pids: Mapping[str, int], *, ended: Callable[[], None]) -> None:
        self._pids = pids
        self._ended = ended
        self._files: dict[str, int] = {}

    def begin(self) -> None:
        """Watch from now on; what has ended already is told at once."""
        for name, pid in self._pids.items():
            file = os.pidfd_open(pid)
            self._files[name] = file
            asyncio.get_running_loop().add_reader(file, self._over, name)

    def end(self) -> None:
        """Watch no more."""
        for name in tuple(self._files):
            self._leave(name)

    def _over(self, name: str) -> None:
        self._leave(name)
        how = _how(self._pids[name])
        # Those that follow another to its end come to theirs in order.
        tell = _log.info if how == _IN_ORDER else _log.error
        tell("guard_program_ended", program=name, how=how)
        self._ended()

    def _leave(self, name: str) -> None:
        file = self._files.pop(name)
        asyncio.get_running_loop().remove_reader(file)
        os.close(file)


def _how(pid: int) -> str:
    """How it ended, left to be read again by whoever has started it (waitid(2))."""
    try:
        seen = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)
    except ChildProcessError:
        return "unknown"
    if seen is None:
        return "unknown"
    kind = "exit code" if seen.si_code == os.CLD_EXITED else "signal"
    return f"{kind} {seen.si_status}"
