"""A shell in a folder of its own, with one client that runs without any account."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner, Result

from bot import cli
from bot.catalog import scaffold

Shell = Callable[..., Result]


@pytest.fixture
def clients(tmp_path: Path) -> Path:
    """A folder with the client globex, as `reportops client new` makes it."""
    folder = tmp_path / "clients"
    scaffold.new_client(folder, "globex")
    file = folder / "globex" / "client.yaml"
    file.write_text(file.read_text("utf-8").replace("FILL_IN", "C0GLOBEX1"), "utf-8")
    return folder


@pytest.fixture
def shell(tmp_path: Path, clients: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """Types a command; the settings are this test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REPORTOPS_CLIENTS_DIR", str(clients))
    monkeypatch.setenv("REPORTOPS_DATABASE", str(tmp_path / "reportops.db"))
    monkeypatch.setenv("REPORTOPS_EPHEMERAL_DISK", "allow")
    runner = CliRunner()

    def typed(*words: str) -> Result:
        return runner.invoke(cli.main, words, catch_exceptions=False)

    yield typed
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()
