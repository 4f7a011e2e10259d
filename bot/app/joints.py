"""Where siblings meet: small classes that fill one room's Protocol with another room's parts."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import structlog

from bot import access, clock, store
from bot.app import serving
from bot.domain import audience, delivery, ids, run, views
from bot.incidents import Incidents
from bot.runs import ports, posting
from bot.slack import blocks, moments, people, poster, refusals, remedies
from bot.slack.screens import change as preview
from bot.slack.screens import identity, ops, outbox, plain

_log = structlog.get_logger(__name__)


class Audiences:
    """What Slack says of a channel's readers, beside what an operator said of them."""

    def __init__(
        self, seen: people.People, kept: store.channels.ChannelStore, *, now: clock.Clock
    ) -> None:
        self._people = seen
        self._kept = kept
        self._clock = now

    async def audience(self, channel: ids.ChannelId) -> audience.Audience:
        """Who may read the channel. What cannot be looked up counts as outside."""
        facts = await self._people.audience(channel)
        if not facts.known:
            return audience.Audience(outside=True, known=False, confirmed=False)
        saw = await self._kept.saw(
            channel,
            outside=facts.outside,
            fingerprint=facts.fingerprint,
            at=self._clock.now(),
        )
        return audience.Audience(outside=facts.outside, known=True, confirmed=saw.is_confirmed)


