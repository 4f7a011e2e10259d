"""What one run may use, and what must end when it does."""

import contextlib
import os
import resource
import signal
import sys
from dataclasses import dataclass

from bot.guard.walls import syscalls

_SET_PDEATHSIG, _SET_DUMPABLE, _SET_NO_NEW_PRIVS = 1, 4, 38
_MIB = 2**20
_NICER = 5
"""However many runs there are, the bot that answers people goes first."""
_OPEN_FILES = 256
_WIDE = 65_536
"""More descriptors than all threads of one run could have on their way at once."""
_LARGEST_FILE = 512 * _MIB
_THREADS = 128
"""DuckDB, gRPC and OpenBLAS start some dozens on a large machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds of one process."""

    memory_mb: int
    cpu_seconds: int
    threads: bool = False
    """Whether threads can be counted: only where the user namespace is the process's own, for
    elsewhere the kernel counts those of every run of the same user together."""


def apply(memory_mb: int, cpu_seconds: int, *, parent: int) -> None:
    """All that a process without walls has: a plain worker's first act, before it imports more."""
    give_way()
    private()
    if sys.platform == "linux":
        syscalls.control(_SET_NO_NEW_PRIVS, 1)
    die_with(parent)
    bound(Limits(memory_mb=memory_mb, cpu_seconds=cpu_seconds))


def give_way() -> None:
    """Let the bot go first on a busy machine; before ``private``.

    Where the kernel shares the processor among sessions rather than processes, the worker's own
    session must give way too; that file is closed to us as soon as we are to our neighbours.
    """
    os.nice(_NICER)
    with contextlib.suppress(OSError):
        group = os.open("/proc/self/autogroup", os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(group, b"%d" % _NICER)
        finally:
            os.close(group)


def widen() -> None:
    """Let this process, and what it starts, hand descriptors over whatever a run has on its way.

    The kernel counts those of all processes of a user together, and refuses a sender beyond the
    sender's own bound on open files (unix(7), ETOOMANYREFS): ours must lie far above a run's.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _WIDE if hard == resource.RLIM_INFINITY else min(hard, _WIDE)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def private() -> None:
    """Let no other process of the same user look into this one, and leave no core."""
    if sys.platform == "linux":
        syscalls.control(_SET_DUMPABLE, 0)
    _lower(resource.RLIMIT_CORE, 0)


def die_with(parent: int) -> None:
    """End when the thread that forked this process ends; at once where it is gone already."""
    if sys.platform == "linux":
        syscalls.control(_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def bound(limits: Limits) -> None:
    """Lower every bound for good; one that is lower already stays."""
    _lower(resource.RLIMIT_NOFILE, _OPEN_FILES)
    _lower(resource.RLIMIT_FSIZE, _LARGEST_FILE)
    _lower(resource.RLIMIT_CPU, limits.cpu_seconds)
    if sys.platform == "linux":
        _lower(resource.RLIMIT_AS, limits.memory_mb * _MIB)
    if limits.threads:
        _lower(resource.RLIMIT_NPROC, _THREADS)


def _lower(what: int, wanted: int) -> None:
    _, hard = resource.getrlimit(what)
    value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(what, (value, value))
