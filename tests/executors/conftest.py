"""The two ways to start a worker; what holds of one must hold of the other."""

import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from bot.guard import launcher
from bot.ipc import guarded
from tests.executors import acting


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for clients that a worker which is no longer root may pass."""
    place = tmp_path_factory.mktemp("clients")
    place.chmod(0o755)
    return place


@pytest.fixture(scope="module")
def guard(clients: Path) -> Generator[guarded.Guard]:
    """A guard whose keeper has a word of Acme's."""
    kept = {"ACME_BIGQUERY": "the-quiet-word-of-acme", "GLOBEX_BIGQUERY": "globex-word"}
    started = launcher.start(kept, clients=clients)
    yield started
    started.close()


@pytest.fixture
def walled(clients: Path, guard: guarded.Guard, tmp_path: Path) -> acting.Stage:
    """Workers behind walls."""
    place = clients / tmp_path.name
    place.mkdir()
    return acting.Stage(place=place, starter=acting.walledly(guard))


@pytest.fixture
def plain(tmp_path: Path) -> acting.Stage:
    """Workers as plain processes."""
    return acting.Stage(place=tmp_path, starter=acting.plainly(tmp_path))


@pytest.fixture(params=["plain", "walled"])
def stage(request: pytest.FixtureRequest) -> acting.Stage:
    """Workers of either kind."""
    if request.param == "walled" and sys.platform != "linux":
        pytest.skip("the walls are Linux's")
    found = request.getfixturevalue(request.param)
    assert isinstance(found, acting.Stage)
    return found
