"""Cards: what is said about an incident, in its place and in its thread, each thing once."""

from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot import clock
from bot.domain import delivery, incident, views
from bot.incidents import drawing, picture, places, ports

_WORDS = {
    "retry": "asked for another attempt.",
    "send without": "had it sent without the failed source.",
    "skip": "skipped it this time.",
    "pause": "paused the client.",
    "resume": "resumed the client.",
}
"""What a person did, by the name of the operation; completes their name."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """Draws cards and writes their threads. Everything may be repeated."""

    book: ports.Book
    clients: ports.Clients
    places: places.Places
    cards: drawing.Cards
    clock: clock.Clock

    async def show(self, found: incident.Incident, *, link: str = "") -> None:
        """Draw the card, as a new message or as an edit, and add what its thread still lacks.

        An incident that is part of an outage has no card of its own, unless it had one before.
        """
        facts = await self.gather(found)
        if facts is None:
            return
        if facts.channel is not None:
            body = (self.cards.card(replace(self.draw(facts), report_link=link)),)
            await self.book.deliveries.revise(picture.card_key(found.id), body)
        elif found.outage is None:
            await self._put_card(facts)
        else:
            return
        await self._replies(facts)

    async def gather(self, found: incident.Incident) -> picture.Facts | None:
        """Return what the card is drawn from; None: nothing is left of it."""
        return await picture.gather(self.book, self.clients, of=found)

    def draw(self, facts: picture.Facts) -> views.CardView:
        """Return what the card says now."""
        return picture.draw(facts, now=self.clock.now(), ops_channel=self.places.ops_channel)

    async def _put_card(self, facts: picture.Facts) -> None:
        channel = await self.places.card(facts.subject)
        if channel is None:
            log.error("no_ops_channel", client=facts.incident.client, incident=facts.incident.id)
        placed = replace(facts, channel=channel)
        wanted = delivery.Delivery(
            key=picture.card_key(facts.incident.id),
            kind=delivery.Kind.CARD,
            client=facts.incident.client,
            incident=facts.incident.id,
            channel=channel or delivery.NOWHERE,
            bodies=(self.cards.card(self.draw(placed)),),
            created_at=self.clock.now(),
        )
        await self.book.deliveries.put(wanted if channel else delivery.unsaid(wanted))

    async def _replies(self, facts: picture.Facts) -> None:
        """One line per act, and per attempt that has ended, also before the incident opened."""
        view = self.draw(facts)
        lines = list[tuple[datetime, str, delivery.Body]]()
        for one in facts.runs:
            for tried in await self.book.runs.attempts(one.id):
                if tried.ended_at is not None:
                    body = self.cards.attempt(view, tried)
                    lines.append((tried.ended_at, f"{one.id}.{tried.number}", body))
        found = facts.incident
        if found.acted_at is not None:
            what = _WORDS.get(found.acted, f"chose {found.acted}")
            body = self.cards.act(view, who=found.acted_by, what=what)
            lines.append((found.acted_at, f"{found.acted_at:%Y%m%dT%H%M%S.%f}", body))
        for _, number, body in sorted(lines, key=lambda line: line[:2]):
            await self._reply(found, body, number=number)

    async def _reply(self, to: incident.Incident, body: delivery.Body, *, number: str) -> None:
        card = await self.book.deliveries.get(picture.card_key(to.id))
        if card is None or card.channel == delivery.NOWHERE:
            return
        wanted = delivery.Delivery(
            key=f"reply:{to.id}:{number}",
            kind=delivery.Kind.REPLY,
            client=to.client,
            incident=to.id,
            channel=card.channel,
            parent=card.key,
            bodies=(body,),
            created_at=self.clock.now(),
        )
        if await self.book.deliveries.put(wanted):
            await self.book.incidents.replied(to.id)
