"""Landlock: from here on this process reaches the named files, ports and processes, and no others.

Protocol: Documentation/userspace-api/landlock.rst and include/uapi/linux/landlock.h. What a kernel
lacks is left out of the request, so that an older one still gives all that it has; ``abi`` says
which it is. Restricts the calling thread and what it starts later: call it before any other thread.
"""

import ctypes
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.guard.walls import syscalls

_VERSION = 1
_PATH_BENEATH, _NET_PORT = 1, 2
_NO_NEW_PRIVS = 38

_EXECUTE, _WRITE, _READ, _LIST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE = sum(1 << bit for bit in range(4, 13))
"""Remove and make files, folders, links, sockets, devices."""
_REMOVE_FOLDER = 1 << 4
_REFER, _TRUNCATE, _DEVICES = 1 << 13, 1 << 14, 1 << 15
_BY_ABI = ((1, (1 << 13) - 1), (2, _REFER), (3, _TRUNCATE), (5, _DEVICES))
_ON_A_FILE = _EXECUTE | _WRITE | _READ | _TRUNCATE | _DEVICES
_REPLACE = _WRITE | _MAKE | _REFER | _TRUNCATE

_BIND_TCP, _CONNECT_TCP = 1 << 0, 1 << 1
_ABSTRACT, _SIGNALS = 1 << 0, 1 << 1
NETWORK_ABI, SCOPES_ABI = 4, 6
"""From which version on TCP ports, and foreign processes, are covered."""


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


class _Port(ctypes.Structure):
    _fields_ = (("allowed", ctypes.c_uint64), ("port", ctypes.c_uint64))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What stays within reach. A path that is not there is passed over."""

    read: tuple[Path, ...] = ()
    """Files, or folders with all that is beneath."""
    write: tuple[Path, ...] = ()
    """Read, write, make and remove, beneath a folder."""
    replace: tuple[Path, ...] = ()
    """Make and replace files beneath a folder without reading or listing any."""
    emptied: tuple[Path, ...] = ()
    """Remove empty folders beneath a folder."""
    connect: tuple[int, ...] | None = ()
    """TCP ports that may be connected to; None: the network is somebody else's wall."""
    scoped: bool = True
    """Whether signals to processes outside, and abstract sockets of theirs, are refused."""


def abi() -> int:
    """Return the version that the kernel has, 0 where it has none or has it switched off."""
    try:
        return syscalls.call(
            "landlock_create_ruleset", None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION)
        )
    except OSError:
        return 0


def restrict(rules: Rules) -> int:
    """Give up everything else, for good; returns the version that now holds.

    Raises OSError where the kernel has no Landlock, or refuses.
    """
    version = abi()
    if version == 0:
        raise syscalls.MissingError("Landlock is not in this kernel, or switched off")
    handled = sum(bits for since, bits in _BY_ABI if version >= since)
    ruleset = _ruleset(version, handled, rules=rules)
    try:
        _allow(ruleset, rules.read, access=(_READ | _LIST) & handled)
        _allow(ruleset, rules.write, access=handled & ~_EXECUTE)
        _allow(ruleset, rules.replace, access=_REPLACE & handled)
        _allow(ruleset, rules.emptied, access=_REMOVE_FOLDER)
        if version >= NETWORK_ABI:
            for port in rules.connect or ():
                _add(ruleset, _Port(_CONNECT_TCP, port))
        syscalls.control(_NO_NEW_PRIVS, 1)
        syscalls.call("landlock_restrict_self", ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)
    return version


def _ruleset(version: int, handled: int, *, rules: Rules) -> int:
    network = rules.connect is not None and version >= NETWORK_ABI
    wanted = _Ruleset(
        handled,
        _BIND_TCP | _CONNECT_TCP if network else 0,
        _ABSTRACT | _SIGNALS if rules.scoped and version >= SCOPES_ABI else 0,
    )
    fields = 3 if version >= SCOPES_ABI else 2 if version >= NETWORK_ABI else 1
    size = ctypes.sizeof(ctypes.c_uint64) * fields
    return syscalls.call(
        "landlock_create_ruleset", ctypes.byref(wanted), ctypes.c_size_t(size), ctypes.c_uint32(0)
    )


def _allow(ruleset: int, paths: Iterable[Path], *, access: int) -> None:
    for path in paths:
        try:
            parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            beneath = stat.S_ISDIR(os.fstat(parent).st_mode)
            allowed = access if beneath else access & _ON_A_FILE
            _add(ruleset, _Beneath(allowed, parent))
        finally:
            os.close(parent)


def _add(ruleset: int, rule: _Beneath | _Port) -> None:
    syscalls.call(
        "landlock_add_rule",
        ctypes.c_int(ruleset),
        ctypes.c_int(_NET_PORT if isinstance(rule, _Port) else _PATH_BENEATH),
        ctypes.byref(rule),
        ctypes.c_uint32(0),
    )
