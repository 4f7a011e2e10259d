"""What the shell asks of credentials besides rotating them: which there are, whether one works, and
its end. Nothing here sees the text of any.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bot import errors
from bot.access import Operation
from bot.domain import client, ids, reference, rotation, spec
from bot.domain.rotation import State
from bot.kinds import typed
from bot.operations import (
    answers,
    choosing,
    credentials,
    holding,
    ports,
    retelling,
    scope,
    standing,
    trials,
)


class Cabinet:
    """Answers ``reportops credential``."""

    def __init__(
        self, scope: scope.Scope, needs: ports.Needs, rotating: credentials.Credentials
    ) -> None:
        self._scope = scope
        self._needs = needs
        self._rotating = rotating
        self._holding = holding.Holding(needs)
        self._choosing = choosing.Choosing(scope, needs)
        self._trials = trials.Trials(scope, needs)
        self._tell = retelling.Retelling(scope, needs)

    async def __call__(self, asker: scope.Asker, asked: answers.Question) -> answers.Answer:
        """Do what the shell asks; raises UsageError."""
        names = tuple(name for name in (asked.client, asked.source) if name)
        match asked.act:
            case answers.Act.LIST:
                return await self.list(asker, names)
            case answers.Act.TEST:
                return await self.test(asker, names)
            case answers.Act.SET:
                return await self._rotating.install(asker, names, version=asked.version or 0)
            case answers.Act.TRY:
                begun = await self._rotating.adopt(asker, names, version=asked.version)
                return answers.Rotated(view=await self._rotating.try_(begun.id))
            case _:
                return await self._ended(asker, asked, names=names)

    async def list(self, asker: scope.Asker, names: Sequence[str]) -> answers.Holdings:
        """Which credentials there are, of one client or of all."""
        self._scope.allow(asker, Operation.ROTATE)
        one = self._scope.subject(asker, names, to=Operation.ROTATE) if names else None
        clients = [one.client] if one else self._scope.all()
        held = [
            await self._held(of, source)
            for of in clients
            for source in of.sources.values()
            if source.credential is not None
        ]
        return answers.Holdings(at=self._scope.now(), held=tuple(held))

    async def test(self, asker: scope.Asker, names: Sequence[str]) -> answers.Rotated:
        """Try the one in force, and hold its figures against the last report."""
        about = await self._choosing.about(asker, names)
        try:
            found = await self._trials.compare(
                about.client, about.source.name, now=str(about.named), was=None
            )
        except errors.RunLost as lost:
            raise errors.StoreError(str(lost)) from None
        detail = f"{about.source.name}: {about.named} was tested"
        await self._scope.note(asker, Operation.ROTATE, client=about.client.id, detail=detail)
        now = self._scope.now()
        tried = rotation.Rotation(
            id=ids.RotationId(""),
            client=about.client.id,
            source=about.source.name,
            owner=about.owner,
            reference=str(about.named),
            state=State.TESTED if found.fits else State.REFUSED,
            by=asker.user,
            began_at=now,
            changed_at=now,
            found=found,
        )
        return answers.Rotated(view=await self._tell.view(tried))

    async def remove(self, asker: scope.Asker, names: Sequence[str]) -> answers.Done:
        """Delete a sealed credential with all its versions."""
        about = await self._choosing.about(asker, names)
        if await self._holding.versions(about.owner, about.named) is None:
            raise errors.UsageError(f"{about.named} is kept elsewhere; delete it there.")
        sealed = self._holding.rotating.sealed
        gone = await asyncio.to_thread(sealed.remove, about.owner, about.named.name)
        detail = f"{about.source.name}: {about.named} deleted, {gone} versions"
        await self._scope.note(asker, Operation.ROTATE, client=about.client.id, detail=detail)
        noun = "version" if gone == 1 else "versions"
        return answers.Done(text=f"Deleted {about.named}: {gone} {noun}.")

    async def _ended(
        self, asker: scope.Asker, asked: answers.Question, *, names: Sequence[str]
    ) -> answers.Answer:
        match asked.act:
            case answers.Act.CONFIRM:
                return await self._rotating.confirm(asker, asked.rotation)
            case answers.Act.BACK:
                return await self._rotating.back(asker, await self._last(asker, names))
            case answers.Act.REMOVE:
                return await self.remove(asker, names)
            case _:
                return await self._rotating.cancel(asker, asked.rotation)

    async def _last(self, asker: scope.Asker, names: Sequence[str]) -> str:
        """The rotation of a credential that can be rolled back."""
        about = await self._choosing.about(asker, names)
        found = await self._needs.store.rotations.used(about.owner, str(about.named))
        if found is None or found.state is not State.SWAPPED:
            raise errors.UsageError("There is no credential before it that was kept.")
        return found.id

    async def _held(self, of: client.Client, source: spec.SourceSpec) -> answers.Held:
        found = answers.Held(
            client=of.id,
            source=source.name,
            label=standing.source_label(of, source.name) or source.name,
            credential=typed.of(source.kind, source.settings).label,
            reference=source.credential or "",
        )
        use = (await self._needs.store.history.uses(of.id)).get(source.name)
        if use is not None and use.failure is None:
            found = replace(found, used_at=use.at)
        elif use is not None and use.failure is not None:
            found = replace(found, failed=errors.short(use.failure, source_label=found.label))
        return await self._sealed(of, found)

    async def _sealed(self, of: client.Client, found: answers.Held) -> answers.Held:
        """Add what is known of one that the bot keeps itself."""
        try:
            named = reference.parse(found.reference)
        except ValueError:
            return found
        owner = named.owner(of.id)
        known = await self._holding.versions(owner, named)
        if known is None or known.current is None:
            return found
        last = await self._needs.store.rotations.used(owner, str(named))
        swapped = last is not None and last.state is State.SWAPPED
        sealed = self._holding.rotating.sealed
        return replace(
            found,
            version=known.current,
            made_at=sealed.made_at(owner, named.name, version=known.current),
            back_until=last.until if last is not None and swapped else None,
        )
