"""Giving runs what is sealed for them: the keeper's half, which has the master key.

It opens the keys of owners and nothing that is sealed to those; that the run itself does.
"""

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot import errors
from bot.domain import reference
from bot.domain.kept import Fault, Kept
from bot.sealed import age, places, writing


class Opener:
    """Opens owners' keys. ``master`` is the secret half of the master key; None: nobody gave it."""

    def __init__(self, folder: Path, *, master: str | None) -> None:
        self._places = places.Places(root=folder)
        self._master = master

    def kept(self, client: str, references: Iterable[str]) -> Kept:
        """Return what a run of this client is given for the sealed ones among the references."""
        identities: dict[str, str] = {}
        sealed: dict[str, str] = {}
        faults: dict[str, Fault] = {}
        for text, one in _local(references):
            owner = one.owner(client)
            try:
                found = self._sealed(owner, one)
                if owner not in identities:
                    identities[owner] = self.identity(owner)
                sealed[text] = base64.b64encode(found).decode()
            except Closed as closed:
                faults[text] = closed.why
        return Kept(identities=identities, sealed=sealed, faults=faults)

    def identity(self, owner: str) -> str:
        """Open an owner's key; raises Closed."""
        if self._master is None:
            raise Closed(Fault.NO_MASTER)
        raw = _read(self._places.key(owner), absent=Fault.NO_KEY)
        try:
            whose, _, found = age.unseal(raw, identity=self._master).partition("\n")
        except age.NotAKeyError:
            raise Closed(Fault.NOT_A_MASTER) from None
        except age.ForeignError:
            raise Closed(Fault.FOREIGN) from None
        except age.DamagedError:
            raise Closed(Fault.DAMAGED) from None
        if whose != owner:
            raise Closed(Fault.DAMAGED)
        return found

    def _sealed(self, owner: str, one: reference.Reference) -> bytes:
        if self._master is None:
            raise Closed(Fault.NO_MASTER)
        try:
            known = writing.read(self._places.pointer(owner, one.name))
        except errors.StoreTrouble:
            raise Closed(Fault.DAMAGED) from None
        except OSError:
            raise Closed(Fault.UNREADABLE) from None
        version = known.current if one.version is None else int(one.version)
        if version is None:
            raise Closed(Fault.MISSING)
        return _read(self._places.version(owner, one.name, version=version), absent=Fault.MISSING)


class Closed(Exception):  # noqa: N818 - named for what it is
    """A sealed credential cannot be had."""

    def __init__(self, why: Fault) -> None:
        super().__init__(why.value)
        self.why = why


def _local(references: Iterable[str]) -> Iterator[tuple[str, reference.Reference]]:
    """The sealed ones; whatever is no reference is nobody's."""
    for text in references:
        try:
            one = reference.parse(text)
        except ValueError:
            continue
        if one.scheme is reference.Scheme.LOCAL:
            yield text, one


def _read(path: Path, *, absent: Fault) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise Closed(absent) from None
    except OSError:
        raise Closed(Fault.UNREADABLE) from None
