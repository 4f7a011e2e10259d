"""What preflights find: an incident that no run has met yet, with a card of its own among people
who may act. The first run that meets it takes the incident over, and its card with it.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot import clock, due
from bot.domain import client, delay, delivery, foresight, ids, incident, run, spec
from bot.incidents import causes, drawing, picture, places, ports

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """Opens, draws and ends what is foreseen. Everything may be repeated."""

    book: ports.Book
    clients: ports.Clients
    places: places.Places
    cards: drawing.Cards
    clock: clock.Clock

    async def open(self, of: ids.ClientId, failure: run.Failure) -> incident.Incident | None:
        """Open an incident, or say anew what it is; None: the same cause is told of already."""
        now = self.clock.now()
        for one in await self.book.incidents.all_open(of):
            is_told = one.foreseen is None or one.failure.code is failure.code
            if one.cause == causes.cause(failure) and is_told:
                return None
        wanted = incident.Incident(
            id=ids.IncidentId(ids.new_id()),
            client=of,
            cause=causes.cause(failure),
            shared=causes.shared(failure, self.clients.client(of)),
            failure=failure,
            status=incident.IncidentStatus.OPEN,
            runs=(),
            foreseen=now,
            opened_at=now,
        )
        joined = await self.book.incidents.join(wanted, lately=now - causes.LATELY)
        log.warning("incident_foreseen", incident=joined.id, client=of, cause=joined.cause)
        return joined

    async def gone(
        self, of: ids.ClientId, *, but: Sequence[run.Failure]
    ) -> Sequence[incident.Incident]:
        """End what was foreseen and is not met any more; return it."""
        still = {causes.cause(one) for one in but}
        return await self._end(one for one in await self._open(of) if one.cause not in still)

    async def worked(self, made: run.Run) -> Sequence[incident.Incident]:
        """End what was foreseen of sources that a report has come from; return it."""
        of = self.clients.client(made.client)
        asked = of.reports.get(made.report) if of else None
        used = sources(asked) - set(made.without) if asked else set[str]()
        return await self._end(
            one for one in await self._open(made.client) if one.failure.source in used
        )

    async def left(self) -> Sequence[incident.Incident]:
        """Close what was foreseen of clients whose files are gone: nothing looks again."""
        found = await self.book.incidents.all_open()
        gone = (
            one
            for one in found
            if one.foreseen is not None and self.clients.client(one.client) is None
        )
        return await self._end(gone, to=incident.IncidentStatus.CLOSED)

    async def show(self, found: incident.Incident) -> None:
        """Draw the card; part of an outage it has none, unless it had one before."""
        key = picture.card_key(found.id)
        there = await self.book.deliveries.get(key)
        if there is None and found.outage is not None:
            return
        of = self.clients.client(found.client)
        channel = there.channel if there else await self.places.ahead(of)
        body = self.cards.ahead(self.view(found, channel=channel))
        if there is not None:
            await self.book.deliveries.revise(key, (body,))
            return
        wanted = delivery.Delivery(
            key=key,
            kind=delivery.Kind.CARD,
            client=found.client,
            incident=found.id,
            channel=channel or delivery.NOWHERE,
            bodies=(body,),
            created_at=self.clock.now(),
        )
        if channel is None:
            log.error("no_ops_channel", client=found.client, incident=found.id)
        await self.book.deliveries.put(wanted if channel else delivery.unsaid(wanted))

    def view(
        self, found: incident.Incident, *, channel: ids.ChannelId | None
    ) -> foresight.AheadView:
        """Return what the card says now."""
        of, now, source = self.clients.client(found.client), self.clock.now(), found.failure.source
        return foresight.AheadView(
            incident=found,
            client_name=of.name if of else found.client,
            source=source if found.failure.code in causes.REPLACEABLE else None,
            source_label=picture.label(of, source),
            timezone=of.timezone if of else "UTC",
            now=now,
            owner=of.owner if of else None,
            reports=coming(of, [source] if source else of.sources, now=now) if of else (),
            shared_in=self.places.ops_channel if found.outage else None,
            in_ops_channel=channel is not None and channel == self.places.ops_channel,
        )

    async def _open(self, of: ids.ClientId) -> Sequence[incident.Incident]:
        found = await self.book.incidents.all_open(of)
        return [one for one in found if one.foreseen is not None]

    async def _end(
        self,
        found: Iterator[incident.Incident],
        *,
        to: incident.IncidentStatus = incident.IncidentStatus.RECOVERED,
    ) -> Sequence[incident.Incident]:
        ended = [await self.book.incidents.close(one.id, to, at=self.clock.now()) for one in found]
        return [one for one in ended if one is not None]


def sources(asked: spec.ReportSpec) -> set[str]:
    """Return what a report is read from."""
    return {one.source for one in (*asked.queries, *asked.breakdowns)}


def coming(
    of: client.Client, names: Collection[str], *, now: datetime
) -> tuple[foresight.Coming, ...]:
    """Return the next of each report that reads one of these sources, the earliest first."""
    found: list[foresight.Coming] = []
    for one in of.reports.values():
        if one.schedule is None or sources(one).isdisjoint(names):
            continue
        fire = due.next_fire(one.schedule, of.timezone, after=now)
        if fire is not None:
            by = due.deliver_by(one.schedule, fire)
            found.append(foresight.Coming(title=one.title, due_at=fire.at, deliver_by=by))
    return tuple(sorted(found, key=lambda one: one.due_at))


def lates(
    of: client.Client, shared: run.Failure, *, status: incident.IncidentStatus, now: datetime
) -> Iterator[delay.LateView]:
    """Yield what a cause that it shares with others would stop, for the card of the outage."""
    names = [
        one.name
        for one in of.sources.values()
        if (shared.reference and one.credential == shared.reference) or one.kind == shared.kind
    ]
    is_open = status is incident.IncidentStatus.OPEN
    for one in coming(of, names if shared.source else of.sources, now=now):
        yield delay.LateView(
            client_name=of.name,
            report_title=one.title,
            timezone=of.timezone,
            status=run.Status.QUEUED if is_open else run.Status.CANCELLED,
            deliver_by=one.deliver_by or one.due_at,
            promised=one.deliver_by is not None,
            next_attempt_at=None,
            posted_at=None,
            now=now,
            owner=of.owner,
            client_saw="",
            ahead=True,
        )
