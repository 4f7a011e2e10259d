"""What the bot stands on: which disks are refused, doubted, and taken."""

from pathlib import Path

import pytest

from bot import errors, settings
from bot.app import footing
from bot.store import disk

HERE = settings.Settings(database=Path("/srv/reportops/reportops.db"))


def _on(monkeypatch: pytest.MonkeyPatch, keeps: disk.Keeps, kind: str) -> None:
    monkeypatch.delenv("DYNO", raising=False)
    found = disk.Disk(kind=kind, mounted=Path("/"), keeps=keeps)

    def of(path: Path) -> disk.Disk:
        return found

    monkeypatch.setattr(disk, "of", of)


def test_a_lasting_disk_is_taken_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    _on(monkeypatch, disk.Keeps.YES, "ext4")
    assert footing.check_disk(HERE) == ""


def test_a_disk_in_memory_is_refused_with_both_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    _on(monkeypatch, disk.Keeps.NO, "tmpfs")
    with pytest.raises(errors.ConfigurationError) as caught:
        footing.check_disk(HERE)
    told = str(caught.value)
    assert str(HERE.database) in told
    assert "REPORTOPS_DATABASE" in told
    assert "REPORTOPS_EPHEMERAL_DISK=allow" in told


def test_a_dyno_is_refused_whatever_its_disk_looks_like(monkeypatch: pytest.MonkeyPatch) -> None:
    _on(monkeypatch, disk.Keeps.YES, "ext4")
    monkeypatch.setenv("DYNO", "worker.1")
    with pytest.raises(errors.ConfigurationError, match="Heroku"):
        footing.check_disk(HERE)


@pytest.mark.parametrize(
    ("keeps", "kind", "says"),
    [
        (disk.Keeps.UNKNOWN, "overlay", "the container's own disk (overlay)"),
        (disk.Keeps.SHARED, "nfs4", "a disk of another machine (nfs4)"),
    ],
)
def test_where_it_cannot_be_known_it_is_said(
    monkeypatch: pytest.MonkeyPatch, keeps: disk.Keeps, kind: str, says: str
) -> None:
    _on(monkeypatch, keeps, kind)
    assert says in footing.check_disk(HERE)


@pytest.mark.parametrize("keeps", list(disk.Keeps))
def test_who_allows_it_hears_nothing_more(
    monkeypatch: pytest.MonkeyPatch, keeps: disk.Keeps
) -> None:
    _on(monkeypatch, keeps, "tmpfs")
    monkeypatch.setenv("DYNO", "worker.1")
    allowed = HERE.model_copy(update={"ephemeral_disk": "allow"})
    assert footing.check_disk(allowed) == ""
