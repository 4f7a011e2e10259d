"""Finding: a client by a few letters of it, and the report that a message is."""

from collections.abc import Sequence

from bot import errors
from bot.access import Operation
from bot.domain import client, delivery, ids, run, views
from bot.operations import ports, scope, standing
from bot.runs import schedule

MOST = 100
"""Clients in one answer: the options that Slack takes."""
NO_REPORT = (
    "That message is no report of mine. Under a report, this tells how it came about and what can "
    "be done about it."
)


class Finding:
    """What may be looked for."""

    def __init__(self, scope: scope.Scope, needs: ports.Needs) -> None:
        self._scope = scope
        self._needs = needs

    def clients(self, asker: scope.Asker, letters: str) -> Sequence[client.Client]:
        """The clients whose name or id has these letters, of those that the asker may see. Where
        one begins with them it comes first; else they are by name.
        """
        self._scope.allow(asker, Operation.MENU)
        wanted = letters.strip().casefold()

        def rank(found: client.Client) -> tuple[bool, str, str]:
            name = found.name.casefold()
            return (not (name.startswith(wanted) or found.id.startswith(wanted)), name, found.id)

        fitting = [
            one
            for one in self._scope.visible(asker)
            if wanted in one.name.casefold() or wanted in one.id
        ]
        return sorted(fitting, key=rank)[:MOST]

    async def about(
        self, asker: scope.Asker, channel: ids.ChannelId, *, stamps: Sequence[str]
    ) -> views.AboutView:
        """The report that one of these messages of a channel is: the first that is one counts.

        Everybody who reads the channel may ask. Raises UsageError where none is a report.
        """
        sent = await self._sent(channel, stamps)
        about = self._scope.find(sent.client) if sent and sent.client else None
        made = await self._needs.store.runs.get(sent.run) if sent and sent.run else None
        self._scope.allow(
            asker, Operation.WHY, client=about, channel=sent.channel if sent else channel
        )
        if sent is None or about is None or made is None:
            raise errors.UsageError(NO_REPORT)
        line = await self._line(about)
        operator = asker.actor.operator
        spec = about.reports.get(made.report)
        return views.AboutView(
            run=made.id,
            client=about.id,
            client_name=about.name,
            report=made.report,
            title=spec.title if spec else made.report,
            period=made.period,
            timezone=about.timezone,
            posted_at=sent.posted_at,
            in_time=_in_time(sent, made),
            revision=sent.revision,
            by=made.requested_by if operator else None,
            line=line if operator else standing.for_readers(line),
            now=self._scope.now(),
            operator=operator,
        )

    async def _sent(
        self, channel: ids.ChannelId, stamps: Sequence[str]
    ) -> delivery.Delivery | None:
        for ts in stamps:
            found = await self._needs.store.deliveries.of_message(channel, ts)
            if found is not None and found.kind is delivery.Kind.REPORT:
                return found
        return None

    async def _line(self, about: client.Client) -> views.ClientLine:
        store, now = self._needs.store, self._scope.now()
        pauses = await store.pauses.all()
        fires = schedule.coming([about], now=now, stagger=self._needs.stagger, pauses=pauses)
        facts = standing.Facts(
            at=now,
            runs=await store.runs.unfinished(standing.MOVING | {run.Status.FAILED}),
            incidents=await store.incidents.all_open(),
            pauses={one.client: one for one in pauses},
            fires={fire.client: fire for fire in reversed(fires)},
            waits=await store.runs.waits(),
        )
        return standing.line(about, facts)


def _in_time(sent: delivery.Delivery, made: run.Run) -> bool | None:
    if sent.posted_at is None or made.deliver_by is None or sent.revision:
        return None
    return sent.posted_at <= made.deliver_by
