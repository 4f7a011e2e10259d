"""A client leaves: its runs end, its credentials and what is stored of it go.

Each step may be repeated, and a mark stands from the first to the last: whatever ends it in
between, the next call says so and goes through all of it again.
"""

import asyncio

from bot import errors
from bot.access import Operation
from bot.catalog import load
from bot.domain import ids, reference, run
from bot.operations import answers, ports, scope

_WHY = "removed with reportops client remove"


class Leaving:
    """What may be asked about clients that leave."""

    def __init__(self, scope: scope.Scope, needs: ports.Needs) -> None:
        self._scope = scope
        self._needs = needs

    async def remove(self, asker: scope.Asker, name: str) -> answers.Receipt:
        """End a client's runs, delete its credentials, forget what is stored of it.

        Refuses, with the client paused and nothing deleted, while a report of it is on its way to
        Slack. It stays paused: whatever its files ask for, nothing runs.
        """
        self._scope.allow(asker, Operation.REMOVE)
        client = await self._known(asker, name)
        elsewhere = self._elsewhere(client)
        store, at = self._needs.store, self._scope.now()
        begun = await store.leaving.begin(client, by=asker.actor.who, at=at)
        await store.pauses.pause(client, None, by=asker.user, reason=_WHY, at=at)
        await self._needs.runner.paused(client)
        await self._refuse_in_flight(client)
        stopped = await self._needs.runner.leave(client, None)
        sealed = await asyncio.to_thread(self._needs.unseal, client)
        await store.leaving.unplan(client)
        receipt = answers.Receipt(
            client=client,
            stopped=stopped,
            sealed=sealed,
            elsewhere=elsewhere,
            gone=await store.leaving.forget(client),
            begun=begun,
        )
        told = f"{stopped} runs ended, {sealed} sealed versions and {receipt.gone.reports} reports"
        detail = f"{told} deleted"
        await self._scope.note(asker, Operation.REMOVE, client=client, detail=detail)
        await store.leaving.end(client, at=self._scope.now())
        return receipt

    async def _known(self, asker: scope.Asker, name: str) -> ids.ClientId:
        """Whose folder is there or was; that of a client whose files have faults too."""
        client = ids.ClientId(name)
        is_named = name in self._scope.meant(asker)
        if load.is_id(name) and (is_named or await self._needs.store.leaving.knows(client)):
            return client
        raise errors.UsageError(f"There is no client “{name[:40]}”, and there was none.")

    def _elsewhere(self, client: ids.ClientId) -> tuple[str, ...]:
        """What the client's own references name in other stores; nothing where its files are gone.

        The agency's are not the client's: they stay.
        """
        of = self._scope.find(client)
        sources = of.sources.values() if of else ()
        named = {one.credential for one in sources if one.credential and one.agency is None}
        models = (one.narrative.credential for one in of.reports.values()) if of else ()
        named |= {one for one in models if one}
        sealed = f"{reference.Scheme.LOCAL.value}://"
        return tuple(sorted(one for one in named if not one.startswith(sealed)))

    async def _refuse_in_flight(self, client: ids.ClientId) -> None:
        going = await self._needs.store.runs.unfinished({run.Status.POSTING})
        if any(one.client == client for one in going):
            raise errors.UsageError(
                f"A report of {client} is on its way to Slack right now. The client is paused and "
                "nothing of it is deleted yet: ask again in a minute."
            )
