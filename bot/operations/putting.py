"""A candidate put in force where its credential is kept: in the folder of sealed ones, or, by a run
of its client, in a store that keeps its versions by itself. Each may be done again.
"""

from datetime import timedelta

from bot import errors
from bot.domain import ids, reference, rotation, run
from bot.domain.kept import Keep
from bot.domain.reference import Scheme
from bot.domain.rotation import State
from bot.operations import holding, ports, scope
from bot.store.rotations import Change

PATIENCE = timedelta(minutes=10)
"""For how long a store that does not answer is asked again."""
_OPEN = frozenset(
    {
        run.FailureCode.STORE_UNREACHABLE,
        run.FailureCode.STORE_SEALED,
        run.FailureCode.CRASHED,
        run.FailureCode.DEADLINE,
    }
)
"""After these nobody knows whether it was written."""
_UNKNOWN = "Whether it was written is not known: look there, or rotate again."


class RefusedError(errors.UsageError):
    """Its store did not take it, in words with what to do by hand."""


class LaterError(errors.UsageError):
    """Its store gave no answer, and is to be asked again."""


class Putting:
    """Puts versions in force."""

    def __init__(self, scope: scope.Scope, needs: ports.Needs) -> None:
        self._scope = scope
        self._needs = needs
        self._holding = holding.Holding(needs)
        self.closed: set[str] = set()
        """The references that their own client may not write: this life of the bot met that."""

    async def before(self, of: rotation.Rotation) -> rotation.Rotation:
        """Note which version is in force, where its store is the one that knows; raises as ``use``
        where that is about to be written.
        """
        if of.previous is not None or not is_elsewhere(of):
            return of
        try:
            version = await self._kept(of, Keep(into=of.reference)) or None
        except errors.UsageError:
            if of.state is State.SWAPPING:
                raise
            return of
        change = Change(previous=version, until=of.until)
        kept, now = self._needs.store.rotations, self._scope.now()
        return await kept.move(of.id, of.state, of={of.state}, at=now, change=change) or of

    async def use(self, of: rotation.Rotation) -> str | None:
        """Put the candidate in force; returns the version that it is now.

        Raises RefusedError and LaterError.
        """
        if not is_elsewhere(of):
            await self._holding.use(of, of.candidate)
            return of.candidate
        what = Keep(into=of.reference, text=holding.tried(of), over=of.previous)
        return await self._written(of, what)

    async def back(self, of: rotation.Rotation) -> None:
        """Put the one before in force again, where the candidate still is; raises as ``use``."""
        if not is_elsewhere(of):
            await self._holding.use(of, of.previous)
        elif of.previous is not None:
            text = holding.versioned(of.reference, of.previous)
            await self._written(of, Keep(into=of.reference, text=text, over=of.candidate))

    async def _written(self, of: rotation.Rotation, what: Keep) -> str:
        version = await self._kept(of, what)
        await self._holding.renewed(of)
        return version

    async def _kept(self, of: rotation.Rotation, what: Keep) -> str:
        client = self._scope.find(ids.ClientId(of.client))
        if client is None or of.source not in client.sources:
            raise RefusedError("Its source is gone from client.yaml; nothing was written.")
        try:
            return await self._needs.keep(client, of.source, what=what)
        except errors.RunLost:
            lost: run.Failure | None = None
        except errors.RunError as error:
            lost = error.failure
        if lost is None or lost.code in _OPEN:
            if self._scope.now() - of.changed_at < PATIENCE:
                raise LaterError("Its store gave no answer; it is asked again.") from None
            said = "Its store gave no answer." if lost is None else errors.describe(lost)
            raise RefusedError(f"{said} {_UNKNOWN}")
        hand = lost.params.get("by_hand", "")
        if hand:
            self.closed.add(of.reference)
        told = f"{errors.describe(lost)} The credential in force stays as it was."
        raise RefusedError(f"{told} Whoever may write it there types: {hand}" if hand else told)


def is_elsewhere(of: rotation.Rotation) -> bool:
    """Whether it is the bot's to write, and kept in a store that keeps its versions by itself."""
    named = reference.parse(of.reference)
    return of.candidate is not None and named.is_sealable and named.scheme is not Scheme.LOCAL
