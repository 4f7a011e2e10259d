"""Runs: asking for one, and deciding what becomes of one that stopped or differs."""

from collections.abc import Sequence

from bot import clock, errors, wire
from bot.access import Kind, Operation
from bot.domain import client, ids, incident, periods, run, spec
from bot.operations import answers, ports, scope, standing
from bot.runs import acts, posting
from bot.slack import moments

_CHOICES = {
    "replace": "replaced",
    "new": "posted as new",
    "discard": "discarded",
    "post": "posted as it is",
    "again": "tried again",
}
_CHOSEN = {
    "replace": "The post is being replaced, and marked corrected.",
    "new": "It is being posted as new.",
    "discard": "Discarded; nothing more is posted.",
    "again": "It is being tried again.",
}


class Runs:
    """What may be asked about runs. Everything is written down before it returns."""

    def __init__(self, scope: scope.Scope, needs: ports.Needs) -> None:
        self._scope = scope
        self._needs = needs

    async def rerun(
        self, asker: scope.Asker, names: Sequence[str], *, period: str | None = None
    ) -> answers.Done:
        """`/report rerun CLIENT [REPORT] [PERIOD]`: of the last complete period unless named."""
        subject = self._scope.one(asker, names, to=Operation.RERUN)
        found, report = subject.client, scope.report_of(subject)
        asked = await self._needs.runner.request(
            _wanted(asker, found, report=report, period=period)
        )
        meant = moments.period(asked.run.period)
        detail = f"{report.name} {periods.notation(asked.run.period)} run {asked.run.id}"
        await self._scope.note(asker, Operation.RERUN, client=found.id, detail=detail)
        text = f"{found.name} · {report.title} · {meant}: {_told(asked)}"
        return answers.Done(text=text, runs=(asked.run.id,))

    async def rerun_failed(self, asker: scope.Asker) -> answers.Done:
        """`/report rerun failed`: every run that stopped, of clients that are not paused."""
        self._scope.allow(asker, Operation.RERUN_FAILED)
        paused = {one.client for one in await self._needs.store.pauses.all()}
        stopped = [
            one
            for one in await self._needs.store.runs.unfinished({run.Status.FAILED})
            if one.client not in paused and self._scope.find(one.client) is not None
        ]
        begun = [one for one in stopped if await self._again(one, asker)]
        if not begun:
            return answers.Done(text="Nothing has failed that could be tried again.")
        names = sorted({self._name(one.client) for one in begun})
        noun = "run is" if len(begun) == 1 else "runs are"
        return answers.Done(
            text=f"{len(begun)} {noun} being tried again: {', '.join(names)}.",
            runs=tuple(one.id for one in begun),
        )

    async def retry(self, asker: scope.Asker, stamp: str) -> answers.Done:
        """The Retry button: one press wins, the other is told who and when (Settled 8). It means
        every run that the same cause stopped.
        """
        card, stopped = await self._card(asker, stamp, to=Operation.RETRY)
        await self._win(asker, card, to=Operation.RETRY)
        for one in stopped[:-1]:
            await self._needs.runner.retry(one.id, asker.user)
        acted = await self._needs.runner.retry(stopped[-1].id, asker.user)
        return await self._acted(asker, acted, to=Operation.RETRY, told="is being tried again")

    async def skip(self, asker: scope.Asker, stamp: str) -> answers.Done:
        """The menu's Skip: no report this time."""
        card, stopped = await self._card(asker, stamp, to=Operation.SKIP)
        await self._win(asker, card, to=Operation.SKIP)
        acted = await self._needs.runner.skip(stopped[-1].id, asker.user)
        return await self._acted(asker, acted, to=Operation.SKIP, told="is skipped this time")

    async def send_without(self, asker: scope.Asker, stamp: str) -> answers.Done:
        """The button: the report goes out without the failed source's figures."""
        card, stopped = await self._card(asker, stamp, to=Operation.SEND_WITHOUT)
        view = await self._needs.cards.view(card.id)
        sources = view.without if view else ()
        if not sources:
            raise errors.UsageError("There is no failed source that could be left out any more.")
        await self._win(asker, card, to=Operation.SEND_WITHOUT)
        acted = await self._needs.runner.send_without(stopped[-1].id, sources, by=asker.user)
        told = f"goes out without {', '.join(sources)}"
        return await self._acted(asker, acted, to=Operation.SEND_WITHOUT, told=told)

    async def release(
        self, asker: scope.Asker, run_id: str, *, choice: acts.Choice
    ) -> answers.Done:
        """Replace, post as new, or discard what a rerun made; post, try again or discard what
        has absurd figures. One press wins.
        """
        held = await self._run(asker, run_id, to=Operation.RELEASE)
        _must(await self._needs.runner.release(held.id, choice, by=asker.user), asker)
        detail = f"{held.report} {periods.notation(held.period)} {_CHOICES[choice]} {held.id}"
        await self._scope.note(asker, Operation.RELEASE, client=held.client, detail=detail)
        told = _CHOSEN.get(choice) or f"Chosen: {standing.goes_out(held, now=self._scope.now())}."
        return answers.Done(text=told, runs=(held.id,))

    async def confirm(self, asker: scope.Asker, run_id: str) -> answers.Done:
        """Post although outside people read the channel; holds for these people from now on."""
        held = await self._run(asker, run_id, to=Operation.CONFIRM)
        await self._know_audience(held, asker)
        _must(await self._needs.runner.confirm_audience(held.id, asker.user), asker)
        await self._scope.note(
            asker, Operation.CONFIRM, client=held.client, detail=f"run {held.id}"
        )
        told = standing.goes_out(held, now=self._scope.now())
        return answers.Done(text=f"Confirmed: {told}.", runs=(held.id,))

    async def state(self, asker: scope.Asker, run_id: str) -> answers.RunState:
        """Where a run stands, for a shell that waits for it."""
        found = await self._run(asker, run_id, to=Operation.HISTORY)
        settled = found.status in run.SETTLED | {run.Status.HELD}
        return answers.RunState(
            id=found.id,
            status=found.status,
            settled=settled,
            text=await self._end(found),
            run=found,
            made=await self._made(found),
        )

    async def _made(self, found: run.Run) -> wire.ReportMade | None:
        report = await self._needs.store.runs.outcome(found.id)
        if found.status is not run.Status.SUCCEEDED or report is None:
            return None
        attempts = await self._needs.store.runs.attempts(found.id)
        return wire.ReportMade(
            report=report,
            usage=tuple(await self._needs.store.ledger.of_run(found.id)),
            timings=attempts[-1].timings if attempts else {},
        )

    async def _know_audience(self, held: run.Run, asker: scope.Asker) -> None:
        """Write down that the people who read the channel now are meant to (they alone)."""
        about = self._scope.find(held.client)
        if about is None:
            raise errors.UsageError(_GONE)
        to = posting.destination(about, held.report, ops_channel=self._needs.ops_channel)
        if to is not None:
            await self._needs.store.channels.confirm(to, by=asker.user, at=self._scope.now())

    async def _again(self, stopped: run.Run, asker: scope.Asker) -> bool:
        acted = await self._needs.runner.retry(stopped.id, asker.user)
        if not acted.done:
            return False
        await self._scope.note(
            asker, Operation.RETRY, client=stopped.client, detail=f"run {stopped.id}"
        )
        return True

    def _name(self, client_id: ids.ClientId) -> str:
        found = self._scope.find(client_id)
        return found.name if found else client_id

    async def _card(
        self, asker: scope.Asker, stamp: str, *, to: Operation
    ) -> tuple[incident.Incident, Sequence[run.Run]]:
        """The incident of a button's ``<incident>:<version>`` as that version says it, and the
        runs it still stops, the one its card is about last.
        """
        name, _, version = stamp.partition(":")
        found = await self._needs.store.incidents.get(ids.IncidentId(name))
        about = self._scope.find(found.client) if found else None
        # What stopped may be let go also where its client's files are gone; nothing else can be.
        may_be_gone = found is not None and to is Operation.SKIP
        self._scope.allow(asker, to, client=about, named=None if may_be_gone else "")
        if found is None or (about is None and not may_be_gone):
            raise errors.UsageError(_GONE)
        drawn = str(found.version) == version or _won_before(found, asker, to=to)
        if found.status is not incident.IncidentStatus.OPEN or not drawn:
            raise errors.UsageError(_taken(found, about))
        runs = [await self._needs.store.runs.get(one) for one in found.runs]
        stopped = [one for one in runs if one is not None and one.status not in run.TERMINAL]
        if not stopped:
            raise errors.UsageError(_taken(found, about))
        return found, stopped

    async def _win(self, asker: scope.Asker, card: incident.Incident, *, to: Operation) -> None:
        """Take the card at its version; whoever comes second is told about the first."""
        if _won_before(card, asker, to=to):
            return
        acted = await self._needs.cards.act(card.id, card.version, by=asker.user, what=to.value)
        if not acted.won:
            about = self._scope.find(card.client)
            raise errors.UsageError(_taken(acted.now or card, about))

    async def _acted(
        self, asker: scope.Asker, acted: acts.Acted, *, to: Operation, told: str
    ) -> answers.Done:
        _must(acted, asker)
        about = acted.run
        detail = f"{about.report} {periods.notation(about.period)} run {about.id}"
        await self._scope.note(asker, to, client=about.client, detail=detail)
        return answers.Done(text=f"{self._name(about.client)} {told}.", runs=(about.id,))

    async def _run(self, asker: scope.Asker, run_id: str, *, to: Operation) -> run.Run:
        found = await self._needs.store.runs.get(ids.RunId(run_id))
        about = self._scope.find(found.client) if found else None
        self._scope.allow(asker, to, client=about, named="")
        if found is None:
            raise errors.UsageError(_GONE)
        return found

    async def _end(self, found: run.Run) -> str:
        title = f"{self._name(found.client)} {found.report} {periods.notation(found.period)}"
        if found.status is run.Status.SUCCEEDED:
            posted = await self._needs.store.deliveries.of_run(found.id)
            return f"{title}: {'posted' if posted else 'nothing changed, so nothing is posted'}"
        if found.status is not run.Status.FAILED:
            return f"{title}: {found.status.value}"
        attempts = await self._needs.store.runs.attempts(found.id)
        failure = next((one.failure for one in reversed(attempts) if one.failure), None)
        return f"{title}: failed. {self._why(found, failure) if failure else ''}".strip()

    def _why(self, found: run.Run, failure: run.Failure) -> str:
        of = self._scope.find(found.client)
        label = standing.source_label(of, failure.source) if of else failure.source
        return errors.describe(failure, source_label=label)


