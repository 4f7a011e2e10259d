"""Outages: one cause that stops several clients is told once, in the ops channel, which alone may
name them all. Without an ops channel there are none: every incident keeps a card of its own.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

import structlog

from bot import clock, kinds
from bot.domain import delay, delivery, ids, incident, lending, run
from bot.incidents import ahead, causes, drawing, picture, ports, rows

_EVERY = 5.0
"""Seconds between two looks at the open ones, so that their cards are edited no more often."""

log = structlog.get_logger()


class Outages:
    """Finds, shows and ends outages. What the cards say is read from the rows each time."""

    def __init__(
        self,
        book: ports.Book,
        *,
        clients: ports.Clients,
        cards: drawing.Cards,
        clock: clock.Clock,
        channel: ids.ChannelId | None,
    ) -> None:
        self._book = book
        self._clients = clients
        self._cards = cards
        self._clock = clock
        self._channel = channel
        self._looked = float("-inf")

    async def join(self, opened: incident.Incident) -> incident.Incident:
        """Return the incident as it stands once it has found the outage it is part of, if any."""
        if self._channel is None or not opened.shared or opened.outage is not None:
            return opened
        if not await self._gather(opened.shared):
            return opened
        return await self._book.incidents.get(opened.id) or opened

    async def act(
        self, outage_id: ids.OutageId, version: int, *, by: ids.UserId, what: str
    ) -> incident.Outage | None:
        """Take a press on a card drawn from ``version``; None: it has changed since, or is over."""
        at = self._clock.now()
        won = await self._book.outages.act(outage_id, version, by=by, at=at, what=what)
        if won is not None:
            await self._show(won)
        return won

    async def gather(self) -> None:
        """Bring together what a death left apart; to be done before cards are drawn."""
        if self._channel is not None:
            for shared in await self._book.outages.alone():
                await self._gather(shared)

    async def sweep(self, now: datetime) -> None:
        """Say what is over, and draw what is open as it is now."""
        if self._channel is None:
            return
        for found in await self._book.outages.over(now):
            log.info("outage_over", outage=found.id, shared=found.shared)
            await self._show(found)
        passed = self._clock.monotonic()
        if passed - self._looked >= _EVERY:
            self._looked = passed
            for found in await self._book.outages.all_open():
                await self._show(found)

    async def redraw(self, since: datetime) -> None:
        """Draw all that are open or were closed since: a death may have come before, or Slack have
        refused the card too, as a revoked token does.
        """
        if self._channel is None:
            return
        for found in await self._book.outages.recent(since):
            await self._book.deliveries.redirect(_key(found.id), channel=self._channel)
            await self._show(found)

    async def _gather(self, shared: str) -> bool:
        now = self._clock.now()
        wanted = incident.Outage(
            id=ids.OutageId(ids.new_id()),
            shared=shared,
            failure=run.Failure(code=run.FailureCode.CRASHED),  # the first incident's takes over
            status=incident.IncidentStatus.OPEN,
            opened_at=now,
        )
        found = await self._book.outages.gather(
            wanted,
            fewest=causes.fewest(shared),
            since=now - causes.within(shared),
            lately=now - causes.LATELY,
        )
        if found is not None and found.id == wanted.id:
            log.warning("outage", outage=found.id, shared=shared)
        return found is not None

    async def _show(self, found: incident.Outage) -> None:
        """Draw the card where it changed, and add what its thread lacks."""
        view = await self._view(found)
        if view is None:
            return
        body = self._cards.outage(view)
        there = await self._book.deliveries.get(_key(found.id))
        if there is None:
            await self._put(_key(found.id), body, at=self._clock.now())
        elif there.bodies != (body,):
            await self._book.deliveries.revise(there.key, (body,))
        if there is not None and there.created_at < found.opened_at:
            again = self._cards.outage_again(view)
            await self._reply(found, again, number=f"again.{found.opened_at:%Y%m%dT%H%M%S}")
        if found.acted_by is not None and found.acted_at is not None:
            asked = self._cards.outage_word(view, by=found.acted_by)
            await self._reply(found, asked, number=f"{found.acted_at:%Y%m%dT%H%M%S.%f}")
        if found.closed_at is not None:
            over = self._cards.outage_word(view, by=None)
            await self._reply(found, over, number=f"over.{found.closed_at:%Y%m%dT%H%M%S}")

    async def _put(
        self, key: str, body: delivery.Body, *, at: datetime, parent: str | None = None
    ) -> None:
        if self._channel is None:
            return
        await self._book.deliveries.put(
            delivery.Delivery(
                key=key,
                kind=delivery.Kind.REPLY if parent else delivery.Kind.OPS,
                channel=self._channel,
                parent=parent,
                bodies=(body,),
                created_at=at,
            )
        )

    async def _reply(self, to: incident.Outage, body: delivery.Body, *, number: str) -> None:
        key = f"reply:{to.id}:{number}"
        await self._put(key, body, at=self._clock.now(), parent=_key(to.id))

    async def _view(self, found: incident.Outage) -> delay.OutageView | None:
        now = self._clock.now()
        kind = kinds.KINDS.get(found.failure.kind or "")
        paused = {one.client for one in await self._book.pauses.all()}
        stopped = await self._book.outages.runs(found.id)
        foreseen = await self._book.outages.foreseen(found.id)
        reports = (
            *(self._report(one, paused=paused, now=now) for one in stopped),
            *self._foreseen(found, foreseen, now=now),
        )
        if not reports:
            return None
        zones = Counter(one.timezone for one in reports)
        return delay.OutageView(
            outage=found,
            source_label=kind.label if kind else found.failure.source,
            timezone=max(sorted(zones), key=zones.__getitem__),
            reports=reports,
            agency=causes.agency(found.shared),
            others=self._others(
                found, {one.client for one in stopped} | {name for name, _ in foreseen}
            ),
            first=await self._first(found, foreseen),
            replaceable=found.failure.code in causes.REPLACEABLE,
            now=now,
        )

    async def _first(
        self, found: incident.Outage, foreseen: Sequence[rows.Foreseen]
    ) -> incident.Incident | None:
        for named, status in foreseen:
            if status is incident.IncidentStatus.OPEN and self._clients.client(named):
                own = await self._book.incidents.all_open(named)
                return next((one for one in own if one.outage == found.id), None)
        return None

    def _others(self, found: incident.Outage, stopped: Collection[ids.ClientId]) -> tuple[str, ...]:
        """Who uses the agency's credential too, and meets it with the next report."""
        lent = causes.agency(found.shared)
        users = (one for one in self._clients.clients() if lent in lending.used(one))
        return tuple(one.name for one in users if one.id not in stopped)

    def _foreseen(
        self, found: incident.Outage, those: Sequence[rows.Foreseen], *, now: datetime
    ) -> Iterator[delay.LateView]:
        """The next reports of those whom it has stopped in nothing yet."""
        for named, status in those:
            of = self._clients.client(named)
            if of is not None:
                yield from ahead.lates(of, found.failure, status=status, now=now)

    def _report(
        self, one: run.Run, *, paused: Collection[ids.ClientId], now: datetime
    ) -> delay.LateView:
        of = self._clients.client(one.client)
        rests = "paused" if one.client in paused else "" if of else "its files are gone"
        return delay.LateView(
            client_name=of.name if of else one.client,
            report_title=picture.title(of, one),
            timezone=of.timezone if of else "UTC",
            status=one.status,
            deliver_by=one.deliver_by or now + timedelta.resolution,
            promised=one.deliver_by is not None,
            next_attempt_at=None if rests else one.next_attempt_at,
            posted_at=None,
            now=now,
            owner=of.owner if of else None,
            client_saw="",
            rests=rests,
        )


def _key(outage_id: ids.OutageId) -> str:
    return f"outage:{outage_id}"
