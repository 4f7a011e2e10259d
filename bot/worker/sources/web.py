"""One service asked over HTTPS, for the sources that need no client library of their own.

Nothing of the machine takes part (no proxy, no netrc), no redirect is followed, and neither an
address nor a header ever reaches an error. A wait ends at the deadline and when it is told to.
"""

import json
import logging
import random
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from threading import Event, Lock
from typing import Protocol, cast

import certifi
import httpx

from bot import errors
from bot.domain.run import FailureCode
from bot.worker.sources import base

_CONNECT_SECONDS = 10.0
_MOST_BYTES = 32 * 2**20
_FIRST_PAUSE = 0.2
_SLOWEST_PAUSE = 5.0
_GOOD = range(200, 300)
_STATUSES: Mapping[int, FailureCode] = {
    401: FailureCode.CREDENTIAL_REFUSED,
    403: FailureCode.PERMISSION_DENIED,
    404: FailureCode.NOT_FOUND,
    408: FailureCode.SOURCE_TIMEOUT,
    410: FailureCode.NOT_FOUND,
    426: FailureCode.API_SUNSET,
    429: FailureCode.SOURCE_BUSY,
}
_SERVER_FAULT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. Secrets go into ``headers``, ``form`` or an httpx.Auth, never into ``url``."""

    url: str
    """The whole address; what it holds of a query string is sent as it is written."""
    method: str = "GET"
    params: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    """Put behind the address; a secret is among them only where a service takes it nowhere else."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    json: object = None
    """A body; None: none."""
    content: bytes | None = field(default=None, repr=False)
    """A body as it stands."""
    form: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back, read to its end."""

    status: int
    headers: Mapping[str, str]
    """Names are lower case."""
    body: bytes

    def json(self) -> object:
        """The body, its fractions as Decimal; raises ValueError where it is no JSON."""
        try:
            return cast(
                "object", json.loads(self.body, parse_float=Decimal, parse_constant=_refused)
            )
        except RecursionError:
            raise ValueError("it is nested too deeply") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a reply is none: a failure code, our words, theirs (not yet masked), and when to come
    again, in seconds.
    """

    code: FailureCode
    said: str = ""
    fault: str = ""
    retry_after: float | None = None


Judge = Callable[[Reply], Refusal | None]
"""Says whether a reply is an answer: None where it is."""


def by_status(reply: Reply) -> Refusal | None:
    """Judge by HTTP's own words, for what a service says in no words of its own."""
    if reply.status in _GOOD:
        return None
    code = _STATUSES.get(reply.status)
    if code is None:
        code = FailureCode.QUERY_INVALID if reply.status < _SERVER_FAULT else None
    return Refusal(
        code=code or FailureCode.SOURCE_FAULT,
        said=f"HTTP {reply.status}",
        fault=f"HTTP {reply.status}",
        retry_after=base.retry_after(reply.headers),
    )


Object = Mapping[str, object]


def as_object(value: object) -> Object:
    """Return a JSON object; what is none reads as an empty one."""
    return cast("Object", value) if isinstance(value, dict) else {}


def as_objects(value: object) -> tuple[Object, ...]:
    """Return the objects of a JSON list; what is no list reads as an empty one."""
    return tuple(map(as_object, cast("list[object]", value))) if isinstance(value, list) else ()


def listed(of: Object, name: str) -> tuple[Object, ...]:
    """Return the objects of a list that must be there; ValueError: nothing is not the same."""
    if not isinstance(of.get(name), list):
        raise ValueError(f"no list “{name}”")  # noqa: TRY004 - data, not a type
    return as_objects(of[name])


def _read(reply: "Reply") -> Object:
    found = reply.json()
    if not isinstance(found, dict):
        raise ValueError("no JSON object")  # noqa: TRY004 - data, not a type
    return cast("Object", found)


class _Stream(Protocol):
    """What httpcore tells of a connection that it has made."""

    def get_extra_info(self, info: str) -> socket.socket | None:
        """``socket`` is the one thing we ask for."""
        ...


