"""Where things are said: the card among people who may act, the neutral line before the client."""

from dataclasses import dataclass

from bot.domain import client, ids, run
from bot.incidents import ports

_READERS = frozenset({"outsiders", "unsure"})
"""``Run.hold`` of a report that waits for an operator to confirm who reads its channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Finds the channel of a card and of a notice."""

    clients: ports.Clients
    audiences: ports.Audiences
    ops_channel: ids.ChannelId | None

    async def card(self, stopped: run.Run) -> ids.ChannelId | None:
        """The client's channel; where outside people read that, or ``alerts`` names another, there
        or in the ops channel. None: nowhere, for there is no ops channel.
        """
        of = self.clients.client(stopped.client)
        if of is None or of.stage is client.Stage.INTERNAL:
            return self.ops_channel
        wanted = of.alerts or home(of, stopped.report)
        found = await self.audiences.audience(wanted)
        return self.ops_channel if found.outside else wanted

    async def ahead(self, of: client.Client | None) -> ids.ChannelId | None:
        """Where operators are told of what has stopped nothing yet: the client's ``alerts`` where
        no outside people read that, else the ops channel; never the client's own channel.
        """
        if of is None or of.alerts is None or of.alerts == of.channel:
            return self.ops_channel
        found = await self.audiences.audience(of.alerts)
        return self.ops_channel if found.outside else of.alerts

    async def notice(self, stopped: run.Run, *, card: ids.ChannelId | None) -> ids.ChannelId | None:
        """The client's own channel, where the card does not stand in it; None: nothing is to be
        said there. The line tells nothing, so it waits for no confirmation of who reads it, but
        where that is the very reason why the report is late.
        """
        of = self.clients.client(stopped.client)
        if of is None or of.stage is client.Stage.INTERNAL:
            return None
        there = home(of, stopped.report)
        if there == (card or await self.card(stopped)):
            return None
        if stopped.status is not run.Status.HELD or stopped.hold not in _READERS:
            return there
        found = await self.audiences.audience(there)
        return None if found.outside and not found.confirmed else there


def home(of: client.Client, report: ids.ReportName) -> ids.ChannelId:
    """Return the channel that a report of a live client is posted to."""
    spec = of.reports.get(report)
    return (spec.channel if spec else None) or of.channel
