"""Namespaces of one's own, as far as the kernel grants them to a user without privileges.

In a user namespace of its own a process may make the others and arrange them, and nothing beyond
them (user_namespaces(7)). What is arranged here stays: the powers are given up at the end.
"""

import ctypes
import fcntl
import os
import socket
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.domain.walls import Layer
from bot.guard.walls import syscalls

_NEW: Mapping[Layer, int] = {
    Layer.USER: 0x10000000,
    Layer.NETWORK: 0x40000000,
    Layer.MOUNTS: 0x00020000,
    Layer.IPC: 0x08000000,
}
SET_DUMPABLE = 4
_BIND, _RECURSIVE, _PRIVATE = 0x1000, 0x4000, 0x40000
_NO_SETUID, _NO_DEVICES, _NO_PROGRAMS = 0x2, 0x4, 0x8
_SET_FLAGS, _UP = 0x8914, 0x1
_CAPABILITY_VERSION_3 = 0x20080522
_HOSTS = Path("/etc/hosts")
_MOST_FILES = 32_768
"""In a folder that is in memory: each takes a kilobyte of it that ``size`` does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the process sees of the file system."""

    scratch: Path
    """Its own folder: empty, in memory, and gone with the last process that sees it."""
    scratch_mb: int
    hosts: str = ""
    """The content of its /etc/hosts; empty: as it is."""
    hidden: tuple[Path, ...] = ()
    """Folders that look empty, …"""
    shown: tuple[Path, ...] = ()
    """… except for these, which lie beneath them."""


def enter() -> Mapping[Layer, str]:
    """Make them all, or as many as are granted; returns what is missing and why.

    The process must have one thread. It may be looked into while it writes its own user map
    (proc(5): /proc/self/uid_map belongs to root otherwise), so it must hold no secret yet.
    """
    user, group = os.getuid(), os.getgid()
    missing: dict[Layer, str] = {}
    syscalls.control(SET_DUMPABLE, 1)
    try:
        _unshare(Layer.USER, missing)
        if not missing:
            Path("/proc/self/setgroups").write_text("deny", "ascii")
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1", "ascii")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1", "ascii")
    except OSError as error:
        missing[Layer.USER] = _why(error)
    finally:
        syscalls.control(SET_DUMPABLE, 0)
    for layer in (Layer.NETWORK, Layer.MOUNTS, Layer.IPC):
        if Layer.USER in missing:
            missing[layer] = "needs a user namespace"
        else:
            _unshare(layer, missing)
    return missing


def loopback_up() -> None:
    """Switch on the loopback of one's own network (netdevice(7)); raises OSError."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sH14x", b"lo", _UP))


def arrange(view: View) -> None:
    """Give the process its view of the files; raises OSError. Needs MOUNTS."""
    _mount(None, "/", flags=_RECURSIVE | _PRIVATE)
    _cover(view.hidden, view.shown)
    _fresh(view.scratch, size=f"{view.scratch_mb}m", mode="0700")
    if view.hosts:
        made = view.scratch / "hosts"
        made.write_text(view.hosts, "utf-8")
        _mount(str(made), str(_HOSTS), flags=_BIND)
        made.unlink()


def open_way(gates: Sequence[Path], shown: Sequence[Path]) -> None:
    """As root, in a mount namespace of one's own: cover each gate with an empty folder that
    anybody may pass, and bind what is to be shown beneath it; raises OSError.
    """
    syscalls.call("unshare", ctypes.c_ulong(_NEW[Layer.MOUNTS]))
    _mount(None, "/", flags=_RECURSIVE | _PRIVATE)
    _cover(gates, shown)


def powerless() -> None:
    """Give up every capability that the user namespace brought (capset(2)); raises OSError."""
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    syscalls.call("capset", ctypes.c_char_p(header), ctypes.c_char_p(bytes(24)))


def _unshare(layer: Layer, missing: dict[Layer, str]) -> None:
    try:
        syscalls.call("unshare", ctypes.c_ulong(_NEW[layer]))
    except OSError as error:
        missing[layer] = _why(error)


def _cover(hidden: Sequence[Path], shown: Sequence[Path]) -> None:
    kept = [(path, os.open(path, os.O_PATH | os.O_CLOEXEC)) for path in shown]
    before = os.umask(0o066)  # the way to what is shown is for others
    try:
        for folder in hidden:
            _fresh(folder, size="64k", mode="0711")
        for path, opened in kept:
            if path.exists():
                continue
            path.mkdir(parents=True)
            _mount(f"/proc/self/fd/{opened}", str(path), flags=_BIND)
    finally:
        os.umask(before)
        for _, opened in kept:
            os.close(opened)


def _fresh(folder: Path, *, size: str, mode: str) -> None:
    """Cover a folder with an empty one."""
    flags = _NO_SETUID | _NO_DEVICES | _NO_PROGRAMS
    _mount(
        "none",
        str(folder),
        kind="tmpfs",
        flags=flags,
        data=f"size={size},nr_inodes={_MOST_FILES},mode={mode}",
    )


def _mount(
    what: str | None, where: str, *, flags: int, kind: str | None = None, data: str | None = None
) -> None:
    def as_text(value: str | None) -> ctypes.c_char_p:
        return ctypes.c_char_p(None if value is None else value.encode())

    syscalls.call(
        "mount", as_text(what), as_text(where), as_text(kind), ctypes.c_ulong(flags), as_text(data)
    )


def _why(error: OSError) -> str:
    return (os.strerror(error.errno) if error.errno else str(error)).lower()
