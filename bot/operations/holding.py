"""The versions of a credential that is replaced: sealed, put in force, dropped. Each may be done
again, and changes nothing then.
"""

import asyncio
from dataclasses import replace
from datetime import datetime

from bot import errors
from bot.domain import reference, rotation
from bot.domain.reference import Reference, Scheme
from bot.domain.rotation import State
from bot.operations import ports

_AWS_BEFORE = "AWSPREVIOUS"
"""The label that AWS moves to the version before, whenever one is written."""
_WAITS = frozenset({State.TESTING, State.TESTED, State.SWAPPING})
"""While these last, what was sealed for a store of its own is still to be written there."""


class Holding:
    """Where the versions are; a store that other hands write is left alone."""

    def __init__(self, needs: ports.Needs) -> None:
        self._needs = needs

    @property
    def rotating(self) -> ports.Rotating:
        """How it is done here; raises UsageError where it is not."""
        if self._needs.rotating is None:
            raise errors.UsageError("Credentials cannot be replaced from here.")
        return self._needs.rotating

    async def versions(self, owner: str, named: Reference) -> ports.Versions | None:
        """What there is of it; None: its store is written by other hands."""
        if named.scheme is not Scheme.LOCAL:
            return None
        return await asyncio.to_thread(self.rotating.sealed.versions, owner, named.name)

    async def seal(self, of: rotation.Rotation, text: str) -> str:
        """Seal a text as a version that is not in force, and return which."""
        name = reference.parse(of.reference).sealed.name
        return str(await asyncio.to_thread(self.rotating.sealed.put, of.owner, name, text=text))

    async def use(self, of: rotation.Rotation, version: str | None) -> None:
        """Put a version in force; None: there is none to put. What was known of the one before is
        forgotten, and whoever uses it is looked at again.
        """
        await self.renewed(
            of, made_at=None if version is None else await self._used(of, int(version))
        )

    async def renewed(self, of: rotation.Rotation, *, made_at: datetime | None = None) -> None:
        """Forget what was known of the one before; ``made_at``: when this one was, if known."""
        whose = of.client if of.owner == of.client else None
        await self._needs.store.foresight.replaced(
            whose, of.reference, at=of.changed_at, made_at=made_at
        )
        self._needs.soon(of.reference, of=whose)

    async def _used(self, of: rotation.Rotation, version: int) -> datetime | None:
        """Put it in force; returns when it was sealed."""
        sealed, name = self.rotating.sealed, reference.parse(of.reference).name
        await asyncio.to_thread(sealed.use, of.owner, name, version=version)
        return await asyncio.to_thread(sealed.made_at, of.owner, name, version=version)

    async def drop(self, of: rotation.Rotation, version: str | None) -> None:
        """Delete a version, unless it is in force."""
        await self._drop(of, version, named=reference.parse(of.reference))

    async def _drop(self, of: rotation.Rotation, version: str | None, *, named: Reference) -> None:
        known = await self.versions(of.owner, named)
        if version is not None and known is not None and int(version) != known.current:
            sealed = self.rotating.sealed
            await asyncio.to_thread(sealed.drop, of.owner, named.name, version=int(version))

    async def tidy(self, of: rotation.Rotation) -> None:
        """Drop what is neither in force nor kept for a roll back: also a candidate of which a death
        left no word in its row.
        """
        named = reference.parse(of.reference)
        waits = named.sealed != named
        known = await self.versions(of.owner, named.sealed)
        kept = {
            version
            for one in await self._needs.store.rotations.standing()
            if (one.owner, one.reference) == (of.owner, of.reference)
            if not waits or one.state in _WAITS
            for version in (one.candidate, *(() if waits else (one.previous,)))
        }
        for version in () if known is None else known.kept:
            if str(version) not in kept:
                await self._drop(of, str(version), named=named.sealed)

    async def is_reversible(self, of: rotation.Rotation) -> bool:
        """Whether it is still in force, and the one before is still there."""
        named = reference.parse(of.reference)
        known = await self.versions(of.owner, named)
        if of.previous is None or of.candidate is None:
            return False
        if known is None:
            last = await self._needs.store.rotations.used(of.owner, of.reference)
            return last is not None and last.id == of.id
        return str(known.current) == of.candidate and int(of.previous) in known.kept


def tried(of: rotation.Rotation) -> str:
    """Return the reference of what is tried: a version, or what its store holds now."""
    if of.candidate is None:
        return of.reference
    return versioned(str(reference.parse(of.reference).sealed), of.candidate)


def before(of: rotation.Rotation) -> str | None:
    """Return the reference of what it is held against; None: it cannot be asked any more."""
    named = reference.parse(of.reference)
    if of.candidate is not None and named.sealed != named:
        return of.reference
    if named.scheme is Scheme.AWS:
        return versioned(of.reference, _AWS_BEFORE)
    return None if of.previous is None else versioned(of.reference, of.previous)


def versioned(name: str, version: str) -> str:
    """Return the reference of one version of a credential."""
    return str(replace(reference.parse(name), version=version))
