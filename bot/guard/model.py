"""The model, as a run finds it: the Messages endpoint alone, asked with a key it never sees.

Imported by the broker for the first run that may ask: idle, the broker does without a server and
without prices.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from pydantic import ValidationError

from bot.domain import money
from bot.guard import asking, detour, dial, hosts, ways
from bot.ipc import channel, told
from bot.ipc.allowance import Allowance
from bot.kinds import billed

ADDRESS = "https://api.anthropic.com"
_PATH = "/v1/messages"
_VERSION = "2023-06-01"
_LARGEST_ANSWER = 1024 * 1024
_SECONDS = 120.0
_CONNECT_SECONDS = 10.0
_IDLE_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """Where the model is, and what it is asked with."""

    key: str = field(repr=False)
    url: str = ADDRESS
    proxy: str | None = field(default=None, repr=False)
    """The machine's own way out, where it has one."""


Tell = Callable[[told.Told], Awaitable[None]]
"""Takes what an answer cost, before the run gets the answer."""


def open_(at: channel.Message, *, proxy: detour.Proxy | None) -> "Service":
    """Return what asks the model: ``at`` are its key and its address, as the bot says them."""
    url = str(at.get("url") or ADDRESS)
    parts = urlsplit(url)
    host = hosts.Host(name=parts.hostname or "", port=parts.port or hosts.HTTPS)
    through = proxy.url if proxy is not None and proxy.serves(host) else None
    return Service(Upstream(key=str(at.get("key") or ""), url=url, proxy=through))


class Service:
    """Asks the model for every run; made once."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._session: aiohttp.ClientSession | None = None

    @contextlib.asynccontextmanager
    async def counted(self, allowance: Allowance, tell: Tell) -> AsyncGenerator[ways.Join]:
        """Yield what serves one run's connections to the model, within its allowance."""
        counter = _Counter(self, allowance, tell)
        try:
            yield counter.join
        finally:
            await counter.close()

    async def post(self, body: bytes) -> "Answer":
        """Ask; raises Refused where no answer comes."""
        headers = {
            "x-api-key": self._upstream.key,
            "anthropic-version": _VERSION,
            "content-type": "application/json",
        }
        url = self._upstream.url.rstrip("/") + _PATH
        try:
            async with self._open().post(
                url, data=body, headers=headers, allow_redirects=False, proxy=self._upstream.proxy
            ) as came:
                found = await _bounded(came.content)
                again = came.headers.get("retry-after", "")
                return Answer(status=came.status, body=found, again=again)
        except TimeoutError:
            raise _late() from None
        except (aiohttp.ClientError, OSError, ValueError):
            raise _away() from None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=ssl.create_default_context()),
                timeout=aiohttp.ClientTimeout(total=_SECONDS, sock_connect=_CONNECT_SECONDS),
            )
        return self._session

    async def close(self) -> None:
        """Close the connections to the model."""
        if self._session is not None:
            await self._session.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the service said."""

    status: int
    body: bytes
    again: str
    """Its retry-after."""


class _Counter:
    """One run's way to the model, which counts what it asks and what that costs."""

    def __init__(self, service: Service, allowance: Allowance, tell: Tell) -> None:
        self._service = service
        self._allowance = allowance
        self._tell = tell
        self._calls = 0
        self._spent = Decimal(0)
        self._turn = asyncio.Lock()
        self._server = web.Server(self._answered, keepalive_timeout=_IDLE_SECONDS, access_log=None)

    async def join(self, arrived: socket.socket) -> None:
        """Serve one connection of the run until it ends. Closes it."""
        ours, theirs = socket.socketpair()
        ours.settimeout(0)
        try:
            await asyncio.get_running_loop().connect_accepted_socket(self._server, theirs)
        except OSError:
            theirs.close()
        await dial.splice(arrived, ours)

    async def close(self) -> None:
        """End what is still asked: the run is gone."""
        await self._server.shutdown(0)

    async def _answered(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            body = asking.checked(await _whole(request), self._allowance)
            async with self._turn:
                answer = await self._asked(body)
        except asking.Refused as refused:
            return _reply(refused.status, refused.body())
        return _reply(answer.status, answer.body, again=answer.again)

    async def _asked(self, body: bytes) -> Answer:
        """Ask once, within what is left; raises Refused."""
        if self._calls >= self._allowance.calls:
            raise asking.Refused("more calls than a report makes", 402, kind="billing_error")
        if self._allowance.left is not None and self._spent >= self._allowance.left:
            raise asking.Refused("the model budget is used up", 402, kind="billing_error")
        self._calls += 1
        answer = await self._service.post(body)
        cost = _cost(answer, self._allowance.model)
        if cost is not None:
            self._spent += cost.cost
            await self._tell(told.Spent(line=billed.write(cost)))
        return answer


def _away() -> asking.Refused:
    return asking.Refused("the service could not be reached", 502, kind="api_error")


def _late() -> asking.Refused:
    return asking.Refused("the service did not answer in time", 504, kind="timeout_error")


def _cost(answer: Answer, model: str) -> money.Usage | None:
    """What was billed; None for what costs nothing, and for what cannot be read."""
    try:
        return billed.Answer.model_validate_json(answer.body).usage.priced(model)
    except (ValidationError, LookupError):
        return None


def _reply(status: int, body: bytes, *, again: str = "") -> web.Response:
    headers = {"retry-after": again} if again else None
    return web.Response(status=status, body=body, headers=headers, content_type="application/json")


async def _whole(request: web.BaseRequest) -> bytes:
    if (request.method, request.path) != ("POST", _PATH):
        raise asking.Refused("only the messages are here", 404, kind="not_found_error")
    try:
        return await _bounded(request.content, asking.LARGEST)
    except TimeoutError:
        raise asking.Refused("the request did not come", 408) from None
    except ValueError:
        raise asking.Refused("the request is too large", 413, kind="request_too_large") from None


async def _bounded(content: aiohttp.StreamReader, most: int = _LARGEST_ANSWER) -> bytes:
    """Read to the end; raises ValueError for more than that."""
    found = bytearray()
    async with asyncio.timeout(_SECONDS):
        async for chunk in content.iter_any():
            found += chunk
            if len(found) > most:
                raise ValueError("too much")
    return bytes(found)
