"""Whose data a client's sources serve: an operator says once that it is this client's."""

from collections.abc import Collection

from bot import errors
from bot.access import Operation
from bot.domain import identity, ids, run
from bot.domain.report import Identity, Report
from bot.operations import answers, ports, scope
from bot.runs import posting

_CHANGED = "This has changed meanwhile; the newest message shows whose data it is now."


class Identities:
    """What may be asked about whose data it is. Everything is written down before it returns."""

    def __init__(self, scope: scope.Scope, needs: ports.Needs) -> None:
        self._scope = scope
        self._needs = needs

    async def post(self, asker: scope.Asker, stamp: str) -> answers.Done:
        """Confirm and post: of a report that is held for it. ``stamp`` is ``<run>:<identities>``,
        as shown on the button: what was not shown is not confirmed.
        """
        held, doubts = await self._shown(asker, stamp)
        if held.status is not run.Status.HELD or held.hold != posting.IDENTITY:
            raise errors.UsageError(f"That came too late: the run is {held.status.value} already.")
        await self._keep(asker, held.client, seen=[one.now for one in doubts])
        await self._needs.runner.confirm_identity(held.id, asker.user)
        text = "Confirmed: it is posted when its time has come, and so are the next ones."
        return answers.Done(text=text, runs=(held.id,))

    async def confirm(self, asker: scope.Asker, stamp: str) -> answers.Done:
        """Confirm: of an internal client, whose reports are posted meanwhile."""
        made, doubts = await self._shown(asker, stamp)
        await self._keep(asker, made.client, seen=[one.now for one in doubts])
        await self._needs.runner.confirm_identity(made.id, asker.user)
        return answers.Done(text="Confirmed.")

    async def _shown(
        self, asker: scope.Asker, stamp: str
    ) -> tuple[run.Run, tuple[identity.Doubt, ...]]:
        """The run of a button and what of it is to be confirmed, as that button showed it."""
        name, _, shown = stamp.partition(":")
        found = await self._needs.store.runs.get(ids.RunId(name))
        about = self._scope.find(found.client) if found else None
        self._scope.allow(asker, Operation.IDENTIFY, client=about, named="")
        made = await self._needs.store.runs.outcome(ids.RunId(name))
        if found is None or made is None or identity.stamp(made.identities) != shown:
            raise errors.UsageError(_CHANGED)
        return found, await self._doubts(found, made)

    async def _doubts(self, found: run.Run, made: Report) -> tuple[identity.Doubt, ...]:
        confirmed = await self._needs.store.identities.all()
        return identity.doubts(found.client, made.identities, confirmed=confirmed)

    async def _keep(
        self, asker: scope.Asker, client: ids.ClientId, *, seen: Collection[Identity]
    ) -> None:
        """Write it down, a line of the audit trail for each source."""
        await self._needs.store.identities.confirm(
            client, seen, by=asker.user, at=self._scope.now()
        )
        for one in seen:
            detail = f"{one.source}: {one.account or one.settings}"
            await self._scope.note(asker, Operation.IDENTIFY, client=client, detail=detail)
