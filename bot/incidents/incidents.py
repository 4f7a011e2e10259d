"""One incident per cause, one card per incident, edited until recovered."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot import clock, errors
from bot.domain import delivery, ids, incident, run, views
from bot.incidents import picture, places, ports, promises

_PATIENCE = 2
"""Failed attempts of a retryable kind before anybody is told."""
_LATELY = timedelta(days=1)
"""Nobody waits for the last word on a card that was closed longer ago."""
_NOWHERE = ids.ChannelId("")
_WORDS = {
    "retry": "asked for another attempt.",
    "send without": "had it sent without the failed source.",
    "skip": "skipped it this time.",
    "pause": "paused the client.",
    "resume": "resumed the client.",
}
"""What a person did, by the name of the operation; completes their name."""
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
        cards: ports.Cards,
        clock: clock.Clock,
        ops_channel: ids.ChannelId | None,
    ) -> None:
        self._book = book
        self._clients = clients
        self._cards = cards
        self._clock = clock
        self._ops_channel = ops_channel
        self._places = places.Places(clients=clients, audiences=audiences, ops_channel=ops_channel)
        self._promises = promises.Promises(
            book=book, clients=clients, places=self._places, cards=cards
        )
        self._turn = asyncio.Lock()
        self._is_redrawn = False

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
            if stopped.status is run.Status.SUCCEEDED:
                await self._promises.kept(stopped.id, self._clock.now())
            found = await self._book.incidents.open_of_run(stopped.id)
            if found is None:
                return
            ended = await self._ended(found)
            is_recovered = ended.status is incident.IncidentStatus.RECOVERED
            await self._show(ended, link=await link() if link and is_recovered else "")

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

    async def refresh(self, client_id: ids.ClientId) -> None:
        """Redraw a client's open cards: it was paused or resumed, or its files changed."""
        async with self._turn:
            for found in await self._book.incidents.all_open(client_id):
                await self._show(found)

    async def sweep(self) -> None:
        """Say what a crash left unsaid, and what is late where a promise is broken."""
        async with self._turn:
            for run_id in await self._book.incidents.unattended():
                await self._attend(run_id)
            for found in await self._book.incidents.over():
                await self._show(await self._ended(found))
            now = self._clock.now()
            await self._redraw(now)
            for run_id in await self._book.incidents.stale_notices():
                await self._promises.kept(run_id, now)
            for found in await self._promises.broken(now):
                await self._show(found)

    async def _redraw(self, now: datetime) -> None:
        """Once a life: what was written down may lack its card, or its card the last word."""
        if not self._is_redrawn:
            for found in await self._book.incidents.recent(now - _LATELY):
                await self._show(found)
            self._is_redrawn = True

    async def view(self, incident_id: ids.IncidentId) -> views.CardView | None:
        """What a card says now, or None where there is no such incident."""
        found = await self._book.incidents.get(incident_id)
        return None if found is None else await self._view(found)

    async def details(self, incident_id: ids.IncidentId) -> views.DetailsView | None:
        """What the Details button shows to operators."""
        found = await self._book.incidents.get(incident_id)
        facts = None if found is None else await self._gather(found)
        if found is None or facts is None:
            return None
        return views.DetailsView(
            card=self._draw(facts),
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
                cause=cause(failure),
                failure=failure,
                status=incident.IncidentStatus.OPEN,
                runs=(stopped.id,),
                opened_at=now,
                next_retry_at=stopped.next_attempt_at,
            )
        )
        log.warning("incident", incident=joined.id, client=joined.client, cause=joined.cause)
        await self._show(joined)

    async def _is_blip(self, stopped: run.Run) -> bool:
        """Whether it is tried again by itself and has failed but once."""
        if stopped.status is not run.Status.QUEUED:
            return False
        tried = await self._book.runs.attempts(stopped.id)
        return sum(one.end is run.AttemptEnd.FAILED for one in tried) < _PATIENCE

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

    async def _show(self, found: incident.Incident, *, link: str = "") -> None:
        """Draw the card, as a new message or as an edit, and add what its thread still lacks."""
        facts = await self._gather(found)
        if facts is None:
            return
        body = (self._cards.card(replace(self._draw(facts), report_link=link)),)
        if facts.channel is None:
            await self._put_card(facts)
        else:
            await self._book.deliveries.revise(picture.card_key(found.id), body)
        await self._replies(facts)

    async def _put_card(self, facts: picture.Facts) -> None:
        channel = await self._places.card(facts.subject)
        if channel is None:
            log.error("no_ops_channel", client=facts.incident.client, incident=facts.incident.id)
        placed = replace(facts, channel=channel)
        wanted = delivery.Delivery(
            key=picture.card_key(facts.incident.id),
            kind=delivery.Kind.CARD,
            client=facts.incident.client,
            incident=facts.incident.id,
            channel=channel or _NOWHERE,
            bodies=(self._cards.card(self._draw(placed)),),
            # A card that can stand nowhere is a failed one: the health check counts it.
            state=delivery.State.PENDING if channel else delivery.State.FAILED,
            error="" if channel else "no_ops_channel",
            created_at=self._clock.now(),
        )
        await self._book.deliveries.put(wanted)

    async def _replies(self, facts: picture.Facts) -> None:
        """One line per act, and per attempt that has ended, also before the incident opened."""
        view = self._draw(facts)
        lines = list[tuple[datetime, str, delivery.Body]]()
        for one in facts.runs:
            for tried in await self._book.runs.attempts(one.id):
                if tried.ended_at is not None:
                    body = self._cards.attempt(view, tried)
                    lines.append((tried.ended_at, f"{one.id}.{tried.number}", body))
        found = facts.incident
        if found.acted_at is not None:
            what = _WORDS.get(found.acted, f"chose {found.acted}")
            body = self._cards.act(view, who=found.acted_by, what=what)
            lines.append((found.acted_at, f"{found.acted_at:%Y%m%dT%H%M%S.%f}", body))
        for _, number, body in sorted(lines, key=lambda line: line[:2]):
            await self._reply(found, body, number=number)

    async def _reply(self, to: incident.Incident, body: delivery.Body, *, number: str) -> None:
        card = await self._book.deliveries.get(picture.card_key(to.id))
        if card is None or card.channel == _NOWHERE:
            return
        wanted = delivery.Delivery(
            key=f"reply:{to.id}:{number}",
            kind=delivery.Kind.REPLY,
            client=to.client,
            incident=to.id,
            channel=card.channel,
            parent=card.key,
            bodies=(body,),
            created_at=self._clock.now(),
        )
        if await self._book.deliveries.put(wanted):
            await self._book.incidents.replied(to.id)

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

    async def _gather(self, found: incident.Incident) -> picture.Facts | None:
        return await picture.gather(self._book, self._clients, of=found)

    async def _view(self, found: incident.Incident) -> views.CardView | None:
        facts = await self._gather(found)
        return None if facts is None else self._draw(facts)

    def _draw(self, facts: picture.Facts) -> views.CardView:
        in_ops = facts.channel is not None and facts.channel == self._ops_channel
        return picture.draw(facts, now=self._clock.now(), in_ops_channel=in_ops)


def cause(failure: run.Failure) -> str:
    """Return what failures that share a card have in common: ``<source or stage>:<code>``."""
    return f"{failure.source or errors.WORDS[failure.code].stage}:{failure.code.value}"
