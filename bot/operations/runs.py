"""Runs: asking for one, and deciding what becomes of one that stopped or differs."""

from collections.abc import Sequence

from bot import clock, errors
from bot.access import Kind, Operation
from bot.domain import client, ids, incident, periods, run, spec
from bot.domain.period import Period
from bot.operations import answers, ports, scope, standing
from bot.slack import moments

_CHOICES = {"replace": "replaced", "new": "posted as new", "discard": "discarded"}


class Runs:
    """What may be asked about runs. Everything is written down before it returns."""

    def __init__(self, scope: scope.Scope, needs: ports.Needs) -> None:
        self._scope = scope
        self._needs = needs

    async def rerun(
        self, asker: scope.Asker, names: Sequence[str], *, period: str | None = None
    ) -> answers.Done:
        """`/report rerun CLIENT [REPORT] [PERIOD]`: of the last complete period unless named."""
        subject = self._scope.one(asker, Operation.RERUN, names)
        report = scope.report_of(subject)
        found = subject.client
        await self._refuse_paused(found)
        meant = self._period(found, report, period)
        claim = await self._needs.runner.request(_wanted(asker, found, report=report, meant=meant))
        title = f"{found.name} · {report.title} · {periods.notation(meant)}"
        await self._scope.note(
            asker,
            Operation.RERUN,
            client=found.id,
            detail=f"{report.name} {periods.notation(meant)} run {claim.run.id}",
        )
        self._needs.wake()
        if claim.new:
            return answers.Done(text=f"{title} is on its way.", runs=(claim.run.id,))
        return answers.Done(text=f"{title}: {_joined(claim.run)}", runs=(claim.run.id,))

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
        self._needs.wake()
        return answers.Done(
            text=f"{len(begun)} {noun} being tried again: {', '.join(names)}.",
            runs=tuple(one.id for one in begun),
        )

    async def retry(self, asker: scope.Asker, stamp: str) -> answers.Done:
        """The Retry button: one press wins, the other is told who and when (Settled 8)."""
        card = await self._card(asker, Operation.RETRY, stamp)
        await self._win(asker, card, Operation.RETRY)
        await self._needs.runner.retry(card.runs[-1], by=asker.user)
        return await self._acted(asker, Operation.RETRY, card, "is being tried again")

    async def skip(self, asker: scope.Asker, stamp: str) -> answers.Done:
        """The menu's Skip: no report this time."""
        card = await self._card(asker, Operation.SKIP, stamp)
        await self._win(asker, card, Operation.SKIP)
        await self._needs.runner.skip(card.runs[-1], by=asker.user)
        return await self._acted(asker, Operation.SKIP, card, "is skipped this time")

    async def send_without(self, asker: scope.Asker, stamp: str) -> answers.Done:
        """The button: the report goes out without the failed source's figures."""
        card = await self._card(asker, Operation.SEND_WITHOUT, stamp)
        view = await self._needs.cards.view(card.id)
        sources = view.without if view else ()
        if not sources:
            raise errors.UsageError("There is no failed source that could be left out any more.")
        await self._win(asker, card, Operation.SEND_WITHOUT)
        await self._needs.runner.send_without(card.runs[-1], sources, by=asker.user)
        return await self._acted(
            asker, Operation.SEND_WITHOUT, card, f"goes out without {', '.join(sources)}"
        )

    async def release(self, asker: scope.Asker, run_id: str, *, choice: str) -> answers.Done:
        """Replace, post as new, or discard what a rerun made; ``choice`` as in ports.Runner."""
        held = await self._run(asker, Operation.RELEASE, run_id)
        await self._needs.runner.release(held.id, choice, by=asker.user)
        detail = f"{held.report} {periods.notation(held.period)} {_CHOICES[choice]} {held.id}"
        await self._scope.note(asker, Operation.RELEASE, client=held.client, detail=detail)
        self._needs.wake()
        done = {"replace": "The post is being replaced, and marked corrected."}
        done |= {"new": "It is being posted as new.", "discard": "Discarded; the post stays."}
        return answers.Done(text=done[choice], runs=(held.id,))

    async def confirm(self, asker: scope.Asker, run_id: str) -> answers.Done:
        """Post although outside people read the channel; holds for these people from now on."""
        held = await self._run(asker, Operation.CONFIRM, run_id)
        await self._needs.runner.confirm_audience(held.id, by=asker.user)
        await self._scope.note(
            asker, Operation.CONFIRM, client=held.client, detail=f"run {held.id}"
        )
        self._needs.wake()
        return answers.Done(text="Confirmed: it is posted when its time has come.", runs=(held.id,))

    async def state(self, asker: scope.Asker, run_id: str) -> answers.RunState:
        """Where a run stands, for a shell that waits for it."""
        found = await self._run(asker, Operation.HISTORY, run_id)
        settled = found.status in run.SETTLED | {run.Status.HELD}
        return answers.RunState(
            id=found.id, status=found.status, settled=settled, text=await self._end(found)
        )

    def _period(
        self, found: client.Client, report: spec.ReportSpec, notation: str | None
    ) -> Period:
        today = clock.local_date(self._scope.now(), found.timezone)
        if notation is None:
            return periods.last_complete(report.period, today=today)
        try:
            return periods.parse(notation, report.period, today=today)
        except ValueError as error:
            raise errors.UsageError(f"{error}.") from None

    async def _refuse_paused(self, found: client.Client) -> None:
        paused = await self._needs.store.pauses.current(found.id)
        if paused is not None:
            words = standing.pause_words(paused, found.timezone)
            message = f"{found.name} is {words}. `/report resume {found.id}` comes first."
            raise errors.UsageError(message)

    async def _again(self, stopped: run.Run, asker: scope.Asker) -> bool:
        try:
            await self._needs.runner.retry(stopped.id, by=asker.user)
        except errors.MoveRefused:
            return False
        await self._scope.note(
            asker, Operation.RETRY, client=stopped.client, detail=f"run {stopped.id}"
        )
        return True

    def _name(self, client_id: ids.ClientId) -> str:
        found = self._scope.find(client_id)
        return found.name if found else client_id

    async def _card(
        self, asker: scope.Asker, operation: Operation, stamp: str
    ) -> incident.Incident:
        """The incident of a button's ``<incident>:<version>``, as that version says it."""
        name, _, version = stamp.partition(":")
        found = await self._needs.store.incidents.get(ids.IncidentId(name))
        about = self._scope.find(found.client) if found else None
        self._scope.allow(asker, operation, client=about, named="")
        if found is None or about is None:
            raise errors.UsageError(_GONE)
        if found.status is not incident.IncidentStatus.OPEN or str(found.version) != version:
            raise errors.UsageError(_taken(found, about))
        return found

    async def _win(self, asker: scope.Asker, card: incident.Incident, operation: Operation) -> None:
        """Take the card at its version; whoever comes second is told about the first."""
        won = await self._needs.store.incidents.act(
            card.id, card.version, by=asker.user, at=self._scope.now(), what=operation.value
        )
        if won is None:
            now = await self._needs.store.incidents.get(card.id)
            about = self._scope.find(card.client)
            raise errors.UsageError(_taken(now or card, about) if about else _GONE)

    async def _acted(
        self, asker: scope.Asker, operation: Operation, card: incident.Incident, told: str
    ) -> answers.Done:
        detail = f"incident {card.id} run {card.runs[-1]}"
        await self._scope.note(asker, operation, client=card.client, detail=detail)
        self._needs.wake()
        return answers.Done(text=f"{self._name(card.client)} {told}.", runs=card.runs[-1:])

    async def _run(self, asker: scope.Asker, operation: Operation, run_id: str) -> run.Run:
        found = await self._needs.store.runs.get(ids.RunId(run_id))
        about = self._scope.find(found.client) if found else None
        self._scope.allow(asker, operation, client=about, named="")
        if found is None:
            raise errors.UsageError(_GONE)
        return found

    async def _end(self, found: run.Run) -> str:
        title = f"{self._name(found.client)} {found.report} {periods.notation(found.period)}"
        if found.status is not run.Status.FAILED:
            return f"{title}: {found.status.value}"
        attempts = await self._needs.store.runs.attempts(found.id)
        failure = next((one.failure for one in reversed(attempts) if one.failure), None)
        return f"{title}: failed. {errors.describe(failure) if failure else ''}".strip()


