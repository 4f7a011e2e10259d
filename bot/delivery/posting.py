"""One message on its way: committed, called, and settled by what Slack says or shows."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import assert_never

import structlog

from bot import clock
from bot.delivery import ladder, ports, readback
from bot.domain import delivery, ids

CALL_SECONDS = 15.0
"""The poster gives up after 10 s by itself; a call that does not return is as unclear."""
_UNREACHABLE = timedelta(seconds=10)
_REMEMBERED = timedelta(days=7)
"""How long a workspace is known to refuse native blocks; then the richest is tried once more."""
_LONG_REFUSED = 8
"""Tries, the last some ten minutes after the first, after which people hear of a delay."""
_BUSY = "ratelimited"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """What comes after one step. Neither: nothing more for now."""

    at_once: bool = False
    """The same message can go on at once."""
    hold: timedelta | None = None
    """Its channel is to be left alone for so long."""


_DONE = _Step()
_AT_ONCE = _Step(at_once=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    channel: ids.ChannelId
    thread_ts: str | None = None


class Posting:
    """Posts and settles single messages."""

    def __init__(
        self,
        outbox: ports.Outbox,
        poster: ports.Poster,
        *,
        clock: clock.Clock,
        told: ports.Told,
        rungs: ladder.Ladder,
    ) -> None:
        self._outbox = outbox
        self._poster = poster
        self._clock = clock
        self._told = told
        self._rungs = rungs
        self._refused: dict[str, delivery.Refused] = {}
        self._stuck: set[str] = set()

    async def advance(self, wanted: delivery.Delivery) -> timedelta | None:
        """Take it as far as it goes now; return how long its channel is to be left alone."""
        while now := await self._outbox.get(wanted.key):
            step = await self._step(now)
            if not step.at_once:
                return step.hold
        return None

    async def _step(self, now: delivery.Delivery) -> _Step:
        match now.state:
            case delivery.State.PENDING:
                return await self._post(now)
            case delivery.State.POSTING | delivery.State.UNKNOWN:
                return await self._read_back(now)
            case delivery.State.POSTED | delivery.State.FAILED | delivery.State.CANCELLED:
                return _DONE
            case _:
                assert_never(now.state)

    async def _post(self, wanted: delivery.Delivery) -> _Step:
        place = await self._place(wanted)
        if place is None:
            return _DONE
        step = await self._rungs.prepare(wanted, await self._first_rung(wanted))
        if (busy := self._poster.wait(wanted)) > 0:
            return _Step(hold=timedelta(seconds=busy))
        since = await self._poster.slack_time()
        if since is None:
            await self._wait(wanted, error="slack_unreachable", wait=_UNREACHABLE)
            return _Step(hold=_UNREACHABLE)
        begun = await self._outbox.begin(wanted.key, since=since, rung=step.rung)
        if begun is None:
            return _DONE
        if begun.version != wanted.version:  # revised meanwhile: send what it says now
            await self._again(begun, rung=0, error="revised")
            return _AT_ONCE
        result = await self._send(replace(begun, channel=place.channel), step.body, to=place)
        return await self._settle(begun, result)

    async def _place(self, wanted: delivery.Delivery) -> _Place | None:
        """Where it goes; None: its thread is not there yet, or never will be."""
        if wanted.parent is None:
            return _Place(channel=wanted.channel)
        parent = await self._outbox.get(wanted.parent)
        if parent is not None and parent.ts is not None:
            return _Place(channel=parent.channel, thread_ts=parent.ts)
        gone = {delivery.State.FAILED, delivery.State.CANCELLED}
        if parent is None or parent.state in gone:
            await self._outbox.cancel(wanted.key)
            log.warning("delivery_without_thread", key=wanted.key, parent=wanted.parent)
        return None

    async def _first_rung(self, wanted: delivery.Delivery) -> int:
        if wanted.kind is not delivery.Kind.REPORT:
            return wanted.rung
        return max(wanted.rung, await self._outbox.rung(self._clock.now()))

    async def _send(
        self, begun: delivery.Delivery, body: delivery.Body, *, to: _Place
    ) -> delivery.SendResult:
        try:
            async with asyncio.timeout(CALL_SECONDS):
                return await self._poster.send(begun, body, thread_ts=to.thread_ts)
        except TimeoutError:
            return delivery.Unknown(code="timeout")

    async def _settle(self, begun: delivery.Delivery, result: delivery.SendResult) -> _Step:
        match result:
            case delivery.Sent():
                return await self._posted(begun, result)
            case delivery.Refused():
                return await self._turned_away(begun, result)
            case delivery.Unknown():
                log.warning("delivery_unclear", key=begun.key, code=result.code)
                await self._unknown(begun, error=result.code, wait=timedelta())
                return _AT_ONCE
            case _:
                assert_never(result)

    def _stood_since(self, lost: delivery.Delivery, found: delivery.Sent) -> datetime:
        """When what was looked for was posted, as Slack says: it may have stood there for hours."""
        stored = datetime.fromtimestamp(float(found.ts), UTC)
        return min(max(stored, lost.created_at), self._clock.now())

    async def _posted(
        self, begun: delivery.Delivery, sent: delivery.Sent, *, at: datetime | None = None
    ) -> _Step:
        at = at or self._clock.now()
        settled = await self._outbox.posted(begun.key, ts=sent.ts, at=at)
        log.info("delivered", key=begun.key, kind=begun.kind.value, rung=begun.rung)
        self._stuck.discard(begun.key)
        refused = self._refused.pop(begun.key, None)
        if refused is not None:
            await self._simplified(settled, refused)
        if sent.copies > 1:
            log.error("delivery_doubled", key=begun.key, copies=sent.copies)
            await self._told.doubled(settled, sent.copies)
        await self._told.posted(settled)
        return _DONE

    async def _simplified(self, settled: delivery.Delivery, refused: delivery.Refused) -> None:
        """It went out on a lower rung: remember that where it is the workspace's way."""
        everywhere = ladder.is_of_workspace(settled, refused, taken=settled.rung)
        if everywhere:
            until = self._clock.now() + _REMEMBERED
            await self._outbox.remember_rung(settled.rung, until=until)
            log.warning("native_blocks_refused", code=refused.code, rung=settled.rung)
        days = _REMEMBERED.days if everywhere else 0
        await self._told.simplified(settled, refused, days=days)

    async def _turned_away(self, begun: delivery.Delivery, refused: delivery.Refused) -> _Step:
        log.warning("delivery_refused", key=begun.key, code=refused.code, rung=begun.rung)
        if refused.retry_after is not None:
            wait = timedelta(seconds=refused.retry_after)
            await self._again(begun, rung=begun.rung, error=refused.code, wait=wait)
            return _Step(hold=wait)
        if refused.payload and begun.rung + 1 < len(begun.bodies):
            self._refused[begun.key] = refused
            await self._again(begun, rung=begun.rung + 1, error=refused.code)
            return _AT_ONCE
        if refused.payload or refused.permanent:
            self._refused.pop(begun.key, None)
            settled = await self._outbox.failed(begun.key, error=refused.code)
            await self._told.failed(settled, refused)
            return _DONE
        wait = readback.backoff(begun.tries)
        await self._again(begun, rung=begun.rung, error=refused.code, wait=wait)
        if begun.tries == _LONG_REFUSED:
            await self._told.delayed(begun, refused)
        return _Step(hold=wait)

    async def _read_back(self, lost: delivery.Delivery) -> _Step:
        """Look for it. ``posting`` without a call of ours in flight is left over from a crash."""
        since = lost.posting_since or "0"
        passed = readback.elapsed(since, await self._poster.slack_time())
        parent = await self._outbox.get(lost.parent) if lost.parent else None
        channel = lost.channel if parent is None else parent.channel
        found = await self._poster.find(
            replace(lost, channel=channel), thread_ts=parent.ts if parent else None
        )
        if isinstance(found, delivery.Sent):
            log.info("delivery_adopted", key=lost.key)
            return await self._posted(lost, found, at=self._stood_since(lost, found))
        if isinstance(found, delivery.Refused):
            return await self._blind(lost, found, passed=passed)
        if passed is None or passed < readback.GRACE:
            wait = readback.next_look(passed)
            await self._unknown(lost, error=lost.error or "unclear", wait=wait)
            return _DONE
        log.warning("delivery_absent", key=lost.key, tries=lost.tries)
        wait = timedelta() if lost.tries <= 1 else readback.backoff(lost.tries)
        await self._again(lost, rung=lost.rung, error="absent", wait=wait)
        return _DONE if wait else _AT_ONCE

    async def _blind(
        self, lost: delivery.Delivery, refused: delivery.Refused, *, passed: float | None
    ) -> _Step:
        """The channel cannot be read: nothing is known, so nothing is posted."""
        wait = readback.when_blind(passed)
        if refused.retry_after is not None:
            wait = max(wait, timedelta(seconds=refused.retry_after))
        await self._unknown(lost, error=f"not_readable:{refused.code}", wait=wait)
        # Where it is only not our turn to look, it will be.
        is_long = passed is not None and passed > readback.STUCK_AFTER and refused.code != _BUSY
        if is_long and lost.key not in self._stuck:
            self._stuck.add(lost.key)
            log.error("delivery_stuck", key=lost.key, code=refused.code)
            await self._told.stuck(lost, refused)
        return _DONE

    async def _unknown(self, lost: delivery.Delivery, *, error: str, wait: timedelta) -> None:
        await self._outbox.unknown(
            lost.key,
            since=lost.posting_since or "",
            error=error,
            not_before=self._clock.now() + wait,
        )

    async def _again(
        self, begun: delivery.Delivery, *, rung: int, error: str, wait: timedelta | None = None
    ) -> None:
        await self._outbox.again(
            begun.key,
            since=begun.posting_since,
            rung=rung,
            error=error,
            not_before=self._clock.now() + wait if wait else None,
        )

    async def _wait(self, wanted: delivery.Delivery, *, error: str, wait: timedelta) -> None:
        await self._outbox.again(
            wanted.key,
            since=None,
            rung=wanted.rung,
            error=error,
            not_before=self._clock.now() + wait,
        )
