"""The walls that the bot puts up around itself: it writes sealed credentials and reads none."""

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot import errors
from bot.guard.walls import landlock, own
from tests.guard.walls import bot

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's"),
    pytest.mark.skipif(landlock.abi() == 0, reason="this kernel has no Landlock"),
]
_OTHERS = {"signal another process": landlock.SCOPES_ABI}
"""Stopped from this version of Landlock on."""
_MAY = {
    *("read a client's file", "see a client that came later", "look names up"),
    *("use the database", "make a scratch of its own", "make a copy", "empty a folder away"),
    *("import late", "make a sealed credential", "replace a sealed credential"),
    *("seal a credential", "see which versions there are"),
}
"""Everything else must be stopped."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """What came of each attempt."""
    place = tmp_path_factory.mktemp("house")
    for name in ("clients/acme", "tmp/empty"):
        (place / name).mkdir(parents=True)
    (place / "clients/acme/client.yaml").write_text("name: Acme\n")
    (place / "beside").write_text("of somebody else")
    return bot.inside(place)


def test_it_does_its_work_and_reaches_nothing_else(told: Mapping[str, str]) -> None:
    version = int(told["landlock"])
    absent = {name for name, since in _OTHERS.items() if version < since}
    assert {name for name, came in told.items() if came == bot.THROUGH} - absent == _MAY


def test_it_finds_out_itself(told: Mapping[str, str]) -> None:
    names = ("run a program", "list the sealed credentials", "read a sealed credential")
    assert [told[f"the bot: {name}"] for name in names] == ["stopped"] * 3


@pytest.mark.parametrize("within", ["var", "var/deeper", "."])
def test_a_sealed_folder_that_the_bot_would_read_is_refused(tmp_path: Path, within: str) -> None:
    (tmp_path / "var/deeper").mkdir(parents=True)
    reach = own.Reach(read=(tmp_path / "var",), write=(), sealed=tmp_path / within)
    with pytest.raises(errors.ConfigurationError, match="REPORTOPS_CREDENTIALS_DIR"):
        own.apart(reach, reach.read)


def test_one_that_nobody_named_and_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    reach = own.Reach(read=(), write=(tmp_path,), sealed=tmp_path / "credentials")
    assert not own.apart(reach, reach.write)
    assert not reach.sealed.exists()
    chosen = own.Reach(read=(), write=(), sealed=tmp_path / "credentials", is_chosen=True)
    with pytest.raises(errors.ConfigurationError, match=str(tmp_path)):
        own.apart(chosen, (tmp_path,))


def test_it_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    reach = own.Reach(read=(), write=(), sealed=tmp_path / "credentials")
    assert own.apart(reach, (tmp_path / "var",))
    assert reach.sealed.stat().st_mode & 0o777 == 0o700