_GONE = "That is gone: what this button was about is no longer kept."


def _taken(card: incident.Incident, about: client.Client) -> str:
    """Who was first, and when."""
    if card.acted_by is None or card.acted_at is None:
        return "This has changed meanwhile; the card shows how it stands now."
    at = moments.clock(card.acted_at, about.timezone)
    who = card.acted_by if card.acted_by.startswith("shell:") else f"<@{card.acted_by}>"
    return f"{who} was first, at {at}: {card.acted}. The card shows how it stands now."


def _wanted(
    asker: scope.Asker, found: client.Client, *, report: spec.ReportSpec, meant: Period
) -> ports.Wanted:
    shell = asker.actor.kind is Kind.SHELL
    return ports.Wanted(
        client=found.id,
        report=report.name,
        period=meant,
        key=f"{'cli' if shell else 'ask'}:{asker.request}",
        trigger=run.Trigger.SHELL if shell else run.Trigger.SLACK,
        by=asker.user,
        reply_channel=asker.channel,
    )


def _joined(there: run.Run) -> str:
    """What is told about a run that was there already."""
    match there.status:
        case run.Status.HELD:
            return "it was run already and waits for somebody to choose what becomes of it."
        case run.Status.READY | run.Status.POSTING:
            return "it is ready already and being posted."
        case run.Status.SUCCEEDED:
            return "that request is done already."
        case _:
            by = there.requested_by
            who = f", asked for by <@{by}>" if by and not by.startswith("shell:") else ""
            return f"it is under way already{who}."
