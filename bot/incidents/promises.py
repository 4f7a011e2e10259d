"""Broken promises: the neutral line before the client, and a word to the operators where no card
tells them. Whatever is said here is mended once the report is there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.domain import delivery, ids, incident, run, views
from bot.incidents import picture, places, ports

LATEST_NOTICE = timedelta(hours=24)
"""A promise broken longer ago is history: the neutral line would only puzzle."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """Says that a report is late, once to each who should know."""

    book: ports.Book
    clients: ports.Clients
    places: places.Places
    cards: ports.Cards

    async def broken(self, now: datetime) -> Sequence[incident.Incident]:
        """Say which promises are broken; return the incidents whose client has seen it now."""
        noticed: list[incident.Incident] = []
        late = await self.book.incidents.broken_promises(now, oldest=now - LATEST_NOTICE)
        for run_id in late:
            stopped = await self.book.runs.get(run_id)
            if stopped is None or await self.book.pauses.current(stopped.client) is not None:
                continue
            found = await self.book.incidents.open_of_run(run_id)
            channel = await self._before_the_client(stopped, found)
            if found is None:  # first: once the line is there, this run is not looked at again
                await self._tell(stopped, now=now, noticed=channel is not None)
            if channel is None or not await self._notice(stopped, channel, now=now):
                continue
            if found is not None:
                await self.book.incidents.noticed(found.id)
                noticed.append(replace(found, noticed=True))
        return noticed

    async def kept(self, run_id: ids.RunId, now: datetime) -> None:
        """The report is there: what was said says so, what was not said is not needed."""
        key = _notice_key(run_id)
        there = await self.book.runs.get(run_id)
        if not await self.book.deliveries.cancel(key) and there is not None:
            await self.book.deliveries.revise(key, (self._line(there, sent=True),))
        key = _late_key(run_id)
        if await self.book.deliveries.cancel(key) or await self.book.deliveries.get(key) is None:
            return
        if there is not None:
            body = self.cards.late(await self._view(there, now=now, noticed=False))
            await self.book.deliveries.revise(key, (body,))

    async def _before_the_client(
        self, stopped: run.Run, found: incident.Incident | None
    ) -> ids.ChannelId | None:
        card = await self.book.deliveries.get(picture.card_key(found.id)) if found else None
        return await self.places.notice(stopped, card=card.channel if card else None)

    async def _notice(self, stopped: run.Run, channel: ids.ChannelId, *, now: datetime) -> bool:
        return await self._put(
            stopped,
            _notice_key(stopped.id),
            channel=channel,
            body=self._line(stopped, sent=False),
            now=now,
        )

    def _line(self, late: run.Run, *, sent: bool) -> delivery.Body:
        """The neutral line, in the words of the report."""
        of = self.clients.client(late.client)
        found = of.reports.get(late.report) if of else None
        language = found.narrative.language if found else "en"
        return self.cards.notice(late.period.kind, language=language, sent=sent)

    async def _tell(self, stopped: run.Run, *, now: datetime, noticed: bool) -> None:
        """No attempt has failed, and still it is late: a card would have nothing to say."""
        channel = self.places.ops_channel or await self.places.card(stopped)
        if channel is None:
            log.error("no_ops_channel", client=stopped.client, run=stopped.id)
            return
        body = self.cards.late(await self._view(stopped, now=now, noticed=noticed))
        await self._put(stopped, _late_key(stopped.id), channel=channel, body=body, now=now)

    async def _put(
        self,
        stopped: run.Run,
        key: str,
        *,
        channel: ids.ChannelId,
        body: delivery.Body,
        now: datetime,
    ) -> bool:
        return await self.book.deliveries.put(
            delivery.Delivery(
                key=key,
                kind=delivery.Kind.NOTICE,
                client=stopped.client,
                run=stopped.id,
                channel=channel,
                bodies=(body,),
                created_at=now,
            )
        )

    async def _view(self, late: run.Run, *, now: datetime, noticed: bool) -> views.LateView:
        of = self.clients.client(late.client)
        posted = await self.book.deliveries.of_run(late.id)
        return views.LateView(
            client_name=of.name if of else late.client,
            report_title=picture.title(of, late),
            timezone=of.timezone if of else "UTC",
            status=late.status,
            deliver_by=late.deliver_by or now,
            next_attempt_at=late.next_attempt_at,
            posted_at=posted.posted_at if posted else None,
            now=now,
            owner=of.owner if of else None,
            client_saw=picture.saw(noticed=noticed),
        )


def _notice_key(run_id: ids.RunId) -> str:
    return f"notice:{run_id}"


def _late_key(run_id: ids.RunId) -> str:
    return f"late:{run_id}"
