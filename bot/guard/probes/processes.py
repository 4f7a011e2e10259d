"""Attacks on other processes, and ways to become more than one is."""

import ctypes
import errno
import fcntl
import os
import resource
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from bot.domain.walls import Targets
from bot.guard.walls import syscalls

_SEIZE, _GETFD_OWN = 0x4206, 0
_NEW_USER = 0x10000000
_SHARED_PRIVATE, _CREATE = 0, 0o1000
_TELLING = ("TOKEN", "SECRET", "PASSWORD", "API_KEY", "REPORTOPS_", "SLACK_")


def attempts(targets: Targets) -> Mapping[str, Callable[[], object]]:
    """Return name → attempt; each of those on others is made on all of them."""
    others = (*targets.pids, os.getppid())

    def each(attempt: Callable[[int], object]) -> Callable[[], object]:
        return lambda: _any(attempt, others)

    return {
        "read the bot's environment, with its tokens": each(
            lambda pid: Path(f"/proc/{pid}/environ").read_bytes()
        ),
        "read the bot's memory": each(lambda pid: Path(f"/proc/{pid}/mem").open("rb").close()),
        "use the bot's open files": each(lambda pid: os.listdir(f"/proc/{pid}/fd")),  # noqa: PTH208
        "walk through the bot's view of the files": each(
            lambda pid: os.listdir(f"/proc/{pid}/root")  # noqa: PTH208
        ),
        "see what another process was started with": each(
            lambda pid: Path(f"/proc/{pid}/cmdline").read_bytes()
        ),
        "trace the bot": each(lambda pid: syscalls.call("ptrace", _SEIZE, _long(pid), None, None)),
        "copy from the bot's memory": each(_copied),
        "take a descriptor out of the bot": each(_taken),
        "signal the bot": each(lambda pid: os.kill(pid, 0)),
        "have the bot signalled by a file": each(_signalled),
        "signal everybody": lambda: os.kill(-1, 0),
        "change the bot's limits": each(lambda pid: resource.prlimit(pid, resource.RLIMIT_CORE)),
        "find the bot's secrets in one's own environment": _environment,
        "find an open file that was inherited": _inherited,
        "fork": _forked,
        "leave a daemon behind": _daemon,
        "run a program": lambda: _run("/nowhere/at/all"),
        "become root by a program's mode": lambda: os.setuid(0),
        "make a user namespace": lambda: syscalls.call("unshare", ctypes.c_ulong(_NEW_USER)),
        "mount": lambda: syscalls.call(
            "mount", b"none", b"/mnt", b"tmpfs", ctypes.c_ulong(0), None
        ),
        "System V shared memory": _shared,
        "load a program into the kernel (bpf)": lambda: _reaches("bpf", 0, None, 0),
        "io_uring, which passes other walls by": lambda: _reaches("io_uring_setup", 1, None),
    }


def _any(attempt: Callable[[int], object], pids: Iterable[int]) -> None:
    """Succeed when it succeeds on one of them."""
    last: OSError | None = None
    for pid in pids:
        try:
            attempt(pid)
        except OSError as error:
            last = error
        else:
            return
    raise last or OSError


def _long(value: int) -> ctypes.c_long:
    return ctypes.c_long(value)


def _copied(pid: int) -> None:
    nothing = ctypes.c_long(0)
    _reaches("process_vm_readv", _long(pid), None, nothing, None, nothing, nothing)


def _reaches(name: str, *arguments: object) -> None:
    """Call it with arguments that make no sense: who is told so was let in."""
    try:
        syscalls.call(name, *arguments)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.EFAULT}:
            raise


def _taken(pid: int) -> None:
    opened = os.pidfd_open(pid)
    try:
        os.close(syscalls.call("pidfd_getfd", opened, _GETFD_OWN, 0))
    finally:
        os.close(opened)


def _signalled(pid: int) -> None:
    """Name who is signalled when the pipe is ready; nobody ever makes it so."""
    reading, writing = os.pipe()
    try:
        fcntl.fcntl(reading, fcntl.F_SETOWN, pid)
    finally:
        os.close(reading)
        os.close(writing)


def _environment() -> None:
    environment = os.environ  # noqa: TID251 - an attack
    if not [name for name in environment if any(one in name for one in _TELLING)]:
        raise FileNotFoundError


def _inherited() -> None:
    """Files of the disk: a run's own are pipes and one socket."""
    links = [Path(f"/proc/self/fd/{file}") for file in os.listdir("/proc/self/fd")]  # noqa: PTH208
    found = [str(link.readlink()) for link in links if link.is_symlink()]
    if not [one for one in found if one.startswith("/") and not one.startswith(("/dev", "/proc"))]:
        raise FileNotFoundError


def _daemon() -> None:
    """What outlives its session would outlive its run."""
    if os.fork() == 0:
        os.setsid()
        os._exit(0)
    os.wait()


def _forked() -> None:
    if os.fork() == 0:
        os._exit(0)
    os.wait()


def _run(path: str) -> None:
    """Nothing is there: who is told so could have run what is."""
    try:
        os.execv(path, [path])  # noqa: S606 - an attack
    except FileNotFoundError:
        return


def _shared() -> None:
    made = syscalls.call("shmget", _SHARED_PRIVATE, ctypes.c_size_t(4096), _CREATE | 0o600)
    syscalls.call("shmctl", made, 0, None)
