"""The suite of probes, from inside a real run, begun by root and by somebody who is nobody.

Where this machine lacks a layer, the table is printed and the lower level is what is proven.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.domain.walls import Attack, Came, Layer, Level, Trial, Walls
from bot.executors import process, trial
from tests.attacks import nobody

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's"),
]
_HELD_BY: Mapping[Layer, tuple[str, ...]] = {
    Layer.CALLS: (
        *("fork", "run a program", "trace the bot", "make a user namespace", "send a datagram"),
        *("change the mode of another client's folder", "System V shared memory"),
    ),
    Layer.FILES: ("read another client's file", "read the bot's database", "read the bot's memory"),
    Layer.MOUNTS: ("look at another client's file (name, size, time)",),
    Layer.NETWORK: ("connect to a port of the bot's", "connect to a host that is not allowed"),
    Layer.LIMITS: ("take 16 GiB of memory", "write a file of 1 GiB"),
}
"""Which attacks must fail where a layer stands, whatever else does not."""
_SENSELESS = {
    "find the bot's secrets in one's own environment",
    "find an open file that was inherited",
    "take 16 GiB of memory",
    "write a file of 1 GiB",
    "start 400 threads",
}
"""What a plain process is kept from as well."""


@pytest.fixture(scope="module", params=["as we are", "as nobody"])
def tried(request: pytest.FixtureRequest) -> Trial:
    """What came of it, begun by whoever runs the tests, and by a user without privileges."""
    if request.param == "as we are":
        return nobody.tried()
    if os.geteuid() != 0:
        pytest.skip("we are nobody already")
    root = Path(__file__).parents[2]
    boot = "import sys; sys.path.insert(0, sys.argv[1]); from tests.attacks import nobody; "
    started = subprocess.run(
        [sys.executable, "-I", "-B", "-c", f"{boot}nobody.main()", str(root)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert started.returncode == 0, started.stderr
    return nobody.read(started.stdout)


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


def test_what_is_missing_is_told_and_lowers_the_level(tried: Trial) -> None:
    missing = frozenset(Layer) - tried.walls.stand
    assert missing == set(tried.walls.missing)
    assert (tried.level is Level.STRONG) is not missing


def test_the_attacks_are_real() -> None:
    """Without walls nearly all come through: a suite that fails by itself proves nothing."""
    with trial.ground() as place:
        made = process.ProcessExecutor(memory_mb=2048)
        found = asyncio.run(trial.attacked(made, place=place))
    stopped = {one.name for one in found.attacks if one.came is Came.STOPPED}
    as_root = os.geteuid() == 0
    assert found.level is Level.NONE
    assert stopped >= _SENSELESS
    # Of somebody else's, a user without privileges is kept from some by the kernel itself.
    assert len(found.through) >= (40 if as_root else 25), stopped


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


def test_it_is_written_and_read(tried: Trial) -> None:
    assert nobody.read(nobody.write(tried)) == tried
    assert json.loads(nobody.write(tried))
