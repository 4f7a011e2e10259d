"""All layers together, around a real process."""

import sys
from collections.abc import Mapping

import pytest

from tests.guard.walls import subject

MAY = {"read own", "write scratch", "start a thread", "allowed name"}
"""Everything else must be stopped."""
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """What came of each attempt; the place is as open as file modes can make it."""
    place = tmp_path_factory.mktemp("place")
    for name in ("clients/a", "clients/b", "scratch"):
        (place / name).mkdir(parents=True)
    for name in ("clients/a/secret", "clients/b/secret", "database"):
        (place / name).write_text("secret")
    for path in (place, *place.rglob("*")):
        path.chmod(0o777)
    return subject.inside(place)


def test_the_run_reaches_its_own_and_nothing_else(told: Mapping[str, str]) -> None:
    missing = sorted(name for name in told if name.startswith("missing"))
    if missing:
        pytest.skip(f"this machine does not grant every layer: {missing}")
    through = {name for name, came in told.items() if came == subject.THROUGH}
    # Names and sizes of files elsewhere stay visible: docs/security.md says so.
    assert through - {"stat beside"} == MAY
