"""The trial of a credential: what it serves beside what the one in force serves, each in a run of
its own that holds nothing else.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot import clock, errors
from bot.domain import client, ids, metric, period, periods, report, rotation, spec
from bot.operations import ports, scope
from bot.runs import serving

_ADDITIVE = frozenset({metric.Unit.COUNT, metric.Unit.CURRENCY, metric.Unit.DURATION})
_Periods = Mapping[ids.ReportName, period.Period]


class Trials:
    """Runs trials and compares them."""

    def __init__(self, scope: scope.Scope, needs: ports.Needs) -> None:
        self._needs = needs
        self._scope = scope

    async def compare(
        self, of: client.Client, source: str, *, now: str, was: str | None
    ) -> rotation.Comparison:
        """Try two credential references of one source, the one in force first.

        Where that is dead, or there is none (``was`` None), the other one is held against the last
        report that was delivered, and asked for the period of that. Raises RunLost.
        """
        asked = self._last_complete(of, source)
        before = rotation.Served()
        if was is not None:
            before = await self._served(of, source, reference=was, of_periods=asked)
        told = None
        if was is None or before.failure is not None:
            told, asked = await self._reported(of, source, otherwise=asked)
        found = rotation.compare(
            await self._served(of, source, reference=now, of_periods=asked),
            before,
            known=await self._known(of, source),
            reported=told,
        )
        spans = {*asked.values()}
        return replace(found, period=spans.pop() if len(spans) == 1 else None)

    async def _served(
        self, of: client.Client, source: str, *, reference: str, of_periods: _Periods
    ) -> rotation.Served:
        try:
            came = await self._needs.trial(of, source, reference=reference, periods=of_periods)
        except errors.RunError as error:
            return rotation.Served(failure=error.failure)
        told = came.identity and serving.completed(came.identity, of.sources[source])
        # Some sources sign in only when they are asked: where nothing is answered, nothing works.
        silent = came.refused[0] if came.refused and not came.figures else None
        return rotation.Served(
            identity=told,
            failure=came.failure or silent,
            figures=came.figures,
            refused=came.refused,
        )

    async def _known(self, of: client.Client, source: str) -> report.Identity | None:
        """Whose data it was confirmed to be."""
        confirmed = await self._needs.store.identities.all()
        own = [one.identity for one in confirmed if one.client == of.id]
        return next((one for one in own if one.source == source), None)

    def _last_complete(self, of: client.Client, source: str) -> _Periods:
        today = clock.local_date(self._scope.now(), of.timezone)
        return {
            name: periods.last_complete(asked.period, today=today)
            for name, asked in of.reports.items()
            if any(one.source == source for one in (*asked.queries, *asked.breakdowns))
        }

    async def _reported(
        self, of: client.Client, source: str, *, otherwise: _Periods
    ) -> tuple[rotation.Reported | None, _Periods]:
        """The figures of the source in the last reports that were delivered, and their periods."""
        spans, figures, at = dict(otherwise), list[rotation.Figure](), None
        for name in otherwise:
            last = await self._needs.store.history.last_report(of.id, name)
            if last is not None:
                spans[name] = last.report.period
                figures += _figures(last.report, of.reports[name], source=source)
                at = max(last.at, at or last.at)
        if at is None:
            return None, otherwise
        return rotation.Reported(at=at, figures=tuple(figures)), spans


def _figures(
    made: report.Report, asked: spec.ReportSpec, *, source: str
) -> Iterator[rotation.Figure]:
    """What of a report came from the source alone, as a trial reads it."""
    own = {one.name for one in asked.queries if one.source == source}
    for one in made.metrics:
        if one.formula is None and one.queries and own.issuperset(one.queries):
            yield rotation.Figure(report=made.name, name=one.name, value=one.value)
    splits = {one.name for one in asked.breakdowns if one.source == source}
    for split in made.breakdowns:
        if split.name in splits and split.unit in _ADDITIVE:
            yield rotation.Figure(report=made.name, name=split.name, value=split.total.value)
