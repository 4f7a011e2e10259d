"""The memory of runs: what each has of its own, and what all may have together.

Read from /proc/PID/status (proc(5)), which the kernel shows to everybody, also of processes that
cannot be looked into otherwise.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

_MIB = 2**20
_OWN = ("RssAnon:", "RssShmem:", "VmSwap:")
_SHARE = 0.75
"""Of the machine's memory, where nobody has said otherwise."""


def held(pid: int) -> int:
    """Return the bytes that a process holds beyond what lies in files; 0 where it cannot be seen.

    Pages that it still shares with the process it was forked from are among them.
    """
    try:
        text = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
    except OSError:
        return 0
    fields = (line.split() for line in text.splitlines() if line.startswith(_OWN))
    return sum(int(number) * 1024 for _, number, _ in fields)


def excess(own: Mapping[str, int], budget: int) -> str | None:
    """Return the largest where all together are beyond the budget; None: they are not."""
    return max(own, key=lambda one: own[one]) if sum(own.values()) > budget else None


def budget(wanted_mb: int) -> int:
    """Return in bytes what all runs may have together; ``wanted_mb`` 0: as the machine has it."""
    return wanted_mb * _MIB or int(min(_machine()) * _SHARE)


def _machine() -> Iterator[int]:
    """The bytes of this machine, and the bounds that were set for us (cgroups(7)), in both ways of
    writing them.
    """
    for line in Path("/proc/meminfo").read_text("ascii").splitlines():
        if line.startswith("MemTotal:"):
            yield int(line.split()[1]) * 1024
    for line in Path("/proc/self/cgroup").read_text("utf-8").splitlines():
        _, parts, path = line.split(":", 2)
        if not parts:
            yield from _bound(f"/sys/fs/cgroup{path}/memory.max")
            yield from _bound("/sys/fs/cgroup/memory.max")
        elif parts == "memory":
            yield from _bound(f"/sys/fs/cgroup/memory{path}/memory.limit_in_bytes")
            yield from _bound("/sys/fs/cgroup/memory/memory.limit_in_bytes")


def _bound(path: str) -> Iterator[int]:
    try:
        yield int(Path(path).read_text("ascii"))
    except (OSError, ValueError):
        return  # there is none, or it says "max"
