"""What runs have in memory, and who must go."""

import os
import subprocess
import sys
from collections.abc import Mapping

import pytest

from bot.guard import memory

_MIB = 2**20
_HOLD = """
import mmap, sys
kept = mmap.mmap(-1, 64 << 20)  # shared, and in no file
kept.write(b"x" * (32 << 20))
own = b"x" * (64 << 20)
print(flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_what_a_process_has_of_its_own_is_seen_from_outside() -> None:
    with subprocess.Popen(
        [sys.executable, "-I", "-c", _HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        assert 96 * _MIB <= memory.held(other.pid) < 200 * _MIB
        other.communicate()
    assert memory.held(other.pid) == 0
    assert memory.held(os.getpid()) > 0


@pytest.mark.parametrize(
    ("own", "largest"),
    [({}, None), ({"a": 50, "b": 50}, None), ({"a": 50, "b": 51}, "b"), ({"a": 101}, "a")],
)
def test_the_largest_goes_where_all_have_too_much(
    own: Mapping[str, int], largest: str | None
) -> None:
    assert memory.excess(own, 100) == largest


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_the_budget_is_what_was_set_or_a_part_of_what_there_is() -> None:
    assert memory.budget(600) == 600 * _MIB
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert 0 < memory.budget(0) <= 0.76 * total
