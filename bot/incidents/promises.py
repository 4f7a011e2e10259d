"""Promises: the operators are warned before one is broken, the client's channel has one neutral
line once it is. Whatever is said here is mended once the report is there, or
will not come.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

import structlog

from bot.domain import delay, delivery, expected, fresh, ids, incident, run
from bot.incidents import drawing, idle, picture, places, ports

LATEST_NOTICE = timedelta(hours=24)
"""A promise broken longer ago is history: the neutral line would only puzzle."""
LEAD = timedelta(minutes=30)
"""How long before a promise the operators may be warned, at most."""
_PATIENCE = timedelta(minutes=5)
"""How long a run may stand still past its time without being at risk."""
_ON_ITS_WAY = timedelta(minutes=2)
"""What is being posted is not late yet."""
_TOGETHER = timedelta(minutes=15)
_FEW = 3
"""Warnings within so long that have a message each; beyond, they share one."""
_REMEMBERED = timedelta(days=2)
"""For so long a warning is still kept up to date."""
_MARKS = tuple(timedelta(minutes=left) for left in (120, 60, 30, 15, 5, 0))
"""What is left of a promise when its incident's card is drawn anew."""
_MANY = "late:many:"
"""How the keys of messages begin that warn of several."""
_STANDING = frozenset({run.Status.FAILED, run.Status.HELD, run.Status.WAITING})

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """Says that a report will be late, or is, once to each who should know."""

    book: ports.Book
    clients: ports.Clients
    places: places.Places
    cards: drawing.Cards
    fires: idle.Fires

    async def broken(self, now: datetime) -> Sequence[incident.Incident]:
        """Put the neutral line where one is due; return the incidents whose client has seen it."""
        noticed: list[incident.Incident] = []
        late = await self.book.incidents.broken_promises(now, oldest=now - LATEST_NOTICE)
        for run_id in late:
            stopped = await self.book.runs.get(run_id)
            if stopped is None or await self.book.pauses.current(stopped.client) is not None:
                continue
            found = await self.book.incidents.open_of_run(run_id)
            channel = await self._before_the_client(stopped, found)
            if channel is None or not await self._notice(stopped, channel, now=now):
                continue
            if found is not None:
                await self.book.incidents.noticed(found.id)
                noticed.append(replace(found, noticed=True))
        return noticed

    async def warn(self, now: datetime) -> None:
        """Warn of promises that no card tells of, and keep earlier warnings up to date.

        A warning's row is written before its message, which is made from the rows each time.
        """
        await self.fires.hand_over(now)
        oldest = now - LATEST_NOTICE
        near = await self.book.promises.near(now + LEAD, oldest=oldest)
        risky = [one for one in near if is_at_risk(one, now=now)]
        warned = [one for one in risky if await self.book.pauses.current(one.client) is None]
        idle_ones = await self.fires.at_risk(now, lead=LEAD, oldest=oldest)
        if warned or idle_ones:
            await self._tell([*warned, *idle_ones], now=now)
        promised = await self.book.promises.told(now - _REMEMBERED)
        awaited = await self.fires.told(now)
        told = [*[await self._told(one, now=now) for one in promised], *awaited]
        for message, each in groupby(sorted(told, key=_message), key=_message):
            await self._draw(message, [*each], now=now)
        await self.fires.forget(awaited, now)

    async def over(self, run_id: ids.RunId) -> None:
        """The report is there, or will not come: what was said says so, the rest is not needed."""
        key = _notice_key(run_id)
        ended = await self.book.runs.get(run_id)
        if not await self.book.deliveries.cancel(key) and ended is not None:
            # What was cancelled may have been delivered by another run.
            is_there = await self.book.runs.delivered(ended) is not None
            status = run.Status.SUCCEEDED if is_there else ended.status
            await self.book.deliveries.revise(key, (self._line(ended, status=status),))
        await self.book.deliveries.cancel(f"late:{run_id}")

    async def _before_the_client(
        self, stopped: run.Run, found: incident.Incident | None
    ) -> ids.ChannelId | None:
        card = await self.book.deliveries.get(picture.card_key(found.id)) if found else None
        told = card.channel if card else None
        if told is None and found is not None and found.outage is not None:
            told = self.places.ops_channel
        return await self.places.notice(stopped, card=told)

    async def _notice(self, stopped: run.Run, channel: ids.ChannelId, *, now: datetime) -> bool:
        return await self._put(
            stopped,
            _notice_key(stopped.id),
            channel=channel,
            body=self._line(stopped, status=stopped.status),
            now=now,
        )

    def _line(self, late: run.Run, *, status: run.Status) -> delivery.Body:
        """The neutral line, in the words of the report."""
        of = self.clients.client(late.client)
        found = of.reports.get(late.report) if of else None
        language = found.narrative.language if found else "en"
        return self.cards.notice(late.period.kind, language=language, status=status)

    async def _tell(self, warned: Sequence[run.Run | expected.Expected], *, now: datetime) -> None:
        """Write down which message warns of each: its own, or one for many."""
        since = now - _TOGETHER
        before = [one.message for one in await self.book.promises.told(since)]
        before += [
            one.message
            for one in await self.book.promises.awaited(now)
            if one.message is not None and one.told_at is not None and one.told_at >= since
        ]
        is_few = len(before) + len(warned) <= _FEW
        if is_few or self.places.ops_channel is None:  # elsewhere no message names two clients
            for one in warned:
                await self._write([one], f"late:{_name(one)}", now=now)
            return
        shared = [message for message in before if message.startswith(_MANY)]
        message = shared[-1] if shared else f"{_MANY}{_name(warned[0])}"
        await self._write(warned, message, now=now)

    async def _write(
        self, warned: Sequence[run.Run | expected.Expected], message: str, *, now: datetime
    ) -> None:
        runs = [one for one in warned if isinstance(one, run.Run)]
        if runs:
            await self.book.promises.tell(runs, message=message, at=now)
        fires = [one for one in warned if isinstance(one, expected.Expected)]
        if fires:
            await self.book.promises.warn(fires, message=message, at=now)

    async def _draw(self, message: str, told: Sequence[idle.Told], *, now: datetime) -> None:
        """Put the message, or edit it where it would say something else now."""
        there = await self.book.deliveries.get(message)
        seen = [one.view for one in told]
        is_over = all(one.status in run.TERMINAL for one in seen)
        if there is not None and there.state is delivery.State.CANCELLED:
            return
        if is_over and (there is None or await self.book.deliveries.cancel(message)):
            return
        body = self.cards.many(seen) if message.startswith(_MANY) else self.cards.late(seen[0])
        if there is not None:
            if there.bodies != (body,):
                await self.book.deliveries.revise(message, (body,))
            return
        first = told[0]
        of_client = await self.places.card(first.run) if first.run else None
        channel = self.places.ops_channel or of_client
        if channel is None:
            log.error("no_ops_channel", client=first.client, run=first.run and first.run.id)
        await self._put(first, message, channel=channel, body=body, now=now)

    async def _put(
        self,
        about: idle.Told | run.Run,
        key: str,
        *,
        channel: ids.ChannelId | None,
        body: delivery.Body,
        now: datetime,
    ) -> bool:
        of_run = about if isinstance(about, run.Run) else about.run
        wanted = delivery.Delivery(
            key=key,
            kind=delivery.Kind.NOTICE,
            client=about.client,
            run=of_run.id if of_run else None,
            channel=channel or delivery.NOWHERE,
            bodies=(body,),
            created_at=now,
        )
        return await self.book.deliveries.put(wanted if channel else delivery.unsaid(wanted))

    async def _told(self, told: incident.Promise, *, now: datetime) -> idle.Told:
        view = await self._view(told, now=now)
        return idle.Told(message=told.message, view=view, client=told.run.client, run=told.run)

    async def _view(self, told: incident.Promise, *, now: datetime) -> delay.LateView:
        late = told.run
        of = self.clients.client(late.client)
        notice = await self.book.deliveries.get(_notice_key(late.id))
        tried = await self.book.runs.attempts(late.id)
        is_waiting = late.status is run.Status.WAITING and bool(tried)
        lag = fresh.lag(tried[-1].failure) if is_waiting else None
        return delay.LateView(
            client_name=of.name if of else late.client,
            report_title=picture.title(of, late),
            timezone=of.timezone if of else "UTC",
            status=late.status,
            deliver_by=late.deliver_by or now,
            next_attempt_at=late.next_attempt_at,
            posted_at=told.posted_at,
            now=now,
            owner=of.owner if of else None,
            client_saw=picture.saw(noticed=notice is not None),
            awaits=lag.needs if lag else None,
        )


