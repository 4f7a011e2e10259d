"""What a worker's report is to its parent: its figures are judged from here, never by its word."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from bot import wire
from bot.domain import fresh, periods, plausible, report, restated, run, spec
from bot.kinds import called
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
        if of is not None and asked is not None:
            told += plausible.doubts(made, asked)
            as_is = running.hold == run.AS_IS
            told += () if as_is else _stale(made, asked, sources=of.sources)
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


def _stale(
    made: report.Report, asked: spec.ReportSpec, *, sources: Mapping[str, spec.SourceSpec]
) -> Iterator[report.Finding]:
    """Yield a reason to hold for each query that is not complete, where the file has it so."""
    for lag in fresh.lags(made, asked) if asked.stale is spec.Stale.HOLD else ():
        whose = called.label(sources, lag.source or "")
        yield report.Finding(
            code=posting.STALE,
            severity=report.Severity.HOLD,
            subject=lag.query,
            text=(
                f"{whose}: the data of “{lag.query}” is there to {_day(lag.data_to)}; "
                f"the period ends on {_day(lag.needs)}"
            )[:300],
        )


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def doubts(made: report.Report) -> str:
    """Return the ``Run.hold`` of a report that nobody may be sent unseen; empty: there is none."""
    codes = {one.code for one in made.findings if one.severity is report.Severity.HOLD}
    if not codes:
        return ""
    return posting.STALE if codes == {posting.STALE} else posting.ABSURD
