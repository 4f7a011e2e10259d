"""The filter, executed instruction by instruction for both machines, on whichever this one is."""

import errno
import fcntl
import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.guard.walls import calls, seccomp, syscalls

ARCHES = {syscalls.X86_64: 0xC000003E, syscalls.AARCH64: 0xC00000B7}
MACHINES = tuple(ARCHES)
PID = 4242
ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
NAMES = sorted({name for names in calls.REFUSED.values() for name in names})


def verdict(machine: str, name: str | int, *arguments: int, sockets: bool | None = True) -> int:
    """What the kernel would do with the call: classic BPF over struct seccomp_data."""
    number = syscalls.number(name, machine) if isinstance(name, str) else name
    assert number is not None
    padded = (*arguments, *[0] * (6 - len(arguments)))
    data = struct.pack("=iIQ6Q", number & 0x7FFFFFFF, ARCHES[machine], 0, *padded)
    return _executed(seccomp.program(machine, pid=PID, sockets=sockets), data)


def _executed(program: bytes, data: bytes) -> int:
    lines = list(struct.iter_unpack("=HBBI", program))
    at, held = 0, 0
    while True:
        code, yes, no, value = lines[at]
        at += 1
        match code:
            case 0x20:
                held = struct.unpack_from("=I", data, value)[0]
            case 0x54:
                held &= value
            case 0x15:
                at += yes if held == value else no
            case 0x35:
                at += yes if held >= value else no
            case 0x06:
                return int(value)
            case _:
                pytest.fail(f"an instruction of code {code}")


@pytest.mark.parametrize(
    ("machine", "name"),
    [(on, name) for on in MACHINES for name in NAMES if syscalls.number(name, on) is not None],
)
def test_refuses_what_is_listed(machine: str, name: str) -> None:
    assert verdict(machine, name) == REFUSE | errno.EPERM


@pytest.mark.parametrize("machine", MACHINES)
@given(number=st.integers(0, 600))
def test_lets_pass_what_is_not_named(machine: str, number: int) -> None:
    conditional = ("clone", "clone3", "kill", "tgkill", "prlimit64", "sched_setaffinity", "ioctl")
    others = ("setpriority", "socket", "socketpair", "prctl", "fcntl", "setsockopt")
    named = {syscalls.number(name, machine) for name in (*NAMES, *conditional, *others)}
    assert verdict(machine, number) == ALLOW or number in named


@pytest.mark.parametrize("machine", MACHINES)
def test_another_kind_of_machine_ends_the_process(machine: str) -> None:
    program = seccomp.program(machine, pid=PID, sockets=True)
    assert _executed(program, struct.pack("=iIQ6Q", 0, 0x40000003, 0, *[0] * 6)) == KILL


def test_the_second_way_into_x86_64_ends_the_process() -> None:
    assert verdict(syscalls.X86_64, 0x40000000 + 59) == KILL


@pytest.mark.parametrize("machine", MACHINES)
def test_a_thread_is_started_and_no_process(machine: str) -> None:
    thread, namespaces = 0x00010F00, 0x10000000
    assert verdict(machine, "clone", thread) == ALLOW
    assert verdict(machine, "clone", 17) == REFUSE | errno.EPERM
    assert verdict(machine, "clone", thread | namespaces) == REFUSE | errno.EPERM
    assert verdict(machine, "clone3", 0) == REFUSE | errno.ENOSYS


@pytest.mark.parametrize("machine", MACHINES)
@given(other=st.integers(0, 2**32 - 1))
def test_signals_and_limits_reach_itself_alone(machine: str, other: int) -> None:
    own = other == PID
    assert (verdict(machine, "kill", other) == ALLOW) is own
    assert (verdict(machine, "tgkill", other) == ALLOW) is own
    assert (verdict(machine, "prlimit64", other) == ALLOW) is (own or other == 0)
    assert (verdict(machine, "setpriority", 0, other) == ALLOW) is (own or other == 0)


