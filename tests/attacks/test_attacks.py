"""The suite of probes, from inside a real run, begun by root and by somebody who is nobody.

Where this machine lacks a layer, the table is printed and the lower level is what is proven.
"""

import os
import sys
from collections.abc import Mapping

import pytest

from bot.domain.walls import Attack, Came, Layer, Level, Trial, Walls
from tests.attacks import nobody

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's"),
]
_HELD_BY: Mapping[Layer, tuple[str, ...]] = {
    Layer.CALLS: (
        *("fork", "run a program", "trace the bot", "make a user namespace", "send a datagram"),
        *("change the mode of another client's folder", "System V shared memory"),
        "keep memory where no count shows it",
    ),
    Layer.FILES: (
        *("read another client's file", "read the bot's database", "read the bot's memory"),
        *("read another client's key", "read another client's sealed credential"),
    ),
    Layer.MOUNTS: ("look at another client's file (name, size, time)",),
    Layer.NETWORK: ("connect to a port of the bot's", "connect to a host that is not allowed"),
    Layer.LIMITS: ("take 16 GiB of memory", "write a file of 1 GiB"),
}
"""Which attacks must fail where a layer stands, whatever else does not."""
_KEPT = {
    *("find the bot's secrets in one's own environment", "find an open file that was inherited"),
    *("take 16 GiB of memory", "start 400 threads", "write a file of 1 GiB"),
    *("mount", "raw packets", "listen for others"),
}
"""What a plain process is kept from as well: by its bounds, by having given up what programs give
their starters, and, in a world of its own, by there being nobody else."""
_KEPT_FROM_NOBODY = {
    *("plant a package where all runs import from", "change the bot's own code"),
    *("read the bot's environment, with its tokens", "read the bot's memory"),
    *("use the bot's open files", "walk through the bot's view of the files"),
    *("trace the bot", "take a descriptor out of the bot", "become root by a program's mode"),
}
"""What the kernel keeps every user from that is not root."""
_KEPT_BY_SOME_MACHINES = {
    *("a socket of the machine below (vsock)", "load a program into the kernel (bpf)"),
    *(
        "io_uring, which passes other walls by",
        "make a user namespace",
        "copy from the bot's memory",
    ),
    *("mark another client's file", "mark another client's file for backups"),
    *("trace the bot", "System V shared memory", "change the bot's limits"),
}
"""By a switch of the kernel, or by a file system that keeps no marks."""
WHO = ("as we are", nobody.NOBODY)


@pytest.fixture(scope="module", params=WHO)
def told(request: pytest.FixtureRequest) -> nobody.Told:
    """What came of it, begun by whoever runs the tests, and by a user without privileges."""
    return _told(str(request.param))


@pytest.fixture
def tried(told: nobody.Told) -> Trial:
    """The table."""
    return told.trial


def _told(who: str, *how: str) -> nobody.Told:
    if who == nobody.NOBODY and os.geteuid() != 0:
        pytest.skip("we are nobody already")
    return nobody.told(who, *how)


def test_no_attack_comes_through(tried: Trial) -> None:
    """On a machine with every layer; elsewhere the table is shown, and each layer's own held."""
    _show(tried)
    if tried.walls.level is Level.STRONG:
        assert not tried.through
        assert tried.level is Level.STRONG
    lost = [
        name
        for layer in tried.walls.stand
        for name in _HELD_BY.get(layer, ())
        if name in tried.through
    ]
    assert not lost


def test_a_machine_that_grants_namespaces_gives_them_to_runs(told: nobody.Told) -> None:
    """The attacks' own world is made of the same ones."""
    if told.alone:
        pytest.skip(told.alone)
    assert told.trial.walls.stand >= {Layer.USER, Layer.NETWORK, Layer.MOUNTS, Layer.IPC}


def test_what_is_missing_is_told_and_lowers_the_level(tried: Trial) -> None:
    missing = frozenset(Layer) - tried.walls.stand
    assert missing == set(tried.walls.missing)
    assert (tried.level is Level.STRONG) is not missing


@pytest.mark.parametrize("who", WHO)
def test_the_attacks_are_real(who: str) -> None:
    """Without walls each comes through: a suite that fails by itself proves nothing."""
    told = _told(who, nobody.OPEN)
    stopped = {one.name for one in told.trial.attacks if one.came is Came.STOPPED}
    assert told.trial.level is Level.NONE
    is_root = os.geteuid() == 0 and who != nobody.NOBODY
    kept = _KEPT if is_root else _KEPT | _KEPT_FROM_NOBODY
    if told.alone:
        sys.stdout.write(f"attacks on the network were not put to the proof: {told.alone}\n")
        assert len(stopped - kept) < 10, stopped - kept
    else:
        assert stopped >= kept
        assert stopped - kept <= _KEPT_BY_SOME_MACHINES


def test_one_that_comes_through_takes_the_name_away() -> None:
    whole = Walls(stand=frozenset(Layer))
    came = (Attack(name="a", came=Came.STOPPED), Attack(name="b", came=Came.THROUGH))
    assert Trial(walls=whole, attacks=came[:1]).level is Level.STRONG
    assert Trial(walls=whole, attacks=came).level is Level.NONE
    assert Trial(walls=whole, attacks=()).level is Level.NONE


def _show(tried: Trial) -> None:
    for one in tried.attacks:
        sys.stdout.write(f"{one.name}: {one.came.value} {one.how}\n")
    for layer, why in tried.walls.missing.items():
        sys.stdout.write(f"not available: {layer.value} ({why})\n")
