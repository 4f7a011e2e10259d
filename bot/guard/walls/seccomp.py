"""seccomp: refuses system calls of this process, and of every thread it starts, for good.

A classic BPF program (Documentation/userspace-api/seccomp_filter.rst) that looks at a call's number
and at single arguments; what it refuses fails with EPERM, so that a library can say so. An argument
of C's type int or unsigned int is compared by its lower half: that is all the kernel reads of it.
"""

import ctypes
import errno
import os
import socket
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.guard.walls import calls, syscalls

_SET_SECCOMP, _FILTER = 22, 2
_NO_NEW_PRIVS = 38
_SET_PDEATHSIG = 1
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16
_AUDIT = {syscalls.X86_64: 0xC000003E, syscalls.AARCH64: 0xC00000B7}
_X32 = 0x40000000
"""The second way to the same calls on x86-64; refused whole."""

_THREAD = 0x00010000
_NEW_NAMESPACES = 0x7E020000
_KIND = 0xF
"""Of socket(2)'s type: without SOCK_NONBLOCK and SOCK_CLOEXEC."""
_PUSH_BACK = 0x5412
"""TIOCSTI: typing into somebody's terminal."""
_SIGNALLED = {"fcntl": (8, 10, 15), "ioctl": (0x8901, 0x8902)}
"""F_SETOWN, F_SETSIG, F_SETOWN_EX, FIOSETOWN, SIOCSPGRP: the kernel would signal whoever is named
when a file is ready, another process of the same user included (fcntl(2))."""
_HELD_UP = (1024, 1026)
"""F_SETLEASE: whoever opens a file of the same owner, such as the next run its code, would wait for
the run that holds it; F_NOTIFY: a way to watch a folder (fcntl(2)).
"""
_NEVER = (
    ("ioctl", 1, _PUSH_BACK),
    ("prctl", 0, _SET_PDEATHSIG),
    *((name, 1, command) for name, commands in _SIGNALLED.items() for command in commands),
    *(("fcntl", 1, command) for command in _HELD_UP),
)
"""Call, argument and the value that is refused; a run cannot outlive what started it."""

_NOT_SET = (("setsockopt", 2, socket.SO_LINGER),)
"""Whoever closes the last copy of such a socket waits until its data has gone, for years if it says
so: sent to the broker, it would halt the way out of every run (socket(7)). Of every level, since
nobody needs what else has this number (TCP_CONGESTION, IP_RECVTOS).
"""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("first", ctypes.c_void_p))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Test:
    """One condition on the lower half of an argument."""

    argument: int
    values: tuple[int, ...]
    mask: int = 0xFFFFFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class _Only:
    """A call that is allowed where every test finds one of its values, and refused otherwise."""

    name: str
    tests: tuple[_Test, ...]


