"""What the process gives up before it learns anything: imports nothing of ours or of others.

The executor's first line calls ``apply``, then imports the worker. So the limits stand before a
heavy library is loaded, and the order with its credentials is read by a process that no other
process of the same user can look into.
"""

import contextlib
import ctypes
import os
import resource
import signal
import sys

_SET_PDEATHSIG = 1
_SET_DUMPABLE = 4
_SET_NO_NEW_PRIVS = 38
_MIB = 2**20
_OPEN_FILES = 256
_LARGEST_FILE = 512 * _MIB
_NICER = 5
"""However many runs there are, the bot that answers people goes first."""


def apply(memory_mb: int, cpu_seconds: int, *, parent: int) -> None:
    """Bound this process and tie its life to its parent's; ends it when that one is gone."""
    _give_way()
    if sys.platform == "linux":
        control = ctypes.CDLL(None, use_errno=True).prctl
        control(_SET_DUMPABLE, 0, 0, 0, 0)
        control(_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        control(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        # It died before the line above; nobody waits for us any more.
        os._exit(0)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, _OPEN_FILES)
    _limit(resource.RLIMIT_FSIZE, _LARGEST_FILE)
    _limit(resource.RLIMIT_CPU, cpu_seconds)
    if sys.platform == "linux":
        _limit(resource.RLIMIT_AS, memory_mb * _MIB)


def _give_way() -> None:
    """Let the parent go first on a busy machine.

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


def _limit(what: int, wanted: int) -> None:
    """Lower a limit for good; one that is lower already stays."""
    _, hard = resource.getrlimit(what)
    value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(what, (value, value))
