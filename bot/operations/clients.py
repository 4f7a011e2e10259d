"""Clients: how they stand, when they run, what became of them; and pausing them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot import clock, errors
from bot.access import Operation
from bot.domain import client, identity, ids, lending, month, pause, run, views, walls
from bot.operations import answers, grammar, health, ports, scope, standing
from bot.runs import posting, schedule
from bot.slack import moments
from bot.slack.screens import lent

_HISTORY = 12
_MAX_REASON = 200


class Clients:
    """What may be asked about clients."""

    def __init__(self, scope: scope.Scope, needs: ports.Needs) -> None:
        self._scope = scope
        self._needs = needs

    async def overview(self, asker: scope.Asker) -> views.Overview:
        """`/report` alone: the fleet, or in a client's channel that client's own line."""
        self._scope.allow(asker, Operation.MENU)
        here = self._scope.here(asker)
        shown = here or self._scope.visible(asker)
        faults = self._needs.faults() if asker.actor.operator and not here else 0
        told = await self._overview(shown, faults=faults, own=here)
        if asker.actor.operator:
            return told
        lines = tuple(standing.for_readers(line) for line in told.lines)
        return replace(told, lines=lines, isolation="")

    async def list(self, asker: scope.Asker) -> answers.Listing:
        """`/report list`: every client, for operators."""
        self._scope.allow(asker, Operation.LIST)
        return answers.Listing(
            overview=await self._overview(self._scope.all(), faults=self._needs.faults(), own=())
        )

    async def status(
        self, asker: scope.Asker, names: Sequence[str] = ()
    ) -> answers.Status | views.Overview:
        """`/report status [client]`: one client; without one, operators get the fleet."""
        subject = self._scope.subject(asker, names, to=Operation.STATUS)
        if subject is None:
            return await self._overview(
                self._scope.visible(asker), faults=self._needs.faults(), own=()
            )
        told = await self._status(subject.client, operator=asker.actor.operator)
        return answers.Status(at=self._scope.now(), client=told)

    async def schedule(self, asker: scope.Asker, names: Sequence[str] = ()) -> answers.Schedule:
        """`/report schedule [client]`: the coming fires with their slots."""
        subject = self._scope.subject(asker, names, to=Operation.SCHEDULE)
        now = self._scope.now()
        fires = await self._fires(now)
        if subject is not None:
            fires = [fire for fire in fires if fire.client == subject.client.id]
        return answers.Schedule(at=now, fires=tuple(fires))

    async def history(
        self, asker: scope.Asker, names: Sequence[str], *, limit: int = _HISTORY
    ) -> views.History:
        """`/report history CLIENT`: its last runs with their costs, newest first."""
        found = self._scope.one(asker, names, to=Operation.HISTORY).client
        rows = await self._needs.store.history.rows(found.id, limit=limit, costs=True)
        return views.History(
            client=found.id,
            name=found.name,
            timezone=found.timezone,
            rows=tuple(rows),
            months=await self._months(found),
        )

    async def pause(self, asker: scope.Asker, request: grammar.Request) -> answers.Done:
        """`/report pause CLIENT [until DATE | for 3d] [reason]`, from anywhere."""
        names, reason = self._pause_names(asker, request)
        found = self._scope.one(asker, names, to=Operation.PAUSE).client
        now = asker.asked_at or self._scope.now()
        until = ends(request, now=now, zone=found.timezone)
        wanted = await self._needs.store.pauses.pause(
            found.id, until, by=asker.user, reason=reason[:_MAX_REASON], at=now
        )
        await self._needs.runner.paused(found.id)
        await self._needs.cards.refresh(found.id)
        words = standing.pause_words(wanted, found.timezone)
        await self._scope.note(asker, Operation.PAUSE, client=found.id, detail=f"{words} {reason}")
        return answers.Done(
            text=f"{found.name} is {words}. Reports that fall due until then are skipped, "
            f"not caught up; what is ready is held. `/report resume {found.id}` ends it."
        )

    async def resume(self, asker: scope.Asker, names: Sequence[str] = ()) -> answers.Done:
        """`/report resume CLIENT`: what was held is posted if it is still the last period."""
        found = self._scope.one(asker, names, to=Operation.RESUME).client
        ended = await self._needs.store.pauses.resume(found.id, self._scope.now())
        if ended is None and asker.asked_at is None:
            return answers.Done(text=f"{found.name} was not paused.")
        await self._needs.runner.resumed(found.id)
        await self._needs.cards.refresh(found.id)
        await self._scope.note(asker, Operation.RESUME, client=found.id, detail="resumed")
        fires = [one for one in await self._fires(self._scope.now()) if one.client == found.id]
        coming = f" Next: {moments.moment(fires[0].run_at, found.timezone)}." if fires else ""
        return answers.Done(text=f"{found.name} is no longer paused.{coming}")

    def _pause_names(
        self, asker: scope.Asker, request: grammar.Request
    ) -> tuple[Sequence[str], str]:
        """Tell the client from the reason where both are one text (``pause acme office move``)."""
        if request.names or not request.rest:
            return request.names, request.rest
        first, _, rest = request.rest.partition(" ")
        here = self._scope.here(asker)
        known = self._scope.meant(asker)
        if here and first.lower() not in known and not first.startswith("<#"):
            hint = grammar.suggestion(first, known)
            if hint and not rest:
                message = f"I do not know {grammar.quoted(first)}.{hint}"
                raise errors.UsageError(message)
            return (), request.rest
        return (first if first.startswith("<#") else first.lower(),), rest

    async def _fires(self, now: datetime) -> Sequence[views.NextFire]:
        """The next fire of every report of every client: a slot depends on all of them."""
        store = self._needs.store
        return schedule.coming(
            self._scope.all(),
            now=now,
            stagger=self._needs.stagger,
            usual=await store.fires.usual(now),
            pauses=await store.pauses.all(),
        )

    async def _facts(self) -> standing.Facts:
        store, now = self._needs.store, self._scope.now()
        fires = await self._fires(now)
        return standing.Facts(
            at=now,
            runs=await store.runs.unfinished(standing.MOVING | {run.Status.FAILED}),
            incidents=await store.incidents.all_open(),
            pauses={one.client: one for one in await store.pauses.all()},
            fires={fire.client: fire for fire in reversed(fires)},
            waits=await store.runs.waits(),
        )

    async def _overview(
        self, shown: Sequence[client.Client], *, faults: int, own: Sequence[client.Client]
    ) -> views.Overview:
        facts = await self._facts()
        order = list(views.Light)
        lines = sorted(
            (standing.line(found, facts) for found in shown),
            key=lambda line: (order.index(line.light), line.name.casefold()),
        )
        return views.Overview(
            at=facts.at,
            timezone=_usual_zone(shown),
            lines=tuple(lines),
            faults=faults,
            client=own[0].id if len(own) == 1 else None,
            isolation="" if own else self._isolation(),
        )

    def _isolation(self) -> str:
        """What holds between clients: the machine's walls, and where there can be none."""
        shared = lent.fleet(lending.fleet(self._scope.all()))
        return " · ".join(one for one in (self._needs.isolation(), shared) if one)

    async def _months(self, found: client.Client) -> tuple[month.Month, ...]:
        past, now = self._needs.store.history, self._scope.now()
        return tuple(await past.months(found.id, now=now, zone=found.timezone))

    async def _known(self, found: client.Client, *, now: datetime) -> health.Known:
        store = self._needs.store
        return health.Known(
            uses=await store.history.uses(found.id),
            look=next(iter(await store.foresight.looks(found.id)), None),
            standings=await store.foresight.standings(found.id),
            sharing=lending.users(self._scope.all()),
            doubted=await self._doubted(found.id),
            now=now,
        )

    async def _doubted(self, of: ids.ClientId) -> frozenset[str]:
        """The sources whose identity holds a report of the client."""
        store = self._needs.store
        for held in await store.runs.unfinished({run.Status.HELD}):
            if held.client == of and held.hold == posting.IDENTITY:
                made = await store.runs.outcome(held.id)
                seen = made.identities if made else ()
                doubts = identity.doubts(of, seen, confirmed=await store.identities.all())
                return frozenset(one.now.source for one in doubts)
        return frozenset()

    async def _status(self, found: client.Client, *, operator: bool) -> views.ClientStatus:
        past, facts = self._needs.store.history, await self._facts()
        record = await past.record(found.id, now=facts.at)
        posted = await past.last_posted(found.id)
        line = standing.line(found, facts)
        told = views.ClientStatus(
            client=found.id,
            name=found.name,
            stage=found.stage,
            timezone=found.timezone,
            channel=found.channel,
            owner=found.owner,
            outside=(await self._needs.audiences.audience(found.channel)).outside,
            walls=_walls(await past.walls(found.id)),
            last_posted=posted.at if posted else None,
            last_in_time=posted.in_time if posted else None,
            next=facts.fires.get(found.id),
            on_time=record.in_time,
            sent=record.due,
            months=await self._months(found),
            corrections=record.corrections,
            without_ai=record.without_ai,
            sources=health.sources(found, await self._known(found, now=facts.at)),
            pause=_pause_view(facts.pauses.get(found.id)),
            incident=line.text if line.incident else "",
            waits=line.text if line.light is views.Light.AMBER and not line.incident else "",
            operator=operator,
        )
        return told if operator else _for_readers(told)