@pytest.mark.parametrize("machine", MACHINES)
@given(family=st.integers(0, 45), kind=st.integers(0, 10), flags=st.sampled_from((0, 0o2004000)))
def test_tcp_is_the_only_socket(machine: str, family: int, kind: int, flags: int) -> None:
    is_tcp = family in {socket.AF_INET, socket.AF_INET6} and kind == socket.SOCK_STREAM
    assert (verdict(machine, "socket", family, kind | flags) == ALLOW) is is_tcp
    assert verdict(machine, "socket", family, kind, sockets=False) == REFUSE | errno.EPERM
    pair = verdict(machine, "socketpair", socket.AF_UNIX, kind | flags)
    assert (pair == ALLOW) is (kind == socket.SOCK_STREAM)


@pytest.mark.parametrize("machine", MACHINES)
@given(protocol=st.integers(0, 300))
def test_a_stream_of_another_protocol_is_no_tcp(machine: str, protocol: int) -> None:
    """MPTCP is 262, SCTP 132, SMC 256."""
    asked = verdict(machine, "socket", socket.AF_INET, socket.SOCK_STREAM, protocol)
    assert (asked == ALLOW) is (protocol in {0, socket.IPPROTO_TCP})


@pytest.mark.parametrize("machine", MACHINES)
def test_a_connection_that_was_handed_over_is_not_pointed_elsewhere(machine: str) -> None:
    for name in ("connect", "bind", "listen"):
        assert verdict(machine, name, 3, sockets=False) == REFUSE | errno.EPERM
        assert verdict(machine, name, 3) == ALLOW


@pytest.mark.parametrize("machine", MACHINES)
def test_nobody_who_closes_a_runs_socket_waits_for_it(machine: str) -> None:
    linger = ("setsockopt", 3, socket.SOL_SOCKET, socket.SO_LINGER)
    for sockets in (True, False):
        assert verdict(machine, *linger, sockets=sockets) == REFUSE | errno.EPERM
    assert verdict(machine, "setsockopt", 3, socket.SOL_SOCKET, socket.SO_KEEPALIVE) == ALLOW
    assert verdict(machine, *linger, sockets=None) == ALLOW  # the broker resets connections so


@pytest.mark.parametrize("machine", MACHINES)
def test_no_typing_into_a_terminal_and_no_outliving(machine: str) -> None:
    assert verdict(machine, "ioctl", 0, 0x5412) == REFUSE | errno.EPERM
    assert verdict(machine, "ioctl", 0, 0x5413) == ALLOW
    assert verdict(machine, "prctl", 1, 0) == REFUSE | errno.EPERM
    assert verdict(machine, "prctl", 22, 0) == ALLOW


@pytest.mark.parametrize("machine", MACHINES)
def test_no_file_is_held_up_for_others_nor_a_folder_watched(machine: str) -> None:
    for command in (fcntl.F_SETLEASE, fcntl.F_NOTIFY):
        assert verdict(machine, "fcntl", 3, command) == REFUSE | errno.EPERM


@pytest.mark.parametrize("machine", MACHINES)
def test_no_file_signals_anybody(machine: str) -> None:
    for command in (fcntl.F_SETOWN, fcntl.F_SETSIG, 15):
        assert verdict(machine, "fcntl", 3, command) == REFUSE | errno.EPERM
    for command in (0x8901, 0x8902):
        assert verdict(machine, "ioctl", 3, command) == REFUSE | errno.EPERM
    for command in (fcntl.F_GETFL, fcntl.F_SETFL, fcntl.F_SETLK, fcntl.F_DUPFD_CLOEXEC):
        assert verdict(machine, "fcntl", 3, command) == ALLOW


@pytest.mark.parametrize("machine", MACHINES)
@given(
    name=st.sampled_from(("clone", "kill", "tgkill", "prlimit64", "setpriority", "socket")),
    first=st.sampled_from((0, PID, PID + 1, 17, 0x00010F00, 0x10010000, socket.AF_INET)),
    second=st.sampled_from((0, PID, socket.SOCK_STREAM, socket.SOCK_DGRAM)),
    upper=st.integers(1, 2**32 - 1),
)
def test_the_upper_half_of_an_argument_opens_nothing(
    machine: str, name: str, first: int, second: int, upper: int
) -> None:
    """The kernel reads these as 32 bits, so that what stands above must change no verdict."""
    plain = verdict(machine, name, first, second)
    assert verdict(machine, name, upper << 32 | first, upper << 32 | second) == plain


def test_an_unknown_machine_has_no_filter() -> None:
    with pytest.raises(syscalls.MissingError):
        seccomp.program("riscv64", pid=PID, sockets=True)
