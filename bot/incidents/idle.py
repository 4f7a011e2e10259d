"""Fires that nothing runs for, since their client's files have faults: their promises are warned of
like those of runs, and go on as their runs' once the files are mended.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain import delay, expected, ids, run
from bot.incidents import picture, ports

_PLANNED_ANEW = "its files are in order again, and plan it no more"
_TAKEN_AWAY = "its client was taken away"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A promise that a message warns of, as it is to be shown now."""

    message: str
    view: delay.LateView
    client: ids.ClientId
    run: run.Run | None
    """None: nothing runs for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fires:
    """Those that were expected and have no run."""

    book: ports.Book
    clients: ports.Clients

    async def hand_over(self, now: datetime) -> None:
        """Let the runs of mended clients take over the messages that warned of their fires."""
        for one in await self.book.promises.awaited(now):
            if one.run is not None:
                await self.book.promises.settle(one, at=now)

    async def at_risk(
        self, now: datetime, *, lead: timedelta, oldest: datetime
    ) -> Sequence[expected.Expected]:
        """Return those nobody was warned of although their promise is near, or broken since
        ``oldest``.
        """
        return [
            one
            for one in await self._stopped(await self.book.promises.awaited(now))
            if one.message is None and _is_at_risk(one, now=now, lead=lead, oldest=oldest)
        ]

    async def told(self, now: datetime) -> Sequence[Told]:
        """Return those that were warned of; the words are last ones where none is awaited."""
        found = await self.book.promises.awaited(now)
        why = {one.expected: one.why for one in expected.idle(found, self.clients, paused=())}
        return [
            Told(
                message=one.message,
                view=self._view(one, why.get(one, ""), now=now),
                client=one.client,
                run=None,
            )
            for one in found
            if one.message is not None
        ]

    async def forget(self, told: Sequence[Told], now: datetime) -> None:
        """The last words are said: nothing more is to come of these."""
        over = {(one.client, one.message) for one in told if one.view.status in run.TERMINAL}
        for one in await self.book.promises.awaited(now) if over else ():
            if one.run is None and (one.client, one.message) in over:
                await self.book.promises.settle(one, at=now)

    async def _stopped(self, found: Sequence[expected.Expected]) -> Sequence[expected.Expected]:
        paused = {one.client for one in await self.book.pauses.all()}
        return [one.expected for one in expected.idle(found, self.clients, paused=paused)]

    def _view(self, one: expected.Expected, why: str, *, now: datetime) -> delay.LateView:
        is_mended = self.clients.client(one.client) is not None
        return delay.LateView(
            client_name=one.client_name,
            report_title=one.report_title,
            timezone=one.timezone,
            status=run.Status.QUEUED if why else run.Status.CANCELLED,
            deliver_by=one.deliver_by or one.due_at,
            next_attempt_at=None,
            posted_at=None,
            now=now,
            owner=one.owner,
            client_saw=picture.saw(noticed=False),
            rests=why or (_PLANNED_ANEW if is_mended else _TAKEN_AWAY),
        )


def name(one: expected.Expected) -> str:
    """Return what its message is named by, as a run's is by its id."""
    return f"{one.client}/{one.report}/{one.key}"


def _is_at_risk(
    one: expected.Expected, *, now: datetime, lead: timedelta, oldest: datetime
) -> bool:
    """Nothing goes its way here: the whole lead is for mending."""
    due = one.deliver_by
    return due is not None and oldest <= due <= now + min(lead, (due - one.due_at) / 2)
