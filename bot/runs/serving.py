"""Whose data a run was served: told by its sources, completed here, held against what is confirmed.

A copied id is the likeliest leak: another client's property under this client's name runs, reads
and posts like any other. So what a run read is kept with its report, as the files said when it was
ordered, and whoever posts it compares.
"""

from collections.abc import Iterator
from dataclasses import replace

from bot import kinds, wire
from bot.domain import client, identity, run, spec
from bot.domain.report import Identity, Report
from bot.runs import ports

_WORDS = 200


def stamped(outcome: wire.RunOutcome, order: wire.RunOrder) -> wire.RunOutcome:
    """Return the outcome with one identity for each source that was read over a network, also where
    the source told nothing; each bears its settings' line.
    """
    if isinstance(outcome, wire.RunFailed):
        return outcome
    told = {one.source: one for one in outcome.report.identities}
    seen = tuple(
        completed(told.get(source.name), source) for source in _read(order) if is_elsewhere(source)
    )
    return replace(outcome, report=replace(outcome.report, identities=seen))


def is_elsewhere(source: spec.SourceSpec) -> bool:
    """Whether its data is anywhere but in the client's own folder: whether it reaches any host."""
    kind = kinds.KINDS[source.kind]
    return bool(kind.hosts(kind.settings.model_validate(source.settings)))


def completed(told: Identity | None, source: spec.SourceSpec) -> Identity:
    """Return what a source told of itself, bounded, beside what its settings say."""
    said = told or Identity(source=source.name, name="")
    return Identity(
        source=source.name,
        name=_cut(said.name),
        account=_cut(said.account),
        domain=_cut(said.domain),
        currency=_cut(said.currency or "") or None,
        timezone=_cut(said.timezone or "") or None,
        settings=source.identity,
    )


class Serving:
    """Compares what a report was made from with what is confirmed."""

    def __init__(self, house: ports.Ports) -> None:
        self._house = house

    async def doubts(self, about: run.Run, made: Report | None) -> tuple[identity.Doubt, ...]:
        """Return each source of the report of which nobody has said that it is this client's."""
        if made is None or not made.identities:
            return ()
        confirmed = await self._house.identities.all()
        return identity.doubts(about.client, made.identities, confirmed=confirmed)

    async def is_strange(self, about: run.Run, made: Report | None) -> bool:
        """Whether the report must not reach its client as things are: operators may see it, and a
        client of the demo reads nobody's data.
        """
        of = self._house.clients.client(about.client)
        if of is None or of.demo or of.stage is client.Stage.INTERNAL:
            return False
        return bool(await self.doubts(about, made))


def _read(order: wire.RunOrder) -> Iterator[spec.SourceSpec]:
    """The sources that the report was made from, in the order of the client's file."""
    asked = order.client.reports[order.report]
    read = {
        one.source
        for one in (*asked.queries, *asked.breakdowns)
        if not (one.optional and one.source in order.without)
    }
    yield from (source for name, source in order.client.sources.items() if name in read)


def _cut(text: str) -> str:
    flat = "".join(letter if letter.isprintable() else " " for letter in text)
    return flat if len(flat) <= _WORDS else f"{flat[: _WORDS - 1]}…"
