"""One attempt: begin, execute, end; each a row before anything else hears of it."""

from dataclasses import replace
from datetime import timedelta

import structlog

from bot import clock, errors, wire
from bot.domain import client, fresh, ids, periods, run, spec
from bot.runs import (
    backoff,
    judging,
    leaks,
    orders,
    ports,
    posting,
    serving,
    settle,
    telling,
    waiting,
)

_log = structlog.get_logger(__name__)

NOWHERE = "the stage is internal and no ops channel is set; set REPORTOPS_OPS_CHANNEL"


class Attempts:
    """Makes attempts at runs. Cancelling one leaves its row open; settle resumes it."""

    def __init__(
        self,
        house: ports.Ports,
        write: orders.Orders,
        *,
        post: posting.Posting,
        tell: telling.Telling,
        now: clock.Clock,
    ) -> None:
        self._house = house
        self._orders = write
        self._posting = post
        self._telling = tell
        self._judging = judging.Judging(house, post)
        self._leaks = leaks.Leaks(house.prints, share=self._share, now=now)
        self._clock = now

    async def attempt(self, queued: run.Run, *, by: ids.UserId | None) -> run.Run | None:
        """Make one attempt; return the run as it stands after it. None: it is queued no more."""
        begun = await self._house.runs.begin(queued.id, at=self._clock.now(), by=by)
        running = await self._house.runs.get(queued.id)
        if begun is None or running is None:
            return None
        with structlog.contextvars.bound_contextvars(run=running.id):
            if begun.number > 1:
                await self._telling.moved(running)
            since = self._clock.monotonic()
            try:
                outcome = await self._execute(running, begun.number)
            except errors.RunLost as lost:
                _log.warning("attempt_lost", client=running.client, why=str(lost))
                return await settle.resume(self._house, running, now=self._clock.now())
            took = timedelta(seconds=self._clock.monotonic() - since)
            outcome = await self._judging.judged(running, outcome)
            return await self._end(running, begun.number, outcome=outcome, took=took)

    async def crashed(self, run_id: ids.RunId) -> run.Run | None:
        """End an attempt that broke in our own hands, as a crash; None: it had ended."""
        running = await self._house.runs.get(run_id)
        if running is None or running.status is not run.Status.RUNNING:
            return None
        failure = run.Failure(code=run.FailureCode.CRASHED)
        outcome = wire.RunFailed(failure=failure, timings={})
        return await self._end(running, running.attempts, outcome=outcome)

    async def _execute(self, running: run.Run, number: int) -> wire.RunOutcome:
        of = self._house.clients.client(running.client)
        try:
            if of is None:
                raise _fault("the client's folder is gone")
            order = await self._orders.order(running, of, attempt=number)
            waits = waiting.may_wait(running, now=self._clock.now())
            order = replace(order, waits=waits, looks=await self._looks(running))
            order = await self._leaks.ordered(order)
            if self._posting.destination(running) is None:
                raise _fault(NOWHERE)
        except errors.RunError as error:
            return wire.RunFailed(failure=error.failure, timings={})
        outcome = await self._house.executor.execute(order, on_progress=_progress)
        outcome = await self._leaks.judged(serving.stamped(outcome, order), order)
        if isinstance(outcome, wire.ReportMade):
            await self._house.known.used(of.id, outcome.seen)
        return outcome

    def _share(self, one: client.Client, other: str) -> bool:
        """Whether two clients both say that what they read is the same."""
        theirs = self._house.clients.client(ids.ClientId(other))
        return theirs is not None and other in one.shares and one.id in theirs.shares

    async def _looks(self, running: run.Run) -> int:
        """How often the run's data was read to the end already."""
        tried = await self._house.runs.attempts(running.id)
        failures = [one.failure.code for one in tried if one.failure]
        made = sum(one.end is run.AttemptEnd.REPORT for one in tried)
        return made + failures.count(run.FailureCode.NOT_FRESH)

    async def _end(
        self,
        running: run.Run,
        number: int,
        *,
        outcome: wire.RunOutcome,
        took: timedelta | None = None,
    ) -> run.Run:
        """Write how it ended and where the run goes, then say so."""
        failure = None
        if isinstance(outcome, wire.RunFailed):
            failure, ended = outcome.failure, self._failed(running, outcome)
        else:
            ended = await self._made(running, outcome)
        ended = replace(ended, took=took)
        moved = await self._house.runs.end(running.id, ended, attempt=number)
        _finished(moved, number, outcome=outcome)
        if moved.status is not ended.to:
            return moved  # skipped or cancelled while it ran: its outcome is nobody's news
        if moved.status is run.Status.SUCCEEDED:
            await self._telling.nothing_changed(moved)
        elif moved.status is run.Status.WAITING:
            await self._telling.moved(moved)
        else:
            await self._telling.moved(moved, failure=failure)
        return await self._without(moved, failure) or moved

    async def _without(self, stopped: run.Run, failure: run.Failure | None) -> run.Run | None:
        """Let a report go out without an optional source that stayed away until its tries were used
        up; its card has told of it by now. What cannot pass by itself is an operator's to decide.
        """
        source = failure.source if failure else None
        if stopped.status is not run.Status.FAILED or failure is None or source is None:
            return None
        asked = self._asked(stopped)
        is_away = errors.is_retryable(failure.code) and source not in stopped.without
        if asked is None or not is_away or not asked.does_without(source, gone=stopped.without):
            return None
        _log.info("run_without", run=stopped.id, client=stopped.client, source=source)
        change = run.Change(
            next_attempt_at=self._clock.now(), without=tuple(sorted({*stopped.without, source}))
        )
        return await self._house.runs.move(
            stopped.id, run.Status.QUEUED, expect={run.Status.FAILED}, change=change
        )

    def _asked(self, running: run.Run) -> spec.ReportSpec | None:
        of = self._house.clients.client(running.client)
        return of.reports.get(running.report) if of else None

    async def _made(self, running: run.Run, outcome: wire.ReportMade) -> run.Ended:
        """Ready; or, where this period was sent already, succeeded or held (see Rerun)."""
        sent = await self._posting.sent(running)
        made = outcome.report
        strange = await self._posting.serving.is_strange(running, made)
        to, hold = run.Status.READY, ""
        if sent is not None and posting.same_figures(sent[1], made):
            to = run.Status.SUCCEEDED
        elif sent is not None:
            to, hold = run.Status.HELD, posting.IDENTITY if strange else posting.CHANGED
        elif doubts := judging.doubts(made):
            to, hold = run.Status.HELD, doubts
        elif strange:
            to, hold = run.Status.HELD, posting.IDENTITY
        return run.Ended(
            end=run.AttemptEnd.REPORT,
            to=to,
            at=self._clock.now(),
            report=made,
            usage=outcome.usage,
            timings=outcome.timings,
            hold=hold,
            walls=outcome.walls,
        )

    def _failed(self, running: run.Run, outcome: wire.RunFailed) -> run.Ended:
        """Waiting for its data; or back to the queue with the backoff's next attempt; or failed,
        where none is left.
        """
        now = self._clock.now()
        again, to = None, run.Status.FAILED
        waits = fresh.lag(outcome.failure) and waiting.may_wait(running, now=now)
        if waits:
            again, to = waiting.next_look(running, now=now), run.Status.WAITING
        elif errors.is_retryable(outcome.failure.code):
            again = backoff.next_attempt(running, now=now, failure=outcome.failure)
            to = run.Status.FAILED if again is None else run.Status.QUEUED
        return run.Ended(
            end=run.AttemptEnd.FAILED,
            to=to,
            at=now,
            failure=outcome.failure,
            usage=outcome.usage,
            timings=outcome.timings,
            walls=outcome.walls,
            next_attempt_at=again,
            retries=running.retries + 1 if to is run.Status.QUEUED else None,
            hold=running.hold if running.hold == run.AS_IS else "",
        )


def _fault(text: str) -> errors.RunError:
    failure = run.Failure(code=run.FailureCode.CONFIGURATION, params={"fault": text})
    return errors.RunError(failure)


def _progress(stage: str) -> None:
    _log.debug("run_stage", stage=stage)


def _finished(
    moved: run.Run,
    number: int,
    *,
    outcome: wire.RunOutcome,
) -> None:
    """The one line that every attempt ends with. ``without_ai`` says why no model wrote."""
    failure = outcome.failure if isinstance(outcome, wire.RunFailed) else None
    note = outcome.report.author_note if isinstance(outcome, wire.ReportMade) else ""
    _log.info(
        "run_finished",
        run=moved.id,
        client=moved.client,
        report=moved.report,
        period=periods.notation(moved.period),
        attempt=number,
        status=moved.status.value,
        stage="done" if failure is None else errors.WORDS[failure.code].stage,
        failure=None if failure is None else failure.code.value,
        without_ai=note or None,
        timings_ms=dict(outcome.timings),
        walls=None if outcome.walls is None else outcome.walls.level.value,
    )