class Outward:
    """What is said to the operators besides cards. Each thing said has a key, so that saying it
    twice shows one message.
    """

    def __init__(
        self,
        kept: store.Store,
        clients: ports.Clients,
        *,
        channel: ids.ChannelId | None,
        now: clock.Clock,
    ) -> None:
        self._runs = kept.runs
        self._kept = kept
        self._outbox = kept.deliveries
        self._clients = clients
        self._channel = channel
        self._clock = now

    async def restored(self, since: datetime, until: datetime) -> None:
        """The database was put back from a copy; said once of each restore."""
        text = (
            "⚠️ The database was put back from a copy that knows nothing after "
            f"{since:%Y-%m-%d %H:%M} UTC. Reports of that time are looked for in their channels "
            "before they are posted. Runs that are called missed now may have been posted then."
        )
        await self._put(f"ops:restored:{until:%Y%m%dT%H%M%S}", plain.say(text))

    async def missed(self, missed: Sequence[run.Run]) -> None:
        """Fires were seen too late to be caught up: one message names them all."""
        entries = [
            (*_names(self._clients, one), moments.nominal(one.scheduled_for))
            for one in missed
            if one.scheduled_for is not None
        ]
        await self._put(f"ops:missed:{missed[0].id}", ops.missed(entries))

    async def held(self, held: run.Run, *, why: Sequence[str] = ()) -> None:
        """A report is ready, but an operator must look first."""
        if held.hold == posting.UNSURE:
            await self._unsure(held)
            return
        name, title = _names(self._clients, held)
        if held.hold == posting.IDENTITY:
            body = identity.held(await serving.question(self._kept, self._clients, about=held))
        elif held.hold == posting.STALE:
            body = ops.stale(name, title, run_id=held.id, why=why)
        elif held.hold == posting.SHOWN:
            body = ops.shown(name, title, run_id=held.id)
        elif why:
            body = ops.absurd(name, title, run_id=held.id, why=why)
        else:
            body = ops.held(name, title, run_id=held.id, hold=held.hold)
        await self._put(_held(held), body, client=held.client)

    async def served(self, made: run.Run) -> None:
        """Whose data an internal client's sources serve: one message for the same sources, that
        also says when they are confirmed.
        """
        asked = await serving.question(self._kept, self._clients, about=made)
        key, body = f"ops:identity:{made.client}:{asked.stamp}", identity.served(asked)
        there = await self._outbox.get(key)
        if there is None and asked.doubts:
            await self._put(key, body, client=made.client)
        elif there is not None and there.bodies != (body,):
            await self._outbox.revise(key, (body,))

    async def decided(self, held: run.Run, *, choice: str, by: ids.UserId | None) -> None:
        """Somebody chose what becomes of a held report, or its reason went (``choice`` empty): the
        question says so, without buttons.
        """
        if held.hold == posting.UNSURE:
            await self._unsure(held)
            return
        name, title = _names(self._clients, held)
        at = moments.clock(self._clock.now(), self._zone(held))
        body = (
            ops.decided(name, title, choice=choice, by=by, at=at)
            if choice
            else ops.went_on(name, title, hold=held.hold, at=at)
        )
        await self._outbox.revise(_held(held), (body,))

    async def _unsure(self, about: run.Run) -> None:
        """What Slack does not say of one channel it says of none, where a permission is gone: one
        message a day names all that waits for it, as the rows have it.
        """
        day = about.created_at.date()
        waiting = [
            one
            for one in await self._runs.unfinished({run.Status.HELD})
            if one.hold == posting.UNSURE and one.created_at.date() == day
        ]
        at = moments.clock(self._clock.now(), self._zone(about))
        body = ops.unsure([_names(self._clients, one) for one in waiting], at=at)
        key = f"ops:held:{posting.UNSURE}:{day}"
        if not await self._put(key, body):
            await self._outbox.revise(key, (body,))

    async def paused(self, by_us: ports.Pause) -> None:
        """The bot itself paused a client; the words are edited once somebody has resumed it."""
        of = self._clients.client(by_us.client)
        body = ops.paused(by_us, of.name if of else by_us.client)
        key = f"ops:paused:{by_us.client}:{by_us.since:%Y%m%dT%H%M%S.%f}"
        if await self._put(key, body, client=by_us.client) or by_us.resumed_at is None:
            return
        there = await self._outbox.get(key)
        if there is not None and there.bodies != (body,):
            await self._outbox.revise(key, (body,))

    async def faults(self, found: Sequence[views.Fault], mended: Sequence[views.Fault]) -> None:
        """Files of clients broke, or are in order again."""
        if found:
            _log.warning("client_files_faulty", faults=[str(fault) for fault in found])
            running = {of.id for of in self._clients.clients()}
            idle = {one.client for one in found} - running
            await self._put(f"ops:faults:{self._stamp(found)}", ops.faults(found, idle=idle))
        broken = {fault.client for fault in found}
        for name in sorted({fault.client for fault in mended} - broken):
            await self._put(f"ops:mended:{name}:{self._stamp(mended)}", ops.mended(name))

    async def renumbered(self, old: str, new: str) -> None:
        """Sharing gave a channel another id; said where a client's files name the old one."""
        was, now = ids.ChannelId(old), ids.ChannelId(new)
        await self._outbox.renumber(was, new=now)
        users = [
            of.id for of in self._clients.clients() if was in {*access.channels(of), of.alerts}
        ]
        if users:
            body = ops.renumbered(users, was, now=now)
            await self._put(f"ops:renumbered:{old}:{new}", body)

    async def warned(self, what: str) -> None:
        """Something that works less well than it could, once a day at most."""
        day = self._clock.now().date()
        await self._put(f"ops:warned:{day}:{_digest(what)}", plain.say(f"⚠️ {what}"))

    def _zone(self, about: run.Run) -> str:
        of = self._clients.client(about.client)
        return of.timezone if of else "UTC"

    def _stamp(self, faults: Sequence[views.Fault]) -> str:
        minute = self._clock.now().replace(second=0, microsecond=0)
        return _digest(f"{minute}" + "\n".join(str(fault) for fault in faults))

    async def _put(
        self, key: str, body: delivery.Body, *, client: ids.ClientId | None = None
    ) -> bool:
        wanted = delivery.Delivery(
            key=key,
            kind=delivery.Kind.OPS,
            client=client,
            channel=self._channel or delivery.NOWHERE,
            bodies=(body,),
            created_at=self._clock.now(),
        )
        if self._channel is not None:
            return await self._outbox.put(wanted)
        _log.error("no_ops_channel", key=key, text=body.text)
        return await self._outbox.put(delivery.unsaid(wanted))


class Replies:
    """Private words to the person who asked for a run; nothing depends on them."""

    def __init__(self, through: poster.Poster, clients: ports.Clients) -> None:
        self._poster = through
        self._clients = clients

    async def changed(
        self, change: views.ChangeView, *, channel: ids.ChannelId, user: ids.UserId
    ) -> None:
        """The figures differ from what was sent."""
        await self._poster.ephemeral(channel, user, body=preview.draw(change))

    async def nothing_changed(self, asked: run.Run) -> None:
        """The figures are those that were sent."""
        await self._say(asked, "nothing changed since it was sent, so nothing is posted.")

    async def failed(self, asked: run.Run, failure: run.Failure) -> None:
        """The run that somebody asked for failed; its card says why."""
        _log.info("asker_told", run=asked.id, code=failure.code.value)
        await self._say(asked, "the run failed; its card says why and what helps.")

    async def _say(self, asked: run.Run, text: str) -> None:
        if asked.reply_channel is not None and asked.requested_by is not None:
            meant = (*_names(self._clients, asked), moments.period(asked.period))
            body = plain.say(f"{blocks.escape(' · '.join(meant))}: {text}")
            await self._poster.ephemeral(asked.reply_channel, asked.requested_by, body=body)


