"""From a finished report to the row that posts it: where it goes, whether it may, what it says."""

from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.domain import client, delivery, ids, run, views
from bot.domain.report import Report
from bot.runs import leaks, ports, serving

_log = structlog.get_logger(__name__)

CHANGED = "changed"
"""``Run.hold``: the figures differ from those that were sent."""
OUTSIDERS = "outsiders"
"""``Run.hold``: people from outside read the channel, and nobody has confirmed them."""
UNSURE = "unsure"
"""``Run.hold``: Slack does not say who reads the channel."""
ABSURD = "absurd"
"""``Run.hold``: a figure is not what its client's file, or its own past, lets it be."""
IDENTITY = "identity"
"""``Run.hold``: nobody has said that what its sources serve is this client's."""
STALE = "stale"
"""``Run.hold``: its data is not complete, and its client's file has an operator decide."""
SHOWN = "shown"
"""``Run.hold``: its post would show a credential."""
UNSEEN = frozenset({ABSURD, STALE})
"""Nobody was sent anything, and nobody shall be before an operator has seen it."""
_READERS = frozenset({OUTSIDERS, UNSURE})

UNKNOWN = timedelta(minutes=5)
"""How long a post waits for Slack to say who reads the channel before an operator is asked."""


def destination(
    of: client.Client, name: ids.ReportName, *, ops_channel: ids.ChannelId | None
) -> ids.ChannelId | None:
    """Return the channel that a report goes to now (Settled 3).

    None: the client is internal and no ops channel is set, or the report is gone from its files.
    """
    if name not in of.reports:
        return None
    if of.stage is client.Stage.INTERNAL:
        return ops_channel
    return of.reports[name].channel or of.channel


def key(wanted: run.Run, revision: int) -> str:
    """Return the key of a report's delivery: one per client, report, period and revision."""
    span = wanted.period
    return f"report:{wanted.client}:{wanted.report}:{span.start}:{span.end}:{revision}"


def same_figures(one: Report, other: Report) -> bool:
    """Whether two reports tell the same figures; sentences and findings do not count."""
    return _figures(one) == _figures(other)


def _figures(found: Report) -> object:
    metrics = [(one.name, one.unit, one.value, one.previous) for one in found.metrics]
    breakdowns = [
        (one.name, [(row.label, row.value, row.previous) for row in (*one.top, one.rest)])
        for one in found.breakdowns
    ]
    return metrics, breakdowns


def _timed(ready: run.Run, of: client.Client, *, now: datetime) -> run.Run:
    """The run as its readers may be told of it: late where its promise is broken; where nothing was
    promised, or operators alone read it, where its fire was caught up.
    """
    broken = ready.deliver_by is not None and now > ready.deliver_by
    told = ready.deliver_by is None or of.stage is client.Stage.INTERNAL
    return replace(ready, late=broken or (told and ready.late))


def _hidden(audience: ports.Audience) -> bool:
    """Whether nobody reads the channel whom nobody has confirmed. That holds for the ops channel
    too: one with guests must not meet a client's figures either.
    """
    return audience.confirmed or not audience.outside