def install(*, sockets: bool | None) -> None:
    """Refuse what ``calls.REFUSED`` names. ``sockets``: TCP may be spoken, as in a network
    namespace of one's own; False: no socket can be made at all; None: any can, as whoever
    resolves names needs. Raises OSError.
    """
    raw = program(syscalls.machine(), pid=os.getpid(), sockets=sockets)
    buffer = ctypes.create_string_buffer(raw, len(raw))
    wanted = _Program(len(raw) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    syscalls.control(_NO_NEW_PRIVS, 1)
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(_SET_SECCOMP, ctypes.c_ulong(_FILTER), ctypes.byref(wanted), 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"seccomp: {os.strerror(code)}")


def program(machine: str, *, pid: int, sockets: bool | None) -> bytes:
    """Return the filter for such a machine: eight bytes an instruction.

    Raises MissingError for a machine whose calls are not known.
    """
    if machine not in _AUDIT:
        raise syscalls.MissingError(f"no system calls are known for {machine}")
    parts = [
        _line(_LOAD, _ARCH),
        _line(_IF_EQUAL, _AUDIT[machine], yes=1),
        _line(_RETURN, _KILL),
        _line(_LOAD, _NUMBER),
    ]
    if machine == syscalls.X86_64:
        parts += [_line(_IF_AT_LEAST, _X32, no=1), _line(_RETURN, _KILL)]
    # glibc falls back to clone(2), whose flags can be looked at.
    parts += _refused(["clone3"], machine, error=errno.ENOSYS)
    parts += _refused([name for names in calls.REFUSED.values() for name in names], machine)
    for only in _conditions(pid, sockets=sockets):
        parts += _guarded(
            only.name, [line for one in only.tests for line in _test(one)], machine=machine
        )
    for name, argument, value in (*_NEVER, *(() if sockets is None else _NOT_SET)):
        parts += _guarded(name, _equals(argument, value), machine=machine)
    return b"".join([*parts, _line(_RETURN, _ALLOW)])


def _conditions(pid: int, *, sockets: bool | None) -> Sequence[_Only]:
    me = (0, pid)
    tcp = (
        _Test(argument=0, values=(socket.AF_INET, socket.AF_INET6)),
        _Test(argument=1, values=(socket.SOCK_STREAM,), mask=_KIND),
        # Not what else calls itself a stream: MPTCP, SCTP, SMC.
        _Test(argument=2, values=(0, socket.IPPROTO_TCP)),
    )
    none = (_Test(argument=0, values=()),)
    # One that was handed over is used as it is: parted and connected anew it would reach anybody.
    kept = tuple(_Only(name=name, tests=none) for name in ("socket", "connect", "bind", "listen"))
    spoken = () if sockets is None else (_Only(name="socket", tests=tcp),) if sockets else kept
    return (
        *spoken,
        _Only(name="clone", tests=(_Test(argument=0, values=(_THREAD,), mask=_THREAD),)),
        _Only(name="clone", tests=(_Test(argument=0, values=(0,), mask=_NEW_NAMESPACES),)),
        _Only(name="kill", tests=(_Test(argument=0, values=(pid,)),)),
        _Only(name="tgkill", tests=(_Test(argument=0, values=(pid,)),)),
        _Only(name="prlimit64", tests=(_Test(argument=0, values=me),)),
        _Only(name="sched_setaffinity", tests=(_Test(argument=0, values=me),)),
        _Only(
            name="setpriority", tests=(_Test(argument=0, values=(0,)), _Test(argument=1, values=me))
        ),
        # A datagram pair could send to any socket that has a name; a stream cannot.
        _Only(
            name="socketpair", tests=(_Test(argument=1, values=(socket.SOCK_STREAM,), mask=_KIND),)
        ),
    )


def _guarded(name: str, body: Sequence[bytes], *, machine: str) -> Sequence[bytes]:
    """What looks at one call's arguments; passed over for every other call."""
    number = syscalls.number(name, machine)
    if number is None:
        return ()
    again = _line(_LOAD, _NUMBER)
    return [_line(_IF_EQUAL, number, no=len(body) + 1), *body, again]


def _equals(argument: int, value: int) -> Sequence[bytes]:
    """Refuse the one value of an argument."""
    return [
        _line(_LOAD, _ARGUMENTS + 8 * argument),
        _line(_IF_EQUAL, value, no=1),
        _line(_RETURN, _ERRNO | errno.EPERM),
    ]


def _test(test: _Test) -> Sequence[bytes]:
    lines = [_line(_LOAD, _ARGUMENTS + 8 * test.argument), _line(_AND, test.mask)]
    left = len(test.values)
    for value in test.values:
        lines.append(_line(_IF_EQUAL, value, yes=left))
        left -= 1
    return [*lines, _line(_RETURN, _ERRNO | errno.EPERM)]


def _refused(names: Iterable[str], machine: str, *, error: int = errno.EPERM) -> Sequence[bytes]:
    lines: list[bytes] = []
    for name in names:
        number = syscalls.number(name, machine)
        if number is not None:
            lines += [_line(_IF_EQUAL, number, no=1), _line(_RETURN, _ERRNO | error)]
    return lines


def _line(code: int, value: int, *, yes: int = 0, no: int = 0) -> bytes:
    """One instruction; ``yes`` and ``no`` are how many lines to skip."""
    return struct.pack("=HBBI", code, yes, no, value)