def _held(held: run.Run) -> str:
    """The key of the question about a held report; each try that is held for what it found asks
    anew.
    """
    again = (
        f":{held.attempts}"
        if held.hold in posting.UNSEEN | {posting.IDENTITY, posting.SHOWN}
        else ""
    )
    return f"ops:held:{held.id}:{held.hold}{again}"


def _names(clients: ports.Clients, about: run.Run) -> tuple[str, str]:
    """The client's name and the report's title; their ids where its files are gone."""
    of = clients.client(about.client)
    if of is None or about.report not in of.reports:
        return about.client, about.report
    return of.name, of.reports[about.report].title


class Told:
    """How deliveries end, told to the incidents and the operators."""

    def __init__(
        self,
        runs: store.runs.RunStore,
        incidents: Incidents,
        *,
        outward: Outward,
        links: poster.Poster,
    ) -> None:
        self._runs = runs
        self._incidents = incidents
        self._links = links
        self._outward = outward

    async def posted(self, settled: delivery.Delivery) -> None:
        """It is in Slack."""
        _log.info("delivered", key=settled.key, channel=settled.channel, ts=settled.ts)
        found = await self._report_run(settled)
        if found is not None:
            await self._incidents.changed(found, link=lambda: self._link(settled))

    async def failed(self, settled: delivery.Delivery, refused: delivery.Refused) -> None:
        """It will not be posted there."""
        _log.error("delivery_refused", key=settled.key, code=refused.code, detail=refused.detail)
        found = await self._report_run(settled)
        if found is None:
            await self._incidents.undelivered(settled, refused)
            return
        await self._incidents.failed(found, failure(run.FailureCode.POST_REFUSED, refused))

    async def stuck(self, waiting: delivery.Delivery, refused: delivery.Refused) -> None:
        """Whether it was posted cannot be found out for many minutes."""
        _log.error("delivery_unclear", key=waiting.key, code=refused.code)
        found = await self._report_run(waiting)
        if found is None:
            await self._outward.warned(outbox.stuck(waiting, _why(refused)))
        else:
            await self._incidents.failed(found, failure(run.FailureCode.POST_UNCLEAR, refused))

    async def delayed(self, waiting: delivery.Delivery, refused: delivery.Refused) -> None:
        """Slack has not taken it for many minutes."""
        await self._outward.warned(outbox.delayed(waiting, refused.code))

    async def simplified(
        self, settled: delivery.Delivery, refused: delivery.Refused, *, days: int
    ) -> None:
        """It went out in a simpler form than was wanted."""
        simpler = outbox.simplified(settled, _why(refused))
        await self._outward.warned(outbox.plainer(days) if days else simpler)

    async def doubled(self, settled: delivery.Delivery, copies: int) -> None:
        """It stands in its channel more than once."""
        link = await self._link(settled)
        await self._outward.warned(outbox.doubled(settled, copies, link=link))

    async def unedited(
        self, shown: delivery.Delivery, refused: delivery.Refused, *, anew: bool
    ) -> None:
        """What was posted says something old, and will."""
        if shown.kind is delivery.Kind.REPORT:
            await self._outward.warned(outbox.unedited(shown, _why(refused), anew=anew))

    async def _link(self, settled: delivery.Delivery) -> str:
        return await self._links.permalink(settled.channel, settled.ts) if settled.ts else ""

    async def _report_run(self, settled: delivery.Delivery) -> run.Run | None:
        if settled.kind is not delivery.Kind.REPORT or settled.run is None:
            return None
        return await self._runs.get(settled.run)


def failure(code: run.FailureCode, refused: delivery.Refused) -> run.Failure:
    """Return what Slack refused as a failure of a run."""
    fault, remedy = _why(refused)
    params = {"fault": fault, "remedy": remedy}
    if refused.code in remedies.WORKSPACE:
        params["of"] = "workspace"
    return run.Failure(code=code, said=refused.code, params=params)


def _why(refused: delivery.Refused) -> tuple[str, str]:
    return refusals.explain(refused.code, refused.detail)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
