"""Whose data a client's sources serve: an operator says once that it is this client's."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from bot import errors, wire
from bot.access import Operation
from bot.domain import client, foresight, identity, ids, run
from bot.domain.report import Identity, Report
from bot.operations import answers, ports, scope, standing
from bot.runs import posting, serving

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
        told = standing.goes_out(held, now=self._scope.now())
        text = f"Confirmed: {told}; the next ones need no word of yours."
        return answers.Done(text=text, runs=(held.id,))

    async def confirm(self, asker: scope.Asker, stamp: str) -> answers.Done:
        """Confirm: of an internal client, whose reports are posted meanwhile."""
        made, doubts = await self._shown(asker, stamp)
        await self._keep(asker, made.client, seen=[one.now for one in doubts])
        await self._needs.runner.confirm_identity(made.id, asker.user)
        return answers.Done(text="Confirmed.")

    async def check(self, asker: scope.Asker, name: str) -> answers.Checked:
        """`/report check CLIENT`: open its sources, ask for its channel, tell what was found."""
        of = self._scope.one(asker, (name,), to=Operation.CHECK).client
        try:
            came = await self._needs.look(of)
        except errors.RunLost as lost:
            raise errors.StoreError(str(lost)) from None
        confirmed = await self._needs.store.identities.all()
        found = came.sources or tuple(
            wire.Source(name=name, failure=failure) for name, failure in came.look.sources.items()
        )
        known = await self._needs.store.foresight.standings(of.id)
        return answers.Checked(
            client=of.id,
            client_name=of.name,
            timezone=of.timezone,
            at=came.look.at,
            sources=tuple(_found(of, one, confirmed=confirmed, known=known) for one in found),
            live=of.stage is client.Stage.LIVE,
            asked=came.asked,
            slack=_words(of, came.look.slack) if came.look.slack else "",
        )

    async def own(
        self, asker: scope.Asker, name: str, *, seen: Collection[Identity]
    ) -> answers.Done:
        """The shell confirms what it was shown: what is held for that goes on at the next look."""
        of = self._scope.one(asker, (name,), to=Operation.CHECK).client
        await self._keep(asker, of.id, seen=seen)
        return answers.Done(text=f"Confirmed for {of.name}.")

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


def _found(
    of: client.Client,
    came: wire.Source,
    *,
    confirmed: Sequence[identity.Confirmed],
    known: Sequence[foresight.Standing],
) -> answers.Source:
    """A source as it was found, beside what was confirmed of it."""
    source = of.sources[came.name]
    seen = serving.completed(came.identity, source)
    if not serving.is_elsewhere(source):
        seen = replace(seen, settings="")
    doubt = next(iter(identity.doubts(of.id, (seen,), confirmed=confirmed)), None)
    return answers.Source(
        label=standing.source_label(of, came.name) or came.name,
        identity=seen,
        failed=_words(of, came.failure) if came.failure else "",
        doubted=doubt is not None and came.failure is None,
        was=doubt.was if doubt else None,
        others=doubt.others if doubt else (),
        credential=next((one for one in known if one.reference == source.credential), None),
    )


def _words(of: client.Client, failure: run.Failure) -> str:
    """Why it could not be opened, and what to do; for the shell, which also reads their words."""
    label = standing.source_label(of, failure.source)
    said = f" It said: “{failure.said}”." if failure.said else ""
    remedy = standing.by_hand(errors.remedy(failure, source_label=label), again="check again")
    return f"{errors.describe(failure, source_label=label)}{said} {remedy}".strip()
