"""What a database stands on, by the kernel's own table."""

from pathlib import Path

import pytest

from bot.store import disk

_TABLE = """\
22 1 254:0 / / rw,relatime - {root} /dev/vda rw
23 22 0:21 / /proc rw,relatime - proc proc rw
24 22 0:33 / /run rw,nosuid shared:5 - tmpfs tmpfs rw,size=800k
25 22 8:1 / /data rw,relatime - ext4 /dev/sdb rw
26 25 0:50 / /data/fast\\040cache rw,relatime - tmpfs tmpfs rw
27 22 0:51 / /stacked rw - ext4 /dev/sdc rw
28 27 0:52 / /stacked rw - tmpfs tmpfs rw
29 22 0:53 / /far rw - nfs4 server:/x rw
"""


@pytest.mark.parametrize(
    ("root", "path", "kind", "keeps"),
    [
        ("ext4", "/srv/reportops.db", "ext4", disk.Keeps.YES),
        ("overlay", "/app/var/reportops.db", "overlay", disk.Keeps.UNKNOWN),
        ("overlay", "/data/reportops.db", "ext4", disk.Keeps.YES),
        ("ext4", "/run/reportops.db", "tmpfs", disk.Keeps.NO),
        ("ext4", "/runner/reportops.db", "ext4", disk.Keeps.YES),
        ("ext4", "/data/fast cache/reportops.db", "tmpfs", disk.Keeps.NO),
        ("ext4", "/stacked/reportops.db", "tmpfs", disk.Keeps.NO),
        ("ext4", "/far/reportops.db", "nfs4", disk.Keeps.SHARED),
        ("tmpfs", "/srv/reportops.db", "tmpfs", disk.Keeps.NO),
    ],
)
def test_the_innermost_mount_counts(
    tmp_path: Path, root: str, path: str, kind: str, keeps: disk.Keeps
) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(_TABLE.format(root=root), "utf-8")
    found = disk.of(Path(path), mounts=mounts)
    assert (found.kind, found.keeps) == (kind, keeps)


def test_a_link_is_followed_to_its_disk(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    place = tmp_path / "memory"
    place.mkdir()
    (tmp_path / "var").symlink_to(place)
    mounts.write_text(f"1 1 0:1 / / rw - ext4 a rw\n2 1 0:2 / {place} rw - tmpfs b rw\n", "utf-8")
    assert disk.of(tmp_path / "var" / "a.db", mounts=mounts).keeps is disk.Keeps.NO


def test_where_nothing_is_known_nothing_is_said(tmp_path: Path) -> None:
    assert disk.of(tmp_path / "a.db", mounts=tmp_path / "none").keeps is disk.Keeps.YES


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="no memory disk here")
def test_the_memory_disk_of_this_machine_is_known() -> None:
    assert disk.of(Path("/dev/shm/reportops.db")).keeps is disk.Keeps.NO
