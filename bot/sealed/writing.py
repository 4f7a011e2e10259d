"""Writing sealed credentials: the bot's half, which opens none."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from bot import errors
from bot.sealed import age, places

LARGEST = 64 * 1024
"""Bytes of one credential; the largest in use, a service account's JSON, has 2400."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """What there is of one credential."""

    current: int | None
    """The one in force; None: there is none."""
    kept: tuple[int, ...]
    """Those that are there, oldest first."""
    last: int
    """The highest number that was ever given; it is not given again."""


class Sealed:
    """The folder of the sealed credentials. One process writes at a time (Settled 12)."""

    def __init__(self, folder: Path) -> None:
        self._places = places.Places(root=folder)

    def put(self, owner: str, name: str, *, text: str) -> int:
        """Seal a text as a new version and return its number. It is not in force before ``use``.

        Makes the owner's key where there is none, without the master's secret half. Raises
        UsageError where there is no master key yet, or for a text that is too large; StoreTrouble
        where the disk refuses.
        """
        if len(text.encode()) > LARGEST:
            raise errors.UsageError(f"A credential has at most {LARGEST // 1024} KiB.")
        try:
            to = self._recipient(owner)
            known = self.versions(owner, name)
            version = known.last + 1
            places.write(self._places.version(owner, name, version=version), age.seal(text, to=to))
            kept = (*known.kept, version)
            self._point(
                owner, name, versions=Versions(current=known.current, kept=kept, last=version)
            )
        except OSError as error:
            raise _trouble(error) from None
        return version

    def use(self, owner: str, name: str, *, version: int) -> None:
        """Put a version in force, in one move; raises UsageError where it is not there."""
        known = self.versions(owner, name)
        if version not in known.kept:
            raise errors.UsageError(f"There is no version {version} of {name}.")
        changed = Versions(current=version, kept=known.kept, last=known.last)
        try:
            self._point(owner, name, versions=changed)
        except OSError as error:
            raise _trouble(error) from None

    def drop(self, owner: str, name: str, *, version: int) -> None:
        """Delete a version that is not in force; one that is gone already is no fault."""
        known = self.versions(owner, name)
        if version == known.current:
            raise errors.UsageError(f"Version {version} of {name} is in force.")
        left = tuple(one for one in known.kept if one != version)
        try:
            if left != known.kept:
                changed = Versions(current=known.current, kept=left, last=known.last)
                self._point(owner, name, versions=changed)
            self._places.version(owner, name, version=version).unlink(missing_ok=True)
        except OSError as error:
            raise _trouble(error) from None

    def remove(self, owner: str, name: str | None = None) -> int:
        """Delete a credential, or with no name all of an owner's and its key; returns how many
        versions are gone. What is not there is no fault.
        """
        names = [name] if name is not None else [*self._places.names(owner)]
        try:
            gone = sum(self._forget(owner, one) for one in names)
            if name is None:
                # The key goes last of all: without it what was left of a death is worth nothing.
                self._places.key(owner).unlink(missing_ok=True)
                self._places.recipient(owner).unlink(missing_ok=True)
                for folder in ("sealed", "versions"):
                    places.remove(self._places.root / folder / owner)
        except OSError as error:
            raise _trouble(error) from None
        return gone

    def versions(self, owner: str, name: str) -> Versions:
        """Return what there is of a credential; raises StoreTrouble where that is damaged."""
        try:
            return read(self._places.pointer(owner, name))
        except OSError as error:
            raise _trouble(error) from None

    def names(self, owner: str) -> tuple[str, ...]:
        """Return the names of an owner's credentials."""
        return tuple(self._places.names(owner))

    def made_at(self, owner: str, name: str, *, version: int) -> datetime | None:
        """Return when a version was written; None: it is not there."""
        try:
            status = self._places.version(owner, name, version=version).stat()
        except OSError:
            return None
        return datetime.fromtimestamp(status.st_mtime, UTC)

    def _recipient(self, owner: str) -> str:
        """To whom an owner's credentials are sealed: the key of its own, made where it has none."""
        place, key = self._places.recipient(owner), self._places.key(owner)
        if place.exists() and key.exists():
            return place.read_text("ascii").strip()
        try:
            master = self._places.master.read_text("ascii").strip()
        except FileNotFoundError:
            raise errors.UsageError(
                "There is no master key to seal credentials with. Make one: reportops key new"
            ) from None
        made = age.generate()
        # Whose it is stands inside: a key that was moved to somebody else opens nothing.
        places.write(key, age.seal(f"{owner}\n{made.identity}", to=master))
        places.write(place, f"{made.recipient}\n".encode())
        return made.recipient

    def _point(self, owner: str, name: str, *, versions: Versions) -> None:
        told = {"current": versions.current, "kept": list(versions.kept), "last": versions.last}
        places.write(self._places.pointer(owner, name), json.dumps(told).encode())

    def _forget(self, owner: str, name: str) -> int:
        known = self.versions(owner, name)
        for version in (*known.kept, known.last + 1):  # one more: a death may have left it
            self._places.version(owner, name, version=version).unlink(missing_ok=True)
        self._places.pointer(owner, name).unlink(missing_ok=True)
        places.remove(self._places.version(owner, name, version=1).parent)
        return len(known.kept)


def read(pointer: Path) -> Versions:
    """Read which versions there are; of a credential that is not there, none.

    Raises StoreTrouble where the file is damaged, OSError where it cannot be read.
    """
    try:
        raw: object = json.loads(pointer.read_bytes())
    except FileNotFoundError:
        return Versions(current=None, kept=(), last=0)
    except (ValueError, RecursionError):
        raw = None
    told = cast("dict[str, object]", raw) if isinstance(raw, dict) else {}
    current, kept, last = told.get("current"), told.get("kept"), told.get("last")
    numbers = cast("list[object]", kept) if isinstance(kept, list) else []
    whole = tuple(one for one in numbers if isinstance(one, int))
    if not isinstance(last, int) or not (current is None or isinstance(current, int)):
        raise errors.StoreTrouble(f"{pointer} is damaged; take it from a backup.")
    return Versions(current=current, kept=whole, last=last)


def _trouble(error: OSError) -> errors.StoreTrouble:
    return errors.StoreTrouble(
        f"The sealed credentials cannot be written or read: {error.strerror}. "
        "See REPORTOPS_CREDENTIALS_DIR."
    )
