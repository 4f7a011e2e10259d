"""What people do to runs: ask for one, try it again, skip it, release what is held.

Every act is one conditional write: of two presses one wins, the other learns that it came second.
Whether a person may, and what the audit trail says of it, is decided before (bot.operations).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Literal, assert_never

import structlog

from bot import clock, errors
from bot.domain import client, delivery, ids, period, periods, run, spec
from bot.runs import ports, posting, telling, wishes

_log = structlog.get_logger(__name__)

Choice = Literal["replace", "new", "discard", "post", "again"]
_CHOICES: Mapping[str, Collection[Choice]] = {
    posting.CHANGED: ("replace", "new", "discard"),
    **dict.fromkeys(posting.UNSEEN, ("post", "again", "discard")),
    posting.IDENTITY: ("again", "discard"),
    posting.SHOWN: ("again", "discard"),
}
"""What may be chosen about a held run, by why it is."""
_MADE_ANEW = posting.UNSEEN | {posting.IDENTITY, posting.SHOWN}
"""What asking for the report again tries again: its cause may be mended."""
_TRIED_AGAIN = frozenset({run.Status.QUEUED, run.Status.WAITING, run.Status.FAILED})
SKIPPED = _TRIED_AGAIN | {run.Status.RUNNING, run.Status.HELD, run.Status.READY}
"""What may be let go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A run that a person asks for."""

    client: ids.ClientId
    report: ids.ReportName
    period: str | None = None
    """As they wrote it, such as ``2026-W46``; None: the last complete one."""
    trigger: run.Trigger
    key: str
    """``ask:<trigger id>`` or ``cli:<id>``: the same request twice is one run."""
    by: ids.UserId | None = None
    reply_channel: ids.ChannelId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of a request."""

    run: run.Run
    new: bool
    joined: bool = False
    """An unfinished run of this period was there; it is hurried, and posts when it is ready."""
    retried: bool = False
    """It had failed; this is another try at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """What came of a press. ``done`` False: somebody was first, or it is past that."""

    run: run.Run
    done: bool


class Acts:
    """What people do to runs; the runner is one that also sweeps."""

    def __init__(
        self,
        house: ports.Ports,
        *,
        post: posting.Posting,
        tell: telling.Telling,
        now: clock.Clock,
        wake: Callable[[], None],
    ) -> None:
        self._house = house
        self._posting = post
        self._telling = tell
        self._clock = now
        self._wake = wake
        self._wishes = wishes.Wishes()

    async def request(self, asked: Request) -> Asked:
        """Ask for a run; it joins an unfinished one of the same period (Settled 1).

        Raises UsageError, in words for that person: no such client or report, a period that
        cannot be meant, or a client that is paused.
        """
        of = await self._active(asked.client)
        report = _report(of, asked.report)
        now = self._clock.now()
        claim = await self._house.runs.claim(
            run.Run(
                id=ids.RunId(ids.new_id()),
                client=of.id,
                report=report.name,
                key=asked.key,
                trigger=asked.trigger,
                period=self._period(of, report, notation=asked.period),
                as_of=now,
                status=run.Status.QUEUED,
                created_at=now,
                next_attempt_at=now,
                requested_by=asked.by,
                reply_channel=asked.reply_channel,
            )
        )
        if claim.new and asked.by is not None:
            self._wishes.by[claim.run.id] = asked.by
        self._wake()
        if claim.new or claim.run.key == asked.key:
            return Asked(run=claim.run, new=claim.new)
        return await self._join(claim.run, asked)

    async def retry(self, run_id: ids.RunId, by: ids.UserId | None) -> Acted:
        """Try it again now; cancels a pending backoff. Raises UsageError where it is paused."""
        found = await self._find(run_id)
        await self._active(found.client)
        now = self._clock.now()
        pressed = found.status is run.Status.QUEUED and (found.next_attempt_at or now) <= now
        if pressed:
            return Acted(run=found, done=False)
        if await self._is_only_unposted(found):
            return await self._post_again(found)
        acted = await self._queue(found)
        if acted.done and by is not None:
            self._wishes.by[run_id] = by
        return acted

    async def skip(self, run_id: ids.RunId, by: ids.UserId | None) -> Acted:
        """Let it go: nothing is posted for its period unless somebody asks again."""
        found = await self._find(run_id)
        acted = await self._move(found, run.Status.SKIPPED, expect=SKIPPED)
        if acted.done:
            _log.info("run_skipped", run=run_id, client=found.client, by=by)
            await self._telling.moved(acted.run)
            await self._decided(found, choice="skip", by=by)
        return acted

    async def send_without(
        self, run_id: ids.RunId, sources: Collection[str], *, by: ids.UserId | None
    ) -> Acted:
        """Try it again now, leaving these sources out. Raises UsageError for others."""
        found = await self._find(run_id)
        of = await self._active(found.client)
        unknown = sorted(set(sources) - of.sources.keys())
        if unknown or not sources:
            raise errors.UsageError(f"{of.name} has no source {', '.join(unknown) or '—'}.")
        acted = await self._queue(found, without=tuple(sorted({*found.without, *sources})))
        if acted.done and by is not None:
            self._wishes.by[run_id] = by
        return acted

    async def release(self, run_id: ids.RunId, choice: Choice, *, by: ids.UserId | None) -> Acted:
        """Decide about figures that differ from those that were sent, are absurd, or are of a
        source that nobody has confirmed. What still waits for its data may be had as it is.
        """
        found = await self._find(run_id)
        if found.status is run.Status.WAITING and choice == "post":
            return await self._as_is(found, by)
        if found.status is not run.Status.HELD or choice not in _CHOICES.get(found.hold, ()):
            return Acted(run=found, done=False)
        acted = await self._chosen(found, choice)
        if acted.done:
            _log.info("run_released", run=run_id, client=found.client, choice=choice, by=by)
            await self._telling.moved(acted.run)
            await self._decided(found, choice=choice, by=by)
            self._wake()
        return acted

    async def _chosen(self, held: run.Run, choice: Choice) -> Acted:
        match choice:
            case "post":
                return await self._move(held, run.Status.READY, expect={held.status})
            case "again":
                return await self._move(held, run.Status.QUEUED, expect={held.status})
            case "replace":
                return await self._replace(held)
            case "new":
                return await self._post_as_new(held)
            case "discard":
                return await self._move(held, run.Status.CANCELLED, expect={held.status})
            case _:
                assert_never(choice)

    async def _as_is(self, waiting: run.Run, by: ids.UserId | None) -> Acted:
        acted = await self._queue(waiting, hold=run.AS_IS)
        if acted.done:
            _log.info("run_as_is", run=waiting.id, client=waiting.client, by=by)
        if acted.done and by is not None:
            self._wishes.by[waiting.id] = by
        return acted

    async def confirm_audience(self, run_id: ids.RunId, by: ids.UserId | None) -> Acted:
        """Let a run go on that was held because outside people read its channel.

        The caller has written down that these people are meant to; else it is held again.
        """
        return await self._confirm(run_id, by, hold=posting.OUTSIDERS, choice="confirm")

    async def confirm_identity(self, run_id: ids.RunId, by: ids.UserId | None) -> Acted:
        """Let a run go on that was held for whose data its sources served; of an internal client,
        whose runs are not, just say so. The caller has written down that it is the client's.
        """
        found = await self._find(run_id)
        if found.status is not run.Status.HELD:
            await self._house.ops.served(found)
            return Acted(run=found, done=False)
        return await self._confirm(run_id, by, hold=posting.IDENTITY, choice="identify")

    async def _confirm(
        self, run_id: ids.RunId, by: ids.UserId | None, *, hold: str, choice: str
    ) -> Acted:
        found = await self._find(run_id)
        if found.hold != hold:
            return Acted(run=found, done=False)
        acted = await self._move(found, run.Status.READY, expect={run.Status.HELD})
        if acted.done:
            _log.info("hold_confirmed", run=run_id, client=found.client, hold=hold, by=by)
            await self._decided(found, choice=choice, by=by)
            self._wake()
        return acted

    async def _decided(self, was: run.Run, *, choice: str, by: ids.UserId | None) -> None:
        if was.status is run.Status.HELD:
            await self._house.ops.decided(was, choice=choice, by=by)

    async def _is_only_unposted(self, found: run.Run) -> bool:
        """Whether it has its report, and only Slack's refusal stopped it."""
        if found.status is not run.Status.FAILED:
            return False
        wanted = await self._house.posts.of_run(found.id)
        if wanted is None or wanted.state is not delivery.State.FAILED:
            return False
        tried = await self._house.runs.attempts(found.id)
        is_made = bool(tried) and tried[-1].end is run.AttemptEnd.REPORT
        return is_made and await self._house.runs.outcome(found.id) is not None

    async def _post_again(self, found: run.Run) -> Acted:
        """Only what failed is done again: the report that is there goes out, where it goes now."""
        self._wishes.at_once.add(found.id)
        acted = await self._move(found, run.Status.READY, expect={run.Status.FAILED})
        if acted.done:
            await self._telling.moved(acted.run)
        self._wake()
        return acted

    async def _active(self, client_id: ids.ClientId) -> client.Client:
        of = self._house.clients.client(client_id)
        if of is None:
            raise errors.UsageError(f"There is no client “{client_id}”.")
        if await self._house.pauses.current(client_id) is not None:
            raise errors.UsageError(f"{of.name} is paused; resume it first.")
        return of

    async def _find(self, run_id: ids.RunId) -> run.Run:
        found = await self._house.runs.get(run_id)
        if found is None:
            raise errors.UsageError(f"There is no run {ids.short_ref(run_id)} any more.")
        return found

    def _period(
        self, of: client.Client, report: spec.ReportSpec, *, notation: str | None
    ) -> period.Period:
        today = clock.local_date(self._clock.now(), of.timezone)
        if notation is None:
            return periods.last_complete(report.period, today=today)
        try:
            return periods.parse(notation, report.period, today=today)
        except ValueError as error:
            raise errors.UsageError(f"{error}.") from None

    async def _join(self, found: run.Run, asked: Request) -> Asked:
        """Hurry the run that is there: a rerun of what is not delivered posts at once."""
        self._wishes.at_once.add(found.id)
        if found.status is run.Status.HELD:
            await self._telling.preview(found, channel=asked.reply_channel, user=asked.by)
        if found.status is run.Status.HELD and found.hold in _MADE_ANEW:
            acted = await self.release(found.id, "again", by=asked.by)
            return Asked(run=acted.run, new=False, joined=True)
        if found.status not in _TRIED_AGAIN:
            return Asked(run=found, new=False, joined=True)
        acted = await self._queue(found)
        if acted.done and asked.by is not None:
            self._wishes.by[found.id] = asked.by
        retried = found.status is run.Status.FAILED and acted.done
        return Asked(run=acted.run, new=False, joined=True, retried=retried)

    async def _queue(
        self, found: run.Run, *, without: tuple[str, ...] | None = None, hold: str = ""
    ) -> Acted:
        """Whoever will have it of the data that is there still will when it is hurried."""
        change = run.Change(
            next_attempt_at=self._clock.now(),
            hold=run.AS_IS if found.hold == run.AS_IS else hold,
            without=without,
        )
        acted = await self._move(found, run.Status.QUEUED, expect=_TRIED_AGAIN, change=change)
        self._wake()
        return acted

    async def _move(
        self,
        found: run.Run,
        to: run.Status,
        *,
        expect: Collection[run.Status],
        change: run.Change | None = None,
    ) -> Acted:
        at = self._clock.now() if to is run.Status.QUEUED else None
        change = change or run.Change(next_attempt_at=at, hold="")
        try:
            moved = await self._house.runs.move(found.id, to, expect=expect, change=change)
        except errors.MoveRefused:
            return Acted(run=await self._find(found.id), done=False)
        return Acted(run=moved, done=True)

    async def _replace(self, held: run.Run) -> Acted:
        """Revise first: a crash between the two leaves the choice, and repeating it is harmless."""
        if not await self._posting.replace(held):
            return Acted(run=held, done=False)
        try:  # it keeps its hold: so history tells it from one that found nothing new
            moved = await self._house.runs.move(
                held.id, run.Status.SUCCEEDED, expect={run.Status.HELD}
            )
        except errors.MoveRefused:
            return Acted(run=await self._find(held.id), done=False)
        return Acted(run=moved, done=True)

    async def _post_as_new(self, held: run.Run) -> Acted:
        made, sent = await self._house.runs.outcome(held.id), await self._posting.sent(held)
        if made is None or sent is None:
            return Acted(run=held, done=False)
        entered = await self._posting.enter(
            held, made, revision=sent[0].revision + 1, now=self._clock.now(), corrected=True
        )
        return Acted(run=entered or held, done=entered is not None)


def _report(of: client.Client, name: ids.ReportName) -> spec.ReportSpec:
    if name not in of.reports:
        known = ", ".join(sorted(of.reports))
        raise errors.UsageError(f"{of.name} has no report “{name}”; it has {known}.")
    return of.reports[name]
