"""One incident per cause, one card per incident, edited until recovered; one card for all where
several clients share the cause.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot import bulkhead, clock, errors
from bot.domain import delivery, foresight, ids, incident, run, views
from bot.incidents import (
    ahead,
    causes,
    drawing,
    idle,
    outages,
    places,
    ports,
    promises,
    showing,
)

_PATIENCE = 2
"""Failed attempts of a retryable kind before anybody is told."""
_LATELY = timedelta(days=1)
"""Nobody waits for the last word on a card that was closed longer ago."""
_UNSEEN = run.Failure(code=run.FailureCode.CRASHED)

Link = Callable[[], Awaitable[str]]
"""The address of a message; empty where Slack does not say."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """What came of a press. ``won`` False: ``now`` says who was first and when, or that the card
    has changed since; ``now`` None: there is no such incident.
    """

    won: bool
    now: incident.Incident | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActedOnOutage:
    """The same of a press on the card of an outage."""

    won: bool
    now: incident.Outage | None


class Incidents:
    """Opens, redraws and closes incidents. Every method may be repeated: what is said already is
    not said again, so that a crash in between is mended by ``sweep``.
    """

    def __init__(
        self,
        book: ports.Book,
        *,
        clients: ports.Clients,
        audiences: ports.Audiences,
        cards: drawing.Cards,
        clock: clock.Clock,
        ops_channel: ids.ChannelId | None,
    ) -> None:
        self._book = book
        self._clients = clients
        self._cards = cards
        self._clock = clock
        self._ops_channel = ops_channel
        where = places.Places(clients=clients, audiences=audiences, ops_channel=ops_channel)
        self._showing = showing.Showing(
            book=book, clients=clients, places=where, cards=cards, clock=clock
        )
        self._ahead = ahead.Ahead(
            book=book, clients=clients, places=where, cards=cards, clock=clock
        )
        self._promises = promises.Promises(
            book=book,
            clients=clients,
            places=where,
            cards=cards,
            fires=idle.Fires(book=book, clients=clients),
        )
        self._outages = outages.Outages(
            book, clients=clients, cards=cards, clock=clock, channel=ops_channel
        )
        self._turn = asyncio.Lock()
        self._swept: datetime | None = None
        self._wrong: Exception | None = None
        """What went wrong first in this sweep."""

    async def failed(self, stopped: run.Run, failure: run.Failure) -> None:
        """An attempt of the run failed; the run's row already says what comes next.

        A first failure that is tried again by itself leaves only history.
        """
        async with self._turn:
            await self._failed(stopped, failure)

    async def changed(self, stopped: run.Run, *, link: Link | None = None) -> None:
        """The run moved on: redraw its card, and close its incident when all its runs ended.
        ``link`` says where its report stands; asked only where a card has use for it.
        """
        async with self._turn:
            if stopped.status in run.TERMINAL:
                await self._promises.over(stopped.id)
            if stopped.status is run.Status.SUCCEEDED:
                await self._show_all(await self._ahead.worked(stopped))
            found = await self._book.incidents.open_of_run(stopped.id)
            if found is None:
                return
            ended = await self._ended(found)
            is_recovered = ended.status is incident.IncidentStatus.RECOVERED
            await self._show(ended, link=await link() if link and is_recovered else "")

    async def foreseen(
        self, client: ids.ClientId, found: Sequence[run.Failure], *, met: Sequence[run.Failure] = ()
    ) -> None:
        """A preflight looked: ``found`` would stop the client's reports, each a card of its own
        until it is met no more. What is only ``met`` may pass by itself: it opens none.
        """
        async with self._turn:
            await self._show_all(await self._ahead.gone(client, but=(*found, *met)))
            for failure in found:
                opened = await self._ahead.open(client, failure)
                if opened is not None:
                    await self._show(await self._outages.join(opened))

    async def act(
        self, incident_id: ids.IncidentId, version: int, *, by: ids.UserId, what: str
    ) -> Acted:
        """Take a press on a card drawn from ``version``: one wins, the others learn who and when
        (Settled 8). ``what`` is an operation's name, such as ``retry``.
        """
        async with self._turn:
            at = self._clock.now()
            won = await self._book.incidents.act(incident_id, version, by=by, at=at, what=what)
            if won is None:
                return Acted(won=False, now=await self._book.incidents.get(incident_id))
            await self._show(won)
            return Acted(won=True, now=won)

    async def act_on_outage(
        self, outage_id: ids.OutageId, version: int, *, by: ids.UserId, what: str
    ) -> ActedOnOutage:
        """The same on the card of an outage; its runs are the caller's to try again."""
        async with self._turn:
            won = await self._outages.act(outage_id, version, by=by, what=what)
            now = won or await self._book.outages.get(outage_id)
            return ActedOnOutage(won=won is not None, now=now)

    async def refresh(self, client_id: ids.ClientId) -> None:
        """Redraw a client's open cards: it was paused or resumed, or its files changed."""
        async with self._turn:
            for found in await self._book.incidents.all_open(client_id):
                await self._show(found)

    async def sweep(self) -> None:
        """Say what a crash left unsaid, and what is late, or will be, to who should know.

        A step that goes wrong stops neither those behind it nor the other incidents; the first
        that did is raised at the end, since what cannot be said must fail the health check.
        """
        async with self._turn:
            now, self._wrong = self._clock.now(), None
            for work in self._steps(now):
                await self._step(work)
            self._swept = now
            if self._wrong is not None:
                raise self._wrong

    def _steps(self, now: datetime) -> Iterator[Awaitable[None]]:
        """Each begins when the one before it is done."""
        yield self._attend_all()
        yield self._outages.gather()
        yield self._end_all()
        yield self._redraw(now)
        yield self._withdraw()
        yield self._tell_clients(now)
        yield self._promises.warn(now)
        yield self._outages.sweep(now)

    async def _attend_all(self) -> None:
        for run_id in await self._book.incidents.unattended():
            await self._step(self._attend(run_id), run=run_id)

    async def _end_all(self) -> None:
        await self._show_all(await self._ahead.left())
        for found in await self._book.incidents.over():
            await self._step(self._end(found), incident=found.id, client=found.client)

    async def _end(self, found: incident.Incident) -> None:
        await self._show(await self._ended(found))

    async def _withdraw(self) -> None:
        """What was said of a promise is mended where nobody else did it."""
        for run_id in await self._book.incidents.stale_notices():
            await self._step(self._promises.over(run_id), run=run_id)

    async def _tell_clients(self, now: datetime) -> None:
        for found in await self._promises.broken(now):
            await self._step(self._show(found), incident=found.id, client=found.client)

    async def _step(self, work: Awaitable[None], **about: str) -> None:
        """Do it; what goes wrong is logged. A store that refuses ends the whole sweep."""
        passing = (errors.StoreTrouble,)
        with bulkhead.step("incident_step_failed", passing=passing, **about) as step:
            await work
        self._wrong = self._wrong or step.error

    async def _redraw(self, now: datetime) -> None:
        """Draw the cards whose promise comes near; once a life also what was written down by the
        life before, which may lack its card, or its card the last word.
        """
        if self._swept is None:
            await self._outages.redraw(now - _LATELY)
            found = await self._book.incidents.recent(now - _LATELY)
        else:
            found = await self._book.incidents.ticking(promises.marks(self._swept, now))
        for one in found:
            await self._step(self._show(one), incident=one.id, client=one.client)

    async def view(self, incident_id: ids.IncidentId) -> views.CardView | None:
        """What a card says now, or None where there is no such incident."""
        found = await self._book.incidents.get(incident_id)
        facts = None if found is None else await self._showing.gather(found)
        return None if facts is None else self._showing.draw(facts)

    async def ahead(self, incident_id: ids.IncidentId) -> foresight.AheadView | None:
        """What the card says of something that no run has met, or None where there is none."""
        found = await self._book.incidents.get(incident_id)
        if found is None or found.runs:
            return None
        return self._ahead.view(found, channel=self._ops_channel)

    async def details(self, incident_id: ids.IncidentId) -> views.DetailsView | None:
        """What the Details button shows to operators."""
        found = await self._book.incidents.get(incident_id)
        facts = None if found is None else await self._showing.gather(found)
        if found is None or facts is None:
            return None
        return views.DetailsView(
            card=self._showing.draw(facts),
            attempts=tuple(await self._book.runs.attempts(facts.subject.id)),
            said=found.failure.said,
            run_ref=ids.short_ref(facts.subject.id),
        )

    async def undelivered(self, settled: delivery.Delivery, refused: delivery.Refused) -> None:
        """What cannot be said in its place is said in the ops channel (Settled 15); what cannot be
        said there stays failed, which the health check counts.
        """
        ops = self._ops_channel
        if ops is None or settled.channel == ops or settled.kind is delivery.Kind.REPORT:
            log.error("undeliverable", key=settled.key, code=refused.code)
            return
        async with self._turn:
            if settled.kind is delivery.Kind.CARD:
                await self._book.deliveries.redirect(settled.key, channel=ops)
                found = await self._of_card(settled)
                if found is not None:
                    await self._show(found)
                return
            await self._book.deliveries.put(self._word(settled, refused, ops=ops))

    async def _failed(self, stopped: run.Run, failure: run.Failure) -> None:
        known = await self._book.incidents.open_of_run(stopped.id)
        if known is None and await self._is_blip(stopped):
            log.info("failure_kept_quiet", run=stopped.id, code=failure.code.value)
            return
        now = self._clock.now()
        joined = await self._book.incidents.join(
            incident.Incident(
                id=ids.IncidentId(ids.new_id()),
                client=stopped.client,
                cause=causes.cause(failure),
                shared=causes.shared(failure, self._clients.client(stopped.client)),
                failure=failure,
                status=incident.IncidentStatus.OPEN,
                runs=(stopped.id,),
                opened_at=now,
                next_retry_at=stopped.next_attempt_at,
            ),
            lately=now - causes.LATELY,
        )
        log.warning("incident", incident=joined.id, client=joined.client, cause=joined.cause)
        await self._show(await self._outages.join(joined))

    async def _show(self, found: incident.Incident, *, link: str = "") -> None:
        """Draw its card: what a preflight foresaw, until a run has met it."""
        if found.runs:
            await self._showing.show(found, link=link)
        else:
            await self._ahead.show(found)

    async def _show_all(self, found: Sequence[incident.Incident]) -> None:
        for one in found:
            await self._show(one)

    async def _is_blip(self, stopped: run.Run) -> bool:
        """Whether it is tried again by itself and has failed but once; to wait is not to fail."""
        if stopped.status is not run.Status.QUEUED:
            return False
        tried = await self._book.runs.attempts(stopped.id)
        return sum(one.has_failed for one in tried) < _PATIENCE

    async def _attend(self, run_id: ids.RunId) -> None:
        stopped = await self._book.runs.get(run_id)
        if stopped is not None:
            tried = await self._book.runs.attempts(run_id)
            failures = [one.failure for one in tried if one.failure is not None]
            await self._failed(stopped, failures[-1] if failures else _UNSEEN)

    async def _ended(self, found: incident.Incident) -> incident.Incident:
        """Close it when none of its runs can still fail: recovered, if one of them succeeded."""
        stopped = [await self._book.runs.get(one) for one in found.runs]
        status = {one.status for one in stopped if one is not None}
        if not status <= run.TERMINAL:
            return found
        is_recovered = run.Status.SUCCEEDED in status
        end = incident.IncidentStatus
        closed = await self._book.incidents.close(
            found.id, end.RECOVERED if is_recovered else end.CLOSED, at=self._clock.now()
        )
        return closed or found

    async def _of_card(self, card: delivery.Delivery) -> incident.Incident | None:
        return None if card.incident is None else await self._book.incidents.get(card.incident)

    def _word(
        self, settled: delivery.Delivery, refused: delivery.Refused, *, ops: ids.ChannelId
    ) -> delivery.Delivery:
        body = self._cards.elsewhere(settled.bodies[-1], settled.channel, code=refused.code)
        return delivery.Delivery(
            key=f"ops:{settled.key}",
            kind=delivery.Kind.OPS,
            client=settled.client,
            channel=ops,
            bodies=(body,),
            created_at=self._clock.now(),
        )
