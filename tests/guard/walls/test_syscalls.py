"""The numbers of the system calls, held against the kernel's own published ones."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.guard.walls import calls, seccomp, syscalls

NAMES = sorted({name for names in calls.REFUSED.values() for name in names})
HEADERS: Mapping[str, tuple[Path, ...]] = {
    syscalls.X86_64: (
        Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
        Path("/usr/include/asm/unistd_64.h"),
    ),
    syscalls.AARCH64: (Path("/usr/include/asm-generic/unistd.h"),),
}
"""Of linux-libc-dev and its like; aarch64 has the generic numbers."""
_LINE = re.compile(r"#define __NR(?:3264)?_(\w+)\s+(\d+)$", re.MULTILINE)
NEW = {
    "fchmodat2": 452,
    "setxattrat": 463,
    "removexattrat": 466,
    "open_tree_attr": 467,
    "file_setattr": 469,
}
"""Newer than the headers of most machines; since 5.1 a call has one number everywhere."""


def _published(machine: str) -> Mapping[str, int]:
    found = next((path for path in HEADERS[machine] if path.exists()), None)
    if found is None:
        pytest.skip(f"this machine has no headers of Linux for {machine}")
    told = _LINE.findall(found.read_text("utf-8"))
    return {name: int(number) for name, number in told}


@pytest.mark.parametrize("machine", HEADERS)
def test_each_number_is_the_kernels(machine: str) -> None:
    published = _published(machine)
    ours = {name: syscalls.number(name, machine) for name in syscalls.NAMES}
    newest = max(number for number in published.values() if number < 1024)
    for name, number in ours.items():
        if number is None or number <= newest:
            assert published.get(name) == number, name


@pytest.mark.parametrize("machine", HEADERS)
def test_new_calls_have_one_number_everywhere(machine: str) -> None:
    assert {name: syscalls.number(name, machine) for name in NEW} == NEW
    for name in syscalls.NAMES:
        both = {syscalls.number(name, one) for one in HEADERS}
        assert len(both) == 1 or max(number or 0 for number in both) < 424


@pytest.mark.parametrize("machine", HEADERS)
def test_no_number_stands_for_two_calls(machine: str) -> None:
    numbers = [
        number for name in syscalls.NAMES if (number := syscalls.number(name, machine)) is not None
    ]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("machine", HEADERS)
def test_what_is_refused_is_refused_on_both_or_was_never_there(machine: str) -> None:
    """A call that aarch64 never had came before the calls that end in “at”."""
    never = {name for name in NAMES if syscalls.number(name, machine) is None}
    old = {"chmod", "chown", "fork", "futimesat", "inotify_init", "ioperm", "iopl", "lchown"}
    old |= {"utime", "utimes", "vfork"}
    assert never == (old if machine == syscalls.AARCH64 else set[str]())


def test_the_filter_fits_into_the_kernel() -> None:
    """BPF_MAXINSNS is 4096, and a jump reaches 255 lines."""
    for machine in HEADERS:
        assert len(seccomp.program(machine, pid=1, sockets=True)) // 8 < 1024