def _walls(told: walls.Walls | None) -> str:
    return "not told yet" if told is None else told.told


def _for_readers(told: views.ClientStatus) -> views.ClientStatus:
    """What people in the client's own channel may know: how it stands, not how it is run."""
    paused = told.pause
    return replace(
        told,
        owner=None,
        outside=False,
        walls="",
        corrections=0,
        months=(),
        sources=(),
        incident=standing.DELAYED if told.incident else "",
        waits=standing.DELAYED if told.waits else "",
        pause=replace(paused, reason="") if paused else None,
    )


def _pause_view(paused: pause.Pause | None) -> views.PauseView | None:
    if paused is None:
        return None
    return views.PauseView(until=paused.until, by=paused.by, reason=paused.reason)


def _usual_zone(shown: Sequence[client.Client]) -> str:
    zones = [found.timezone for found in shown]
    return max(sorted(set(zones)), key=zones.count) if zones else "UTC"


def ends(request: grammar.Request, *, now: datetime, zone: str) -> datetime | None:
    """Return when a pause ends: at the local midnight a date begins with, or that follows a span
    of whole days (Settled 9); hours are counted exactly. Raises UsageError for the past.
    """
    today = clock.local_date(now, zone)
    if request.span is not None and request.span % timedelta(days=1):
        return now + request.span
    until = today + request.span if request.span is not None else request.until
    if until is None:
        return None
    if until <= today:
        message = f"That pause would be over already: today is {today.isoformat()}."
        raise errors.UsageError(message)
    return midnight(until, zone)


def midnight(day: date, zone: str) -> datetime:
    """Return the UTC instant of a local midnight."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