class Posting:
    """Takes ready runs into posting, and what is made again to what was sent."""

    def __init__(self, house: ports.Ports, *, ops_channel: ids.ChannelId | None) -> None:
        self._house = house
        self._ops_channel = ops_channel
        self.serving = serving.Serving(house)

    def destination(self, wanted: run.Run) -> ids.ChannelId | None:
        """Return where the run's report goes; None: nowhere, as things are."""
        of = self._house.clients.client(wanted.client)
        if of is None:
            return None
        return destination(of, wanted.report, ops_channel=self._ops_channel)

    async def sent(self, wanted: run.Run) -> tuple[delivery.Delivery, Report] | None:
        """Return what was posted about the run's period where it goes now.

        What was posted elsewhere, such as in the ops channel while the client was internal, has
        not been delivered to the client.
        """
        found = await self._house.runs.delivered(wanted)
        if found is None or found[0].channel != self.destination(wanted):
            return None
        return found

    async def post(self, ready: run.Run, *, now: datetime) -> run.Run | None:
        """Take a ready run into posting, or hold it; return it where its status changed.

        None: it stays ready for now (no destination, or its delivery is under way already).
        """
        channel = self.destination(ready)
        made = await self._house.runs.outcome(ready.id)
        if channel is None or made is None:
            return None
        if await self.serving.is_strange(ready, made):
            return await self._hold(ready, IDENTITY)
        audience = await self._house.audiences.audience(channel)
        if not _hidden(audience):
            patient = not audience.known and now - (ready.post_at or ready.created_at) < UNKNOWN
            why = OUTSIDERS if audience.known else UNSURE
            return None if patient else await self._hold(ready, why)
        found = await self._house.runs.delivered(ready)
        if found is None or found[0].channel != channel:
            revision = 0 if found is None else found[0].revision + 1
            return await self.enter(ready, made, revision=revision, now=now)
        if same_figures(made, found[1]):
            # Somebody else delivered this very report since it was made.
            return await self._house.runs.move(
                ready.id, run.Status.CANCELLED, expect={run.Status.READY}
            )
        return await self._hold(ready, CHANGED)

    async def unhold(self, held: run.Run) -> None:
        """Make it ready again where it was held for its readers or for whose data it holds, and
        that reason is gone.
        """
        if held.hold == IDENTITY:
            made = await self._house.runs.outcome(held.id)
            goes_on = not await self.serving.is_strange(held, made)
        else:
            goes_on = held.hold in _READERS and await self._is_readable(held)
        if goes_on:
            await self._house.runs.move(
                held.id, run.Status.READY, expect={run.Status.HELD}, change=run.Change(hold="")
            )
            await self._house.ops.decided(held, choice="", by=None)

    async def _is_readable(self, held: run.Run) -> bool:
        channel = self.destination(held)
        if channel is None:
            return False
        audience = await self._house.audiences.audience(channel)
        return _hidden(audience) or (held.hold == UNSURE and audience.known)

    async def enter(
        self,
        ready: run.Run,
        made: Report,
        *,
        revision: int,
        now: datetime,
        corrected: bool = False,
    ) -> run.Run | None:
        """Write the delivery and take the run into posting, in one transaction.

        None: a delivery of that revision is on its way or there; nothing changed (Settled 2).
        """
        of = self._house.clients.client(ready.client)
        channel = self.destination(ready)
        if of is None or channel is None:
            return None
        wanted = delivery.Delivery(
            key=key(ready, revision),
            kind=delivery.Kind.REPORT,
            client=ready.client,
            report=ready.report,
            period_start=ready.period.start,
            period_end=ready.period.end,
            revision=revision,
            run=ready.id,
            channel=channel,
            bodies=self._house.composer(
                made, run=_timed(ready, of, now=now), client=of, corrected=corrected
            ),
            created_at=now,
        )
        if await leaks.holds(self._house.prints, wanted.bodies, of=ready.client):
            _log.error("post_held_back", client=ready.client, run=ready.id)
            return await self._hold(ready, SHOWN) if ready.status is run.Status.READY else None
        if not await self._house.runs.enter_posting(ready.id, wanted):
            return None
        return await self._house.runs.get(ready.id)

    async def replace(self, held: run.Run) -> bool:
        """Make the posted message say what the held run found, marked corrected."""
        of = self._house.clients.client(held.client)
        made, found = await self._house.runs.outcome(held.id), await self.sent(held)
        if of is None or made is None or found is None:
            return False
        bodies = self._house.composer(made, run=held, client=of, corrected=True)
        if await leaks.holds(self._house.prints, bodies, of=held.client):
            _log.error("post_held_back", client=held.client, run=held.id)
            return False
        return await self._house.posts.revise(found[0].key, bodies, run=held.id)

    async def change(self, held: run.Run) -> views.ChangeView | None:
        """Return what was sent beside what it would be now."""
        of = self._house.clients.client(held.client)
        after, found = await self._house.runs.outcome(held.id), await self.sent(held)
        if of is None or after is None or found is None:
            return None
        return views.ChangeView(
            run=held.id, client=held.client, client_name=of.name, before=found[1], after=after
        )

    async def _hold(self, ready: run.Run, why: str) -> run.Run:
        return await self._house.runs.move(
            ready.id, run.Status.HELD, expect={run.Status.READY}, change=run.Change(hold=why)
        )
