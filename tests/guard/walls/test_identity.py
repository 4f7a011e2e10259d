"""As root runs become another user: what that one cannot read is said before they start."""

import os
from pathlib import Path

import pytest

from bot import errors
from bot.guard.walls import identity

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")


@pytest.mark.parametrize("closed", ["clients", "clients/acme"])
def test_clients_that_runs_could_not_read_are_named_with_the_remedy(
    tmp_path: Path, closed: str
) -> None:
    clients = tmp_path / "clients"
    (clients / "acme").mkdir(parents=True)
    (tmp_path / closed).chmod(0o700)
    with pytest.raises(errors.ConfigurationError) as refused:
        identity.check(clients)
    told = str(refused.value)
    assert f"who cannot read {clients}." in told
    assert f"chmod -R g+rX {clients}" in told
    assert "start the bot as the user who owns them" in told


def test_one_client_that_is_closed_stops_no_other(tmp_path: Path) -> None:
    for name, mode in (("acme", 0o700), ("globex", 0o755)):
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(mode)
    tmp_path.chmod(0o755)
    identity.check(tmp_path)


def test_no_folder_yet_is_no_fault_of_its_reader(tmp_path: Path) -> None:
    identity.check(tmp_path / "none")
