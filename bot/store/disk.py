"""What kind of disk a file stands on: one that keeps it, one that forgets it, or nobody knows.

Linux tells it in /proc/self/mountinfo (proc_pid_mountinfo(5)); elsewhere nothing is known, and
nothing is said.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")
_FORGETS = frozenset({"tmpfs", "ramfs", "rootfs"})
_LAYERED = frozenset({"overlay", "overlayfs", "aufs", "fuse-overlayfs"})
_SHARED = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "ceph", "lustre"})
_ESCAPED = re.compile(r"\\([0-7]{3})")


class Keeps(Enum):
    """Whether what is written is there after a restart."""

    YES = auto()
    """As far as can be told."""
    NO = auto()
    """It lives in memory, or the platform throws it away."""
    UNKNOWN = auto()
    """The topmost layer of a container: gone with it, unless somebody saves the container."""
    SHARED = auto()
    """On another machine: kept, but SQLite's locks and write-ahead log want a disk of our own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """Where a file stands."""

    kind: str
    """The file system's name, such as ``ext4``; empty where nobody knows."""
    mounted: Path
    keeps: Keeps


def of(path: Path, *, mounts: Path = _MOUNTS) -> Disk:
    """Return the disk that a file is, or would be, on; its folder need not be there yet."""
    try:
        table = mounts.read_text("utf-8", "surrogateescape")
    except OSError:
        return Disk(kind="", mounted=Path("/"), keeps=Keeps.YES)
    real = path.resolve()
    found = [one for one in _mounted(table) if real.is_relative_to(one.mounted)]
    # Of two mounts on one place the later one is seen.
    return max(
        reversed(found),
        key=lambda one: len(one.mounted.parts),
        default=Disk(kind="", mounted=Path("/"), keeps=Keeps.YES),
    )


def _mounted(table: str) -> Iterator[Disk]:
    for line in table.splitlines():
        before, _, after = line.partition(" - ")
        fields, told = before.split(), after.split()
        if len(fields) > 4 and told:  # noqa: PLR2004 - the fifth field is the mount point
            place = Path(_ESCAPED.sub(lambda code: chr(int(code[1], 8)), fields[4]))
            yield Disk(kind=told[0], mounted=place, keeps=_keeps(told[0]))


def _keeps(kind: str) -> Keeps:
    if kind in _FORGETS:
        return Keeps.NO
    if kind in _LAYERED:
        return Keeps.UNKNOWN
    return Keeps.SHARED if kind in _SHARED else Keeps.YES
