"""Where what lies in the folder of the sealed credentials.

    recipients/OWNER            the public half of an owner's key; the bot reads it to seal
    recipients/reportops.master the public half of the master key
    versions/OWNER/NAME         which version is in force, and which there are; the bot reads it
    keys/OWNER.age              the secret half of an owner's key, sealed to the master key
    sealed/OWNER/NAME/7.age     version 7 of a credential, sealed to its owner's key

An owner is a client's id, ``agency.NAME`` (one key for each of the agency's credentials) or
``reportops.bot``. The bot writes all of it, and reads what is public; keys and what is sealed are
read by the keeper alone (docs/decisions/0025).
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MASTER = "reportops.master"
PUBLIC = ("recipients", "versions")
"""The folders that the bot itself reads."""
SECRET = ("keys", "sealed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The folder. Owners and names have been checked by whoever parsed the reference."""

    root: Path

    @property
    def master(self) -> Path:
        """The public half of the master key."""
        return self.recipient(MASTER)

    def recipient(self, owner: str) -> Path:
        """The public half of an owner's key."""
        return self.root / "recipients" / owner

    def key(self, owner: str) -> Path:
        """The secret half, sealed."""
        return self.root / "keys" / f"{owner}.age"

    def pointer(self, owner: str, name: str) -> Path:
        """Which versions there are."""
        return self.root / "versions" / owner / name

    def version(self, owner: str, name: str, *, version: int) -> Path:
        """One version, sealed."""
        return self.root / "sealed" / owner / name / f"{version}.age"

    def names(self, owner: str) -> Iterator[str]:
        """Yield the names of an owner's credentials."""
        yield from _listed(self.root / "versions" / owner)

    def owners(self) -> Iterator[str]:
        """Yield who has a key."""
        yield from (one for one in _listed(self.root / "recipients") if one != MASTER)


def make(folder: Path) -> None:
    """Make the folder and those within, where they are not there yet, for their owner alone.

    Whoever needs one says why it cannot be made.
    """
    for one in (folder, *(folder / name for name in (*PUBLIC, *SECRET))):
        with contextlib.suppress(OSError):
            one.mkdir(parents=True, exist_ok=True, mode=0o700)


def write(path: Path, data: bytes) -> None:
    """Put a file in its place, whole and on the disk, or leave what was there."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.new")
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(file, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(path)
    settle(path.parent)


def settle(folder: Path) -> None:
    """Have a folder's entries on the disk; one that may not be listed is left to the kernel."""
    with contextlib.suppress(OSError):
        file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(file)
        finally:
            os.close(file)


def remove(folder: Path) -> None:
    """Remove a folder that is empty."""
    with contextlib.suppress(OSError):
        folder.rmdir()


def _listed(folder: Path) -> Iterator[str]:
    try:
        found = sorted(one.name for one in folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return
    yield from (one for one in found if not one.startswith("."))
