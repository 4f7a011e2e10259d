"""Why these numbers, for readers; what went wrong, for operators."""

from bot import errors
from bot.access import Operation
from bot.domain import client, foresight, ids, metric, report, views
from bot.operations import ports, scope, standing

_GONE = "These figures are too old: what they were made of is no longer kept."

_NO_CARD = "That failure is no longer kept."


class Explain:
    """Answers about one post or one failure."""

    def __init__(self, scope: scope.Scope, needs: ports.Needs) -> None:
        self._scope = scope
        self._needs = needs

    async def why(self, asker: scope.Asker, run_id: str) -> views.WhyView:
        """The Why button under a post: for everybody who can read that post."""
        store = self._needs.store
        shown = await store.deliveries.of_run(ids.RunId(run_id))
        about = self._scope.find(shown.client) if shown and shown.client else None
        channel = shown.channel if shown else None
        self._scope.allow(asker, Operation.WHY, client=about, named="", channel=channel)
        found = await store.runs.outcome(ids.RunId(run_id))
        if found is None or about is None:
            raise errors.UsageError(_GONE)
        told = tuple((one, sources(one, found, about=about)) for one in found.metrics)
        return views.WhyView(report=found, definitions=told)

    async def details(self, asker: scope.Asker, stamp: str) -> views.DetailsView:
        """The Details button of a card: its attempts, and what the other side said."""
        view = await self._needs.cards.details(await self._incident(asker, stamp))
        if view is None:
            raise errors.UsageError(_NO_CARD)
        return view

    async def card(self, asker: scope.Asker, stamp: str) -> views.CardView | foresight.AheadView:
        """A failure card as it stands now, for the menu's Fix; any version of it will do."""
        name = await self._incident(asker, stamp)
        view = await self._needs.cards.view(name) or await self._needs.cards.ahead(name)
        if view is None:
            raise errors.UsageError(_NO_CARD)
        return view

    async def _incident(self, asker: scope.Asker, stamp: str) -> ids.IncidentId:
        """The incident of a button's ``<incident>:<version>``, once the asker may see it."""
        name = ids.IncidentId(stamp.partition(":")[0])
        found = await self._needs.store.incidents.get(name)
        about = self._scope.find(found.client) if found else None
        self._scope.allow(asker, Operation.DETAILS, client=about, named="")
        return name


def sources(one: metric.Metric, found: report.Report, *, about: client.Client) -> str:
    """Return where a figure's rows came from, in words."""
    used = [origin for origin in found.provenance if origin.query in one.queries]
    names = dict.fromkeys(
        standing.source_label(about, origin.source) or origin.source for origin in used
    )
    return ", ".join(names)
