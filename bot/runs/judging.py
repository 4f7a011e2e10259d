"""What a worker's report is to its parent: its figures are judged from here, never by its word."""

from collections.abc import Iterator
from dataclasses import replace

from bot import wire
from bot.domain import fresh, periods, plausible, report, restated, run, spec
from bot.runs import ports, posting


class Judging:
    """Adds reasons to hold a report, and what has moved since the last one was published."""

    def __init__(self, house: ports.Ports, post: posting.Posting) -> None:
        self._house = house
        self._posting = post

    async def judged(self, running: run.Run, outcome: wire.RunOutcome) -> wire.RunOutcome:
        """Return the outcome with our own findings alone."""
        of = self._house.clients.client(running.client)
        asked = of.reports.get(running.report) if of else None
        if isinstance(outcome, wire.RunFailed):
            return outcome
        made = outcome.report
        told = [one for one in made.findings if one.severity is not report.Severity.HOLD]
        moved: tuple[report.Restated, ...] = ()
        if asked is not None:
            told += plausible.doubts(made, asked)
            told += () if running.hold == run.AS_IS else _stale(made, asked)
            moved = await self._moved(running, made, asked=asked)
        return replace(outcome, report=replace(made, findings=tuple(told), restated=moved))

    async def _moved(
        self, running: run.Run, made: report.Report, *, asked: spec.ReportSpec
    ) -> tuple[report.Restated, ...]:
        before = periods.previous(running.period, asked.period)
        if asked.restated is None or spec.Comparison.PREVIOUS not in asked.compare:
            return ()
        sent = await self._posting.sent(replace(running, period=before))
        return () if sent is None else restated.restated(made, sent[1], within=asked.restated)


def _stale(made: report.Report, asked: spec.ReportSpec) -> Iterator[report.Finding]:
    """Yield a reason to hold for each query that is not complete, where the file has it so."""
    for lag in fresh.lags(made, asked) if asked.stale is spec.Stale.HOLD else ():
        yield report.Finding(
            code=posting.STALE,
            severity=report.Severity.HOLD,
            subject=lag.query,
            text=f"“{lag.query}” is complete to {lag.data_to} only; the period ends {lag.needs}",
        )


def doubts(made: report.Report) -> str:
    """Return the ``Run.hold`` of a report that nobody may be sent unseen; empty: there is none."""
    codes = {one.code for one in made.findings if one.severity is report.Severity.HOLD}
    if not codes:
        return ""
    return posting.STALE if codes == {posting.STALE} else posting.ABSURD
