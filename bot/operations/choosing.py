"""Which credential is meant: by its client and its source."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot import errors
from bot.access import Operation
from bot.domain import client, reference, spec
from bot.operations import entering, grammar, ports, scope


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Which credential."""

    client: client.Client
    source: spec.SourceSpec
    named: reference.Reference

    @property
    def owner(self) -> str:
        """Whose key it is sealed to."""
        return self.named.owner(self.client.id)


class Choosing:
    """Reads names."""

    def __init__(self, scope: scope.Scope, needs: ports.Needs) -> None:
        self._scope = scope
        self._needs = needs

    async def about(self, asker: scope.Asker, names: Sequence[str]) -> About:
        """Which credential is meant; raises UsageError where that is not one."""
        here = self._scope.here(asker)
        if len(here) == 1 and names[:1] and names[0] in here[0].sources:
            names = (here[0].id, *names)
        of = self._scope.one(asker, names[:1], to=Operation.ROTATE).client
        source = await self._source(of, names[1] if names[1:] else None)
        return About(client=of, source=source, named=entering.parsed(of, source))

    async def _source(self, of: client.Client, name: str | None) -> spec.SourceSpec:
        having = {key: one for key, one in of.sources.items() if one.credential is not None}
        if name is None and len(having) > 1:
            opened = await self._needs.store.incidents.all_open(of.id)
            failed = {one.failure.source for one in opened} & having.keys()
            name = next(iter(failed)) if len(failed) == 1 else None
        if name is None and len(having) == 1:
            name = next(iter(having))
        if name is None:
            known = " or ".join(f"`{key}`" for key in having) or "none that needs a credential"
            raise errors.UsageError(f"Which source of {of.name}: {known}?")
        if name not in having:
            hint = grammar.suggestion(name, having) or f" It has: {', '.join(having) or 'none'}."
            message = f"{of.name} has no source {grammar.quoted(name)} with a credential.{hint}"
            raise errors.UsageError(message)
        return having[name]
