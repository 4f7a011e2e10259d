"""A new master key: all keys are sealed again, none is skipped, and no death loses one."""

from pathlib import Path

import pytest

from bot import errors
from bot.domain.kept import Fault
from bot.sealed import age, places, rekey
from tests.sealed.test_sealed import SECRET, Folder, opened

OWNERS = ("acme", "pvcp", "agency.ads", "reportops.bot")


class Died(Exception):  # noqa: N818
    """The process ends here."""


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / "credentials")
    for owner in OWNERS:
        made.put(owner, "shop", SECRET)
    return made


def test_one_is_made_once(tmp_path: Path) -> None:
    made = rekey.new(tmp_path / "credentials")
    found = rekey.show(tmp_path / "credentials", master=made.identity)
    assert (found.recipient, found.given) == (made.recipient, made.recipient)
    assert "AGE-SECRET" not in repr(made)
    with pytest.raises(errors.UsageError, match="key rotate"):
        rekey.new(tmp_path / "credentials")


def test_all_are_sealed_again_and_the_old_key_opens_none(folder: Folder) -> None:
    other = age.generate().identity
    assert rekey.rotate(folder.root, old=folder.master.identity, new=other) == len(OWNERS)
    kept = folder.kept("acme", "local://shop", master=other)
    assert opened(kept, "local://shop", "acme") == SECRET
    assert folder.kept("acme", "local://shop").faults == {"local://shop": Fault.FOREIGN}
    assert set(rekey.show(folder.root, master=other).opened) == set(OWNERS)
    assert set(rekey.show(folder.root, master=folder.master.identity).foreign) == set(OWNERS)
    folder.put("xyz", "shop", SECRET)
    assert not folder.kept("xyz", "local://shop", master=other).faults


def test_where_one_opens_with_neither_nothing_is_changed(folder: Folder) -> None:
    strange = age.generate()
    folder.places.key("pvcp").write_bytes(age.seal("pvcp\nkey", to=strange.recipient))
    before = {one: one.read_bytes() for one in folder.root.rglob("*") if one.is_file()}
    with pytest.raises(errors.UsageError, match=r"keys of pvcp open with neither"):
        rekey.rotate(folder.root, old=folder.master.identity, new=age.generate().identity)
    assert {one: one.read_bytes() for one in folder.root.rglob("*") if one.is_file()} == before


@pytest.mark.parametrize("writes", range(2 * len(OWNERS) + 1))
def test_a_death_at_any_write_loses_nothing(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    """One of the two keys opens all that is there, and the next try ends it."""
    old, new = folder.master.identity, age.generate().identity
    write, left = places.write, [None] * writes

    def dying(path: Path, data: bytes) -> None:
        if not left:
            raise Died
        left.pop()
        write(path, data)

    monkeypatch.setattr(places, "write", dying)
    with pytest.raises(Died):
        rekey.rotate(folder.root, old=old, new=new)
    monkeypatch.undo()
    whole = [
        master
        for master in (old, new)
        if all(not folder.kept(o, "local://shop", master=master).faults for o in OWNERS[:2])
    ]
    assert whole
    assert rekey.rotate(folder.root, old=old, new=new) == len(OWNERS)
    assert set(rekey.show(folder.root, master=new).opened) == set(OWNERS)


def test_a_key_that_is_not_what_was_written_is_found_before_the_old_one_goes(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that skips a write: the proof reads each key again."""
    write = places.write

    def skipping(path: Path, data: bytes) -> None:
        if path.name != "pvcp.age":
            write(path, data)

    monkeypatch.setattr(places, "write", skipping)
    other = age.generate().identity
    with pytest.raises(errors.StoreError, match=r"keys of pvcp were written and are not"):
        rekey.rotate(folder.root, old=folder.master.identity, new=other)
    monkeypatch.undo()
    assert not folder.kept("pvcp", "local://shop").faults
    assert folder.places.master.read_text() == folder.master.recipient
