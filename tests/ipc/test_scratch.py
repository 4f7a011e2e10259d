"""Folders for a while: what a death left is cleared, and nothing else."""

import os
from pathlib import Path

from bot.ipc import scratch


def _old(path: Path, mode: int = 0o700) -> Path:
    path.mkdir()
    (path / "figures").write_text("x", "utf-8")
    path.chmod(mode)
    os.utime(path, (1, 1))
    return path


def test_a_folder_is_its_users_alone_and_gone_afterwards(tmp_path: Path) -> None:
    with scratch.folder(tmp_path) as path:
        assert path.parent == tmp_path
        assert path.stat().st_mode & 0o777 == 0o700
        (path / "inner").mkdir()
    assert list(tmp_path.iterdir()) == []


def test_what_a_death_left_is_cleared_by_the_next(tmp_path: Path) -> None:
    left = _old(tmp_path / "reportops-run-left")
    with scratch.folder(tmp_path) as path:
        assert not left.exists()
        os.utime(path, (1, 1))
        with scratch.folder(tmp_path):
            assert path.exists()  # it is old, but somebody holds it


def test_what_is_not_surely_ours_stays(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").touch()
    link = tmp_path / "reportops-run-link"
    link.symlink_to(elsewhere)
    fresh = tmp_path / "reportops-run-fresh"
    fresh.mkdir(mode=0o700)
    kept = [_old(tmp_path / "reportops-run-wide", 0o755), _old(tmp_path / "other"), fresh, link]
    if os.geteuid() == 0:
        foreign = _old(tmp_path / "reportops-run-foreign")
        os.chown(foreign, 1234, 1234)
        kept.append(foreign)
    (inside := _old(tmp_path / "reportops-run-inside")).joinpath("way").symlink_to(elsewhere)
    os.utime(inside, (1, 1))
    scratch.clear(tmp_path)
    assert all(path.exists() for path in kept)
    assert (elsewhere / "kept").exists()
    assert not inside.exists()


def test_a_folder_that_is_nested_without_end_ends_nobody(tmp_path: Path) -> None:
    for _ in range(1500):
        (tmp_path / "up").mkdir()
        if (tmp_path / "d").exists():
            (tmp_path / "d").rename(tmp_path / "up/d")
        (tmp_path / "up").rename(tmp_path / "d")
    (tmp_path / "d/shut").mkdir(mode=0)
    (tmp_path / "d/elsewhere").symlink_to(tmp_path)
    scratch.remove(tmp_path / "d")
    assert list(tmp_path.iterdir()) == []
