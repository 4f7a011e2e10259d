"""Outages: trying again, with one press, everything that one cause stopped."""

from bot import errors
from bot.access import Operation
from bot.domain import ids, incident, run
from bot.operations import answers, ports, scope

_GONE = "That is no longer kept."
_CHANGED = "This has changed meanwhile; the card shows how it stands now."


class Outages:
    """What may be asked about a cause that several clients share."""

    def __init__(self, scope: scope.Scope, needs: ports.Needs) -> None:
        self._scope = scope
        self._needs = needs

    async def retry_all(self, asker: scope.Asker, stamp: str) -> answers.Done:
        """The card's one button: every run that the cause still stops, of clients that are not
        paused. One press wins; where a death came between, pressing again tries what is left.
        """
        self._scope.allow(asker, Operation.RETRY_ALL)
        name, _, version = stamp.partition(":")
        found = await self._needs.store.outages.get(ids.OutageId(name))
        if found is None:
            raise errors.UsageError(_GONE)
        if not _won_before(found, asker):
            await self._win(found, asker, version=version)
        paused = {one.client for one in await self._needs.store.pauses.all()}
        stopped = [
            one
            for one in await self._needs.store.outages.runs(found.id)
            if one.status not in run.TERMINAL and one.client not in paused
        ]
        begun = [one for one in stopped if await self._again(one, asker)]
        if not begun:
            return answers.Done(text="All of them are under way already, or paused.")
        noun = "report is" if len(begun) == 1 else "reports are"
        return answers.Done(
            text=f"{len(begun)} {noun} being tried again.", runs=tuple(one.id for one in begun)
        )

    async def _win(self, found: incident.Outage, asker: scope.Asker, *, version: str) -> None:
        is_open = found.status is incident.IncidentStatus.OPEN
        if not is_open or str(found.version) != version:
            raise errors.UsageError(_taken(found))
        acted = await self._needs.cards.act_on_outage(
            found.id, found.version, by=asker.user, what=Operation.RETRY_ALL.value
        )
        if not acted.won:
            raise errors.UsageError(_taken(acted.now or found))

    async def _again(self, stopped: run.Run, asker: scope.Asker) -> bool:
        if self._scope.find(stopped.client) is None:
            return False
        acted = await self._needs.runner.retry(stopped.id, asker.user)
        if acted.done:
            detail = f"run {stopped.id}"
            await self._scope.note(asker, Operation.RETRY_ALL, client=stopped.client, detail=detail)
        return acted.done


def _taken(found: incident.Outage) -> str:
    """Who was first."""
    if found.acted_by is None:
        return _CHANGED
    who = found.acted_by if found.acted_by.startswith("shell:") else f"<@{found.acted_by}>"
    return f"{who} was first; the card shows how it stands now."


def _won_before(found: incident.Outage, asker: scope.Asker) -> bool:
    """Whether this very press took the card already, in a life of the bot that ended then."""
    if asker.asked_at is None or found.acted_at is None:
        return False
    return found.acted_by == asker.user and found.acted_at >= asker.asked_at