def is_at_risk(one: run.Run, *, now: datetime) -> bool:
    """Whether somebody should look now, lest a promise be broken; also once it is.

    What is planned for later than it is promised is at risk from then on. Else the lead is half an
    hour, or half of the time there was. What goes its way is at risk only when the last third has
    begun; what is planned for later, but in time, is not.
    """
    due = one.deliver_by
    if due is None or one.status in run.TERMINAL:
        return False
    left = due - now
    if left <= timedelta():
        return one.status is not run.Status.POSTING or -left > _ON_ITS_WAY
    if _is_planned_late(one, due):
        return True
    lead = min(LEAD, (due - one.created_at) / 2)
    if left > lead or one.status is run.Status.POSTING:
        return False
    return one.status in _STANDING or _is_behind(one, now=now) or _is_last(one, left, lead=lead)


def _is_planned_late(one: run.Run, due: datetime) -> bool:
    """Whether even what goes as planned breaks the promise."""
    again = one.next_attempt_at if one.status is run.Status.QUEUED else None
    held_back = one.post_at if one.status is not run.Status.POSTING else None
    return any(at is not None and at > due for at in (again, held_back))


def _is_behind(one: run.Run, *, now: datetime) -> bool:
    """Whether it stands still past its time, or was tried and is tried again."""
    planned = _planned(one)
    return one.attempts > 1 if planned is None else now - planned > _PATIENCE


def _is_last(one: run.Run, left: timedelta, *, lead: timedelta) -> bool:
    """Whether the last third has begun, and nothing is still to come as planned."""
    planned, due = _planned(one), one.deliver_by
    to_come = planned is not None and due is not None and due - left < planned <= due
    return left <= lead / 3 and not to_come


def _planned(one: run.Run) -> datetime | None:
    """When it was, or is, to go on by itself; None: it is under way."""
    if one.status is run.Status.RUNNING:
        return None
    at = one.post_at if one.status is run.Status.READY else one.next_attempt_at
    return at or one.created_at


def marks(since: datetime, now: datetime) -> Sequence[tuple[datetime, datetime]]:
    """Return between which instants the promises lie that passed a mark meanwhile."""
    return [(since + left, now + left) for left in _MARKS]


def _message(told: idle.Told) -> str:
    return told.message


def _notice_key(run_id: ids.RunId) -> str:
    return f"notice:{run_id}"


def _name(one: run.Run | expected.Expected) -> str:
    return one.id if isinstance(one, run.Run) else idle.name(one)
