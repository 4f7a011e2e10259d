"""One websocket to Slack, from its ticket to its end."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from typing import Protocol, cast

import aiohttp
import structlog
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.slack import envelopes, web

CLOSED = "closed"
"""Why a socket ended when nobody announced it: closed, half-open, or never there."""

_CLOSE = 2.0
"""Seconds Slack may take to say goodbye."""

Elsewhere = Callable[[str], Awaitable[bool]]
"""Sends an answer on another socket, where its own is gone; False: there is none."""

log = structlog.get_logger()


class _Response(Protocol):
    """As much of the SDK's response as is used, with types."""

    envelope_id: str
    payload: dict[str, object] | None


class Socket:
    """Reads envelopes and sends each answer back the way its question came."""

    def __init__(
        self,
        answering: envelopes.Envelopes,
        elsewhere: Elsewhere,
        *,
        ping: float,
        proxy: str | None = None,
    ) -> None:
        self._envelopes = answering
        self._elsewhere = elsewhere
        self._ping = ping
        self._proxy = proxy
        self._stream: aiohttp.ClientWebSocketResponse | None = None
        self._hello: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._ending: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._closing = False

    @property
    def open(self) -> bool:
        """Whether it can still bring envelopes."""
        return self._stream is not None and not self._stream.closed

    @property
    def reason(self) -> str:
        """Why it ends or must be replaced; empty while it stands."""
        return self._ending.result() if self._ending.done() else ""

    async def hello(self, within: float) -> int | None:
        """Return how many connections Slack counts, once it said hello; None where it did not."""
        try:
            async with asyncio.timeout(within):
                return await asyncio.shield(self._hello)
        except TimeoutError:
            return None

    async def ending(self) -> str:
        """Return why it must be replaced, once that is so."""
        return await asyncio.shield(self._ending)

    async def close(self) -> None:
        """End it; what is still being answered on it is lost."""
        self._closing = True
        if self._stream is None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE):
                await self._stream.close()

    async def serve(self, session: aiohttp.ClientSession, url: str) -> None:
        """Read until it ends; returns, never raises, for whatever the network does."""
        try:
            async with session.ws_connect(
                url, heartbeat=self._ping, proxy=self._proxy, max_msg_size=0
            ) as stream:
                self._stream = stream
                if not self._closing:
                    await self._use(stream)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            log.warning("socket_failed", error=type(error).__name__)
        finally:
            self._gone()

    async def _use(self, stream: aiohttp.ClientWebSocketResponse) -> None:
        """Read to the end, then wait for the answers that are still being made."""
        async with asyncio.TaskGroup() as answers:
            try:
                await self._read(stream, answers)
            except (aiohttp.ClientError, OSError) as error:
                log.warning("socket_failed", error=type(error).__name__)
            finally:
                self._gone()

    def _gone(self) -> None:
        self._over(CLOSED)
        if not self._hello.done():
            self._hello.set_result(None)

    async def _read(
        self, stream: aiohttp.ClientWebSocketResponse, answers: asyncio.TaskGroup
    ) -> None:
        async for frame in stream:
            if frame.type is not aiohttp.WSMsgType.TEXT:
                continue
            message = _parse(cast("str", frame.data))
            match message.get("type"):
                case "hello":
                    self._greeted(message)
                case "disconnect":
                    self._over(str(message.get("reason") or "refresh_requested"))
                case _:
                    answers.create_task(self._answer(message), name="slack-envelope")

    async def tell(self, text: str) -> bool:
        """Send one frame; False: it is closed."""
        if self._stream is None or self._stream.closed:
            return False
        try:
            await self._stream.send_str(text)
        except (aiohttp.ClientError, OSError):
            return False
        return True

    async def _answer(self, message: web.Json) -> None:
        request = _request(message)
        if request is None:
            return
        response = cast("_Response | None", await self._envelopes.answer(request))
        if response is None:
            return
        told: dict[str, object] = {"envelope_id": response.envelope_id}
        if response.payload is not None:
            told["payload"] = response.payload
        text = json.dumps(told)
        if not await self.tell(text) and not await self._elsewhere(text):
            log.warning("socket_answer_lost", envelope=request.envelope_id, type=request.type)

    def _greeted(self, message: web.Json) -> None:
        count = message.get("num_connections")
        if not self._hello.done():
            self._hello.set_result(count if isinstance(count, int) else 1)

    def _over(self, reason: str) -> None:
        if not self._ending.done():
            self._ending.set_result(reason)


def _parse(text: str) -> web.Json:
    try:
        return web.as_object(json.loads(text))
    except ValueError:
        return {}


def _request(message: web.Json) -> SocketModeRequest | None:
    """The envelope as the SDK's type; None where it is none."""
    kind, name, payload = (message.get(key) for key in ("type", "envelope_id", "payload"))
    if not (isinstance(kind, str) and isinstance(name, str) and isinstance(payload, dict)):
        return None
    attempt, reason = message.get("retry_attempt"), message.get("retry_reason")
    return SocketModeRequest(
        type=kind,
        envelope_id=name,
        payload=cast("dict[str, object]", payload),
        accepts_response_payload=bool(message.get("accepts_response_payload")),
        retry_attempt=attempt if isinstance(attempt, int) else None,
        retry_reason=reason if isinstance(reason, str) else None,
    )