class Caller:
    """One client of one service. Calls may run side by side, in threads."""

    def __init__(
        self,
        access: base.Access,
        *,
        seconds: float,
        judge: Judge = by_status,
        auth: httpx.Auth | None = None,
    ) -> None:
        """``seconds`` bounds one call with its repetitions."""
        self._access = access
        self._seconds = seconds
        self._judge = judge
        self._auth = auth
        logging.getLogger("httpx").addFilter(_is_needed)
        self._client = httpx.Client(
            verify=_authorities(), trust_env=False, headers={"user-agent": "reportops"}
        )
        self._stopping = Event()
        self._lock = Lock()
        self._sockets: list[socket.socket] = []

    def ask(self, call: Call, about: base.About | None) -> Reply:
        """Return the answer; raises RunError. What passes is asked again, for a while."""
        until = min(self._access.deadline, time.monotonic() + self._seconds)
        patient = min(until, time.monotonic() + self._access.patience)
        pause = _FIRST_PAUSE
        while True:
            found = self._tried(call, until)
            if isinstance(found, Reply):
                return found
            spread = random.uniform(0.5, 1.0)  # noqa: S311 - no secret
            wait = pause * spread if found.retry_after is None else found.retry_after
            if not _passes(found.code) or time.monotonic() + wait > patient:
                raise self.failed(found, about)
            self.rest(wait, about)
            pause = min(pause * 2, _SLOWEST_PAUSE)

    def send(self, call: Call) -> Reply:
        """Send it once, without ``auth``, as one that signs in does. Raises httpx.HTTPError."""
        until = min(self._access.deadline, time.monotonic() + _CONNECT_SECONDS)
        return self._sent(call, until, auth=None)

    def rest(self, seconds: float, about: base.About | None) -> None:
        """Wait for so long; RunError where that is too long, or when it is told to stop."""
        if time.monotonic() + seconds > self._access.deadline or self._stopping.wait(seconds):
            raise self._access.failed(FailureCode.SOURCE_TIMEOUT, about=about)

    def read(self, call: Call, about: base.About | None) -> Object:
        """Return the answer's JSON object; raises RunError, also where it is none."""
        return self.parsed(self.ask(call, about), about)

    def parsed(self, reply: Reply, about: base.About | None) -> Object:
        """Return a reply's JSON object; RunError where it is none."""
        try:
            return _read(reply)
        except ValueError as fault:
            raise self.unreadable(str(fault), about) from None

    def unreadable(self, said: str, about: base.About | None) -> errors.RunError:
        """Return the error of an answer that makes no sense: a fault of theirs."""
        return self._access.failed(FailureCode.SOURCE_FAULT, about=about, said=said)

    def failed(self, refusal: Refusal, about: base.About | None) -> errors.RunError:
        """Return the error of a refusal."""
        return self._access.failed(
            refusal.code,
            about=about,
            said=refusal.said,
            fault=refusal.fault,
            retry_after=refusal.retry_after,
        )

    def stop(self) -> None:
        """End every call and wait; nothing can be asked from here on."""
        self._stopping.set()
        with self._lock:
            for one in self._sockets:
                _cut(one)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()
        with self._lock:
            for one in self._sockets:
                one.close()
            self._sockets.clear()

    def _tried(self, call: Call, until: float) -> Reply | Refusal:
        if self._stopping.is_set() or time.monotonic() >= until:
            return Refusal(code=FailureCode.SOURCE_TIMEOUT)
        try:
            reply = self._sent(call, until, auth=self._auth)
        except errors.RunError as error:  # the sign-in's, which may pass like any other call
            ended = self._stopping.is_set() or time.monotonic() >= until
            code = FailureCode.SOURCE_TIMEOUT if ended else error.failure.code
            return Refusal(code=code, said=error.failure.said)
        except _TooLongError as error:
            return Refusal(code=FailureCode.RESULT_INVALID, fault=str(error))
        except httpx.HTTPError as error:
            stopped = self._stopping.is_set()
            return Refusal(code=FailureCode.SOURCE_TIMEOUT) if stopped else _of_transport(error)
        return self._judge(reply) or reply

    def _sent(self, call: Call, until: float, *, auth: httpx.Auth | None) -> Reply:
        left = max(0.01, until - time.monotonic())
        request = self._client.build_request(
            call.method,
            call.url,
            params=dict(call.params) or None,
            headers=dict(call.headers),
            json=call.json,
            content=call.content,
            data=call.form,
            timeout=httpx.Timeout(left, connect=min(left, _CONNECT_SECONDS)),
            extensions={"trace": self._traced},
        )
        response = self._client.send(request, stream=True, auth=auth)
        try:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > _MOST_BYTES:
                    raise _TooLongError(f"it is longer than {_MOST_BYTES // 2**20} MB")
                if time.monotonic() > until:
                    raise httpx.ReadTimeout("it came too slowly", request=request)
        finally:
            response.close()
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Reply(status=response.status_code, headers=headers, body=bytes(body))

    def _traced(self, event: str, info: Mapping[str, object]) -> None:
        """Keep another handle on every connection: a blocking read ends when it is cut there,
        also beneath TLS.
        """
        if event != "connection.connect_tcp.complete":
            return
        made = cast("_Stream", info["return_value"]).get_extra_info("socket")
        if made is not None:
            with self._lock:
                self._sockets.append(handle := made.dup())
            if self._stopping.is_set():
                _cut(handle)


class _TooLongError(httpx.HTTPError):
    """A body beyond its bound."""


def _is_needed(record: logging.LogRecord) -> bool:
    """At INFO httpx tells every address, and an address may hold what signs it."""
    return record.levelno >= logging.WARNING


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _passes(code: FailureCode) -> bool:
    """Whether the same request may be answered within seconds."""
    return errors.is_retryable(code) and code is not FailureCode.QUOTA_EXHAUSTED


def _of_transport(error: httpx.HTTPError) -> Refusal:
    """Nobody's words but TLS's: the texts of these hold addresses."""
    match error:
        case httpx.ConnectTimeout():
            code = FailureCode.SOURCE_UNREACHABLE
        case httpx.TimeoutException():
            code = FailureCode.SOURCE_TIMEOUT
        case _:
            code = FailureCode.SOURCE_UNREACHABLE
    said = "its certificate is not to be trusted" if "CERTIFICATE" in str(error) else ""
    return Refusal(code=code, said=said)


def _refused(constant: str) -> object:
    raise ValueError(f"{constant} is no number")


@cache
def _authorities() -> ssl.SSLContext:
    """The authorities that browsers trust; made once, as it takes 30 ms."""
    return ssl.create_default_context(cafile=certifi.where())
