"""The question whose data a run's sources serve, put together from the rows."""

from bot import store
from bot.domain import identity, run
from bot.operations import standing
from bot.runs import ports
from bot.slack.screens.identity import Question


async def question(kept: store.Store, clients: ports.Clients, *, about: run.Run) -> Question:
    """Return what is in doubt of a run as things stand, in words for a message."""
    made, of = await kept.runs.outcome(about.id), clients.client(about.client)
    seen = made.identities if made else ()
    confirmed = await kept.identities.all()
    title = of.reports[about.report].title if of and about.report in of.reports else about.report
    labels = {one.source: standing.source_label(of, one.source) if of else None for one in seen}
    return Question(
        client=of.name if of else about.client,
        title=title,
        run=about.id,
        stamp=identity.stamp(seen),
        doubts=identity.doubts(about.client, seen, confirmed=confirmed),
        labels={source: label for source, label in labels.items() if label},
        zone=of.timezone if of else "UTC",
    )
