"""Socket Mode: websockets by ticket, each envelope to exactly one of them, acks within 3 s."""

import asyncio
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from bot.demo.slack import background, core, faults, journal, shapes
from bot.demo.slack.shapes import Json

GONE_SECONDS = 30.0
"""How long a half-open socket is kept after its client hung up."""


@dataclass(slots=True, kw_only=True, eq=False)
class Socket:
    """One open websocket."""

    number: int
    ws: web.WebSocketResponse
    leaving: bool = False
    """A disconnect frame was sent: nothing new goes out on it."""
    half_open: bool = False
    released: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an envelope."""

    acked: bool
    latency_ms: float = 0.0
    response: Json | None = None
    error: str = ""
    """operation_timeout, dispatch_failed (no socket), or not_subscribed (events)."""
    envelope_id: str = ""


@dataclass(slots=True, kw_only=True)
class _Pending:
    entry: journal.Envelope
    sent: float
    future: asyncio.Future[Json | None]


class Hub:
    """Every socket of the app."""

    def __init__(self, at: core.Core) -> None:
        self._at = at
        self._sockets: dict[int, Socket] = {}
        self._pending: dict[str, _Pending] = {}
        self._numbers = 0
        self._turn = 0
        self._closing: background.Background | None = None

    def start(self, tasks: background.Background) -> None:
        """Where closing later happens."""
        self._closing = tasks

    @property
    def live(self) -> list[Socket]:
        """The sockets that take envelopes, oldest first."""
        return [one for one in self._sockets.values() if not one.leaving]

    @property
    def open(self) -> list[Socket]:
        """Every open socket, leaving ones too."""
        return list(self._sockets.values())

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Upgrade a request that brings a good ticket, and stay with it."""
        admitted = self._at.tickets.admit(request.query.get("ticket", ""))
        refused = self._at.faults.for_socket(faults.Kind.REFUSED_UPGRADE)
        if refused is not None or not admitted:
            status = int(refused.number(503)) if refused is not None else 408
            self._at.act("upgrade_refused", {"status": status})
            return web.Response(status=status)
        ws = web.WebSocketResponse(autoping=False, autoclose=False, timeout=0.5)
        await ws.prepare(request)
        self._numbers += 1
        socket = Socket(number=self._numbers, ws=ws)
        socket.half_open = self._at.faults.for_socket(faults.Kind.HALF_OPEN) is not None
        if len(self._sockets) >= self._at.space.rules.max_sockets:
            await ws.send_str(_frame("disconnect", {"reason": "too_many_websockets"}))
            await ws.close()
            return ws
        self._sockets[socket.number] = socket
        try:
            await self._greet(socket)
            await self._listen(socket)
        except ConnectionError:
            pass
        finally:
            self._sockets.pop(socket.number, None)
            self._told("socket_closed", socket)
        return ws

    async def _greet(self, socket: Socket) -> None:
        self._told("socket_opened", socket)
        await socket.ws.send_str(
            _frame(
                "hello",
                {
                    "num_connections": len(self._sockets),
                    "debug_info": {
                        "host": "applink-local",
                        "build_number": 1,
                        "approximate_connection_time": 3600,
                    },
                    "connection_info": {"app_id": self._at.space.app_id},
                },
            )
        )

    def _told(self, what: str, socket: Socket) -> None:
        self._at.act(what, {"socket": socket.number, "open": len(self._sockets)})
        self._at.changes.publish(what, {"socket": socket.number})

    async def _listen(self, socket: Socket) -> None:
        while not socket.released.is_set():
            try:
                message = await socket.ws.receive(timeout=self._at.space.rules.ping_seconds)
            except TimeoutError:
                await socket.ws.ping(b"slack")
                continue
            if message.type is WSMsgType.TEXT and not socket.half_open:
                self._heard(socket, shapes.obj(shapes.parse(str(message.data))))
            elif message.type is WSMsgType.PING and not socket.half_open:
                await socket.ws.pong(bytes(message.data))
            elif message.type in {
                WSMsgType.CLOSE,
                WSMsgType.CLOSING,
                WSMsgType.CLOSED,
                WSMsgType.ERROR,
            }:
                await self._left(socket)
                return

    async def _left(self, socket: Socket) -> None:
        if not socket.half_open:
            await socket.ws.close()
            return
        try:
            async with asyncio.timeout(GONE_SECONDS):
                await socket.released.wait()
        except TimeoutError:
            return

    def _heard(self, socket: Socket, told: Json) -> None:
        name = shapes.text(told, "envelope_id")
        pending = self._pending.get(name)
        if pending is None:
            self._at.act("unknown_ack", {"envelope_id": name, "socket": socket.number})
            return
        if self._at.faults.for_socket(faults.Kind.SWALLOWED_ACK) is not None:
            return
        entry, payload = pending.entry, told.get("payload")
        entry.acks += 1
        if entry.acks > 1:
            again: Json = {"envelope_id": name, "again": True}
            self._at.changes.publish("ack", again)
            return
        response = payload if shapes.is_object(payload) else None
        entry.latency_ms = (time.perf_counter() - pending.sent) * 1000
        entry.late = pending.future.done()
        entry.acked = not entry.late
        entry.ack_socket = socket.number
        entry.response = self._at.journal.clean_object(response) if response else None
        if not entry.late:
            pending.future.set_result(response)
        facts: Json = {"envelope_id": name, "late": entry.late, "ms": entry.latency_ms}
        self._at.changes.publish("ack", facts)

    async def send(
        self, kind: str, payload: Json, *, what: str, attempt: int = 0, accepts: bool = True
    ) -> Outcome:
        """Send one envelope to one socket and wait for its ack."""
        name = secrets.token_hex(16)
        frame: Json = {
            "envelope_id": name,
            "payload": payload,
            "type": kind,
            "accepts_response_payload": accepts,
        }
        if kind == "events_api":
            frame |= {"retry_attempt": attempt, "retry_reason": "timeout" if attempt else ""}
        entry = journal.Envelope(
            seq=self._at.journal.next(),
            at=self._at.clock.now(),
            id=name,
            kind=kind,
            what=what,
            payload=self._at.journal.clean_object(payload),
            socket=0,
            attempt=attempt,
            event_id=shapes.text(payload, "event_id"),
        )
        if not await self._written(entry, shapes.dump(frame)):
            return Outcome(acked=False, error="dispatch_failed", envelope_id=name)
        return await self._answered(entry, shapes.dump(frame))

    async def _written(self, entry: journal.Envelope, frame: str) -> bool:
        """Write it to the next socket that takes it; False: there is none."""
        for _ in range(len(self.live)):
            self._turn += 1
            live = self.live
            if not live:
                break
            socket = live[self._turn % len(live)]
            entry.socket = socket.number
            if entry.id not in self._pending:
                future: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
                self._pending[entry.id] = _Pending(
                    entry=entry, sent=time.perf_counter(), future=future
                )
                self._at.journal.add(entry)
                self._at.changes.publish("envelope", {"id": entry.id, "what": entry.what})
            try:
                async with asyncio.timeout(self._at.space.rules.ack_seconds):
                    await socket.ws.send_str(frame)
            except (ConnectionError, TimeoutError):
                socket.leaving = True
                continue
            return True
        return False

    async def _answered(self, entry: journal.Envelope, frame: str) -> Outcome:
        pending = self._pending[entry.id]
        try:
            async with asyncio.timeout(self._at.space.rules.ack_seconds):
                response = await asyncio.shield(pending.future)
        except TimeoutError:
            pending.future.cancel()
            self._at.changes.publish("unacked", {"id": entry.id, "what": entry.what})
            return Outcome(acked=False, error="operation_timeout", envelope_id=entry.id)
        if self._at.faults.for_socket(faults.Kind.REPEATED) is not None and self.live:
            await self.live[0].ws.send_str(frame)
        return Outcome(
            acked=True,
            latency_ms=entry.latency_ms or 0.0,
            response=response,
            envelope_id=entry.id,
        )

    async def disconnect(
        self, reason: str, *, seconds: float | None = None, most: int | None = None
    ) -> int:
        """Send disconnect frames to the oldest live sockets, all unless ``most`` says how many, and
        close them a while later.

        ``reason`` is warning, refresh_requested, link_disabled or too_many_websockets; after a
        warning a socket still takes envelopes. Returns how many were told.
        """
        wait = self._at.space.rules.leave_seconds if seconds is None else seconds
        told = self.live[:most]
        for socket in told:
            socket.leaving = reason != "warning"
            facts: Json = {"reason": reason, "debug_info": {"host": "applink-local"}}
            with suppress(ConnectionError):  # its process has just died; its end comes of itself
                await socket.ws.send_str(_frame("disconnect", facts))
            if self._closing is not None:
                self._closing.spawn(self._close_later(socket, wait))
        self._at.act("disconnect", {"reason": reason, "sockets": len(told)})
        return len(told)

    async def _close_later(self, socket: Socket, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await socket.released.wait()
        except TimeoutError:
            socket.leaving = True
            if not socket.ws.closed:
                await socket.ws.close()

    def half_open(self, *, most: int | None = None, known: bool = False) -> list[int]:
        """From now on the oldest live sockets answer nothing; returns their numbers. ``known``:
        Slack knows of it, and sends nothing on them either.
        """
        told = self.live[:most] if most else self.open
        for socket in told:
            socket.half_open = True
            socket.leaving = socket.leaving or known
        return [socket.number for socket in told]

    async def stop(self) -> None:
        """Close every socket at once."""
        for socket in self.open:
            socket.half_open = False
            socket.leaving = True
            socket.released.set()
            await socket.ws.close(code=1001, drain=False)


def _frame(kind: str, told: Json) -> str:
    return shapes.dump({"type": kind, **told})