_GONE = "That is gone: what this button was about is no longer kept."


def _taken(card: incident.Incident, about: client.Client | None) -> str:
    """Who was first, and when."""
    if card.acted_by is None or card.acted_at is None:
        return "This has changed meanwhile; the card shows how it stands now."
    at = moments.clock(card.acted_at, about.timezone if about else "UTC")
    who = card.acted_by if card.acted_by.startswith("shell:") else f"<@{card.acted_by}>"
    return f"{who} was first, at {at}: {card.acted}. The card shows how it stands now."


def _won_before(card: incident.Incident, asker: scope.Asker, *, to: Operation) -> bool:
    """Whether this very press took the card already, in a life of the bot that ended then."""
    if asker.asked_at is None or card.acted_at is None:
        return False
    ours = (card.acted_by, card.acted) == (asker.user, to.value)
    return ours and card.acted_at >= asker.asked_at


def _must(acted: acts.Acted, asker: scope.Asker) -> None:
    if not acted.done and asker.asked_at is not None:
        message = f"That is settled: the run is {acted.run.status.value}."
        raise errors.UsageError(message)
    if not acted.done:
        message = f"That came too late: the run is {acted.run.status.value} already."
        raise errors.UsageError(message)


def _wanted(
    asker: scope.Asker, found: client.Client, *, report: spec.ReportSpec, period: str | None
) -> acts.Request:
    shell = asker.actor.kind is Kind.SHELL
    if period is None and asker.asked_at is not None:  # the last one complete when it was asked
        today = clock.local_date(asker.asked_at, found.timezone)
        period = periods.notation(periods.last_complete(report.period, today=today))
    return acts.Request(
        client=found.id,
        report=report.name,
        period=period,
        key=f"{'cli' if shell else 'ask'}:{asker.request}",
        trigger=run.Trigger.SHELL if shell else run.Trigger.SLACK,
        by=asker.user,
        reply_channel=asker.channel,
    )


def _told(asked: acts.Asked) -> str:
    """What came of a request, for the person who made it."""
    if asked.new or not asked.joined:
        return "on its way."
    if asked.retried:
        return "it had failed, and is being tried again."
    match asked.run.status:
        case run.Status.HELD:
            return "it was run already, and waits for somebody to choose what becomes of it."
        case run.Status.READY | run.Status.POSTING:
            return "it is ready already, and is being posted."
        case _:
            by = asked.run.requested_by
            who = f", asked for by <@{by}>" if by and not by.startswith("shell:") else ""
            return f"it is under way already{who}, and posts when it is ready."
