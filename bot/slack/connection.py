"""The sockets that bring Slack's envelopes: watched, never repaired, replaced before they go.

Slack.md measured why neither client of the SDK is used as shipped. Here a socket is connected when
its hello was seen; two of them stand side by side; a socket that Slack is about to close is kept
until another one stands, and a little longer, so that each answer leaves the way its question came.
A socket that nobody ends is renewed after a while all the same: one that brings nothing any more
does not stand for ever, and each hello counts the app's sockets anew (``census``).
Protocol: docs.slack.dev/apis/events-api/using-socket-mode. Posting never depends on any of it.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

import aiohttp
import structlog

from bot import clock
from bot.slack import census, envelopes, socket, web

CROWDED = "too_many_websockets"
"""Ten sockets of this app are open already."""
DISABLED = "link_disabled"
"""Somebody turned Socket Mode off."""
NO_HELLO = "no_hello"
RENEWED = "renewed"
"""Nobody ended it: it is old, and is replaced."""
_PASSING = frozenset({web.UNREACHABLE, web.RATE_LIMITED, NO_HELLO, CROWDED})
"""What waiting mends; anything else that is not unclear needs a person."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Spans in seconds; tests make them short."""

    slots: int = 2
    hello: float = 15.0
    """How long a new socket may take to say hello."""
    ping: float = 3.0
    """Between two pings; a socket whose pong is half of it late is half-open and replaced."""
    grace: float = 4.0
    """How long answers may take at the end."""
    leave: float = 20.0
    """How long a replaced socket stays: Slack closes it when it brings nothing any more; closing
    it ourselves cuts what is on its way."""
    first_wait: float = 0.5
    longest_wait: float = 30.0
    refused_wait: float = 60.0
    """After Slack refused the token or turned Socket Mode off: somebody must act."""
    settled: float = 5.0
    """A socket that closes sooner counts as a failure."""
    crowded_wait: float = 30.0
    """After too_many_websockets: the old one is closed first."""
    counting: census.Rules = field(default_factory=census.Rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How the connection stands, for health."""

    connected: bool = False
    since: datetime | None = None
    """Since when at least one socket stands, or none does."""
    sockets: int = 0
    num_connections: int = 0
    """What Slack's last hello counted."""
    others: int = 0
    """How many of them are certainly not ours: another bot uses the same app."""
    alone: bool = False
    """The last hello counted no more than ours."""
    error: str = ""
    """Why the last try brought no socket, in Slack's word or ours."""
    refused: bool = False
    """``error`` does not pass by waiting: somebody must act."""


def _jitter(seconds: float) -> float:
    return seconds * random.SystemRandom().uniform(0.5, 1.0)


class Connection:
    """Keeps sockets open until it is closed. ``app_web`` has the app-level token."""

    def __init__(
        self,
        app_web: web.Web,
        dispatch: envelopes.Dispatch,
        *,
        time: clock.Clock,
        pace: Pace = Pace(),
        jitter: Callable[[float], float] = _jitter,
    ) -> None:
        self._web = app_web
        self._envelopes = envelopes.Envelopes(dispatch)
        self._time = time
        self._pace = pace
        self._jitter = jitter
        self._state = State(since=time.now())
        self._lost: float | None = time.monotonic()
        self._census = census.Census(time, pace.counting)
        self._standing: set[socket.Socket] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()
        self._closing = asyncio.Event()

    @property
    def state(self) -> State:
        """How it stands now."""
        return self._state

    @property
    def silence(self) -> float:
        """For how many seconds no socket has stood; 0 while one does."""
        return 0.0 if self._lost is None else self._time.monotonic() - self._lost

    async def stands(self, sockets: int = 1) -> None:
        """Return once at least so many sockets stand."""
        while self._state.sockets < sockets:
            self._changed.clear()
            await self._changed.wait()

    async def run(self) -> None:
        """Keep the sockets open until ``close`` is called or it is cancelled."""
        async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
            slots = [
                group.create_task(self._slot(session, group), name=f"slack-slot-{number}")
                for number in range(self._pace.slots)
            ]
            await self._closing.wait()
            for slot in slots:
                slot.cancel()
            await self._drain()

    def close(self) -> None:
        """Take nothing new, let what is being answered be answered, then end ``run``."""
        self._closing.set()

    async def _drain(self) -> None:
        try:
            async with asyncio.timeout(self._pace.grace):
                await self._envelopes.idle()
        except TimeoutError:
            log.warning("socket_answers_cut")
        for standing in tuple(self._standing):
            await standing.close()
        for serving in tuple(self._serving):
            serving.cancel()

    async def _slot(self, session: aiohttp.ClientSession, group: asyncio.TaskGroup) -> None:
        """One socket after the other; the next stands before the last one goes."""
        failures = 0
        current: socket.Socket | None = None
        while True:
            fresh = await self._open(session, group)
            if isinstance(fresh, web.Answer):
                failures += 1
                if fresh.error == CROWDED and current is not None:
                    await current.close()
                    current = None
                await asyncio.sleep(self._wait(fresh, failures))
                continue
            if current is not None:
                group.create_task(self._retire(current), name="slack-socket-retire")
            began = self._time.monotonic()
            reason = await self._ending(fresh)
            self._count()
            log.info("socket_ending", reason=reason, sockets=self._state.sockets)
            current = await self._after(reason, fresh)
            brief = self._time.monotonic() - began < self._pace.settled
            failures = failures + 1 if reason == socket.CLOSED and brief else 0
            if failures:
                await asyncio.sleep(self._backoff(failures))

    async def _ending(self, standing: socket.Socket) -> str:
        """Why it is to be replaced, once that is so; at the latest when it is old."""
        born = self._time.monotonic()
        while True:
            try:
                async with asyncio.timeout(self._pace.counting.doubtful):
                    return await standing.ending()
            except TimeoutError:
                if self._time.monotonic() - born >= self._census.patience:
                    return RENEWED

    async def _after(self, reason: str, current: socket.Socket) -> socket.Socket | None:
        """What is kept of a socket that ends: itself until another stands, unless Slack is full."""
        if reason == socket.CLOSED:
            return None
        if reason in {CROWDED, DISABLED}:
            self._told(web.Answer(error=reason))
            await current.close()
            await asyncio.sleep(self._wait(web.Answer(error=reason), 1))
            return None
        return current

    async def _retire(self, old: socket.Socket) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._pace.leave):
                await self._closing.wait()
        await old.close()

    async def _open(
        self, session: aiohttp.ClientSession, group: asyncio.TaskGroup
    ) -> socket.Socket | web.Answer:
        """A socket that said hello, or what stood in its way."""
        ticket = await self._web.write("apps.connections.open", {})
        if not ticket.ok:
            self._told(ticket)
            return ticket
        fresh = socket.Socket(
            self._envelopes, self._elsewhere, ping=self._pace.ping, proxy=self._web.proxy
        )
        serving = group.create_task(
            self._serve(fresh, session, url=ticket.text("url")), name="slack-socket"
        )
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)
        try:
            hello = await fresh.hello(self._pace.hello)
            if hello is not None:
                self._stands(fresh, hello)
                return fresh
        finally:
            if fresh not in self._standing:
                await fresh.close()
        reason = fresh.reason if fresh.reason in {CROWDED, DISABLED} else NO_HELLO
        self._told(refused := web.Answer(error=reason))
        return refused

    async def _serve(self, one: socket.Socket, session: aiohttp.ClientSession, *, url: str) -> None:
        self._census.opens()
        try:
            await one.serve(session, url)
        finally:
            self._census.closed()
            self._standing.discard(one)
            self._count()

    async def _elsewhere(self, text: str) -> bool:
        """Send an answer whose own socket is gone on another one: late words beat none. Slack names
        answers by their envelopes, and its own clients send them on whatever socket stands.
        """
        for other in tuple(self._standing):
            if await other.tell(text):
                return True
        return False

    def _stands(self, one: socket.Socket, connections: int) -> None:
        self._standing.add(one)
        self._census.counted(connections)
        self._state = replace(
            self._state,
            num_connections=connections,
            others=self._census.others,
            alone=self._census.alone,
            error="",
            refused=False,
        )
        self._count()
        log.info("socket_open", sockets=len(self._standing), connections=connections)

    def _told(self, refused: web.Answer) -> None:
        passes = refused.unclear or refused.error in _PASSING
        log.warning("socket_refused", error=refused.error, passes=passes)
        self._state = replace(self._state, error=refused.error, refused=not passes)

    def _count(self) -> None:
        sockets = sum(one.open for one in self._standing)
        connected = sockets > 0
        since = self._state.since if connected == self._state.connected else self._time.now()
        if connected or self._lost is None:
            self._lost = None if connected else self._time.monotonic()
        self._state = replace(self._state, connected=connected, since=since, sockets=sockets)
        self._changed.set()

    def _wait(self, refused: web.Answer, failures: int) -> float:
        """Seconds until the next try: Slack's own, slowly where a person must act, else backoff."""
        if refused.retry_after is not None and refused.error == web.RATE_LIMITED:
            return refused.retry_after
        if refused.error == CROWDED:
            return self._pace.crowded_wait
        if not refused.unclear and refused.error not in _PASSING:
            return self._pace.refused_wait
        return self._backoff(failures)

    def _backoff(self, failures: int) -> float:
        doubled = self._pace.first_wait * 2 ** min(failures - 1, 16)
        return self._jitter(min(self._pace.longest_wait, doubled))
