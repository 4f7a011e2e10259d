"""One call of Slack's Web API, and all that may come of it as plain data. Raises nothing of Slack.

The SDK's own retry handlers are off: they sent a message again that Slack had stored already.
What is safe to repeat is repeated by whoever asks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, cast

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot import clock, settings
from bot.slack import dial, limiter

TIMEOUT = 10
"""Seconds a call may take; read-back counts on it (Settled 11)."""
POST = "chat.postMessage"
RATE_LIMITED = "ratelimited"
UNREACHABLE = "unreachable"
"""No connection was made, so nothing was stored."""
UNCLEAR = frozenset(
    {"timeout", "connection_lost", "unreadable_answer", "fatal_error", "internal_error"}
    | {"request_timeout", "service_unavailable"}
)
"""Nobody knows whether it was done."""
PATIENCE = 3.0
"""Seconds that something for one person waits for its turn."""
_DEFAULT_WAIT = 30.0
_LONGEST_WAIT = 60.0
_SERVER_ERROR = 500
_TOO_MANY = 429

log = structlog.get_logger()

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. ``error`` is empty when it was done; else Slack's name or one of ours."""

    error: str = ""
    data: Json = field(default_factory=dict[str, object])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    retry_after: float | None = None
    """Seconds, where the error will pass by waiting."""

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return not self.error

    @property
    def unclear(self) -> bool:
        """Whether nobody knows if it was done."""
        return self.error in UNCLEAR

    def text(self, key: str) -> str:
        """A text of the answer, or empty."""
        value = self.data.get(key)
        return value if isinstance(value, str) else ""

    def part(self, key: str) -> Json:
        """An object of the answer, or an empty one."""
        return as_object(self.data.get(key))

    def parts(self, key: str) -> list[Json]:
        """The objects of a list of the answer."""
        found = _list(self.data.get(key))
        return [cast("Json", one) for one in found if isinstance(one, dict)]

    @property
    def cursor(self) -> str:
        """Where the next page begins; empty on the last."""
        value = self.part("response_metadata").get("next_cursor")
        return value if isinstance(value, str) else ""

    @property
    def detail(self) -> str:
        """What Slack adds to a refusal, such as the block it is about; bounded."""
        told = (self.part("response_metadata").get("messages"), self.data.get("errors"))
        found = [str(one) for part in told for one in _list(part)]
        needed = self.text("needed")
        return "; ".join([*found, *([f"needed: {needed}"] if needed else [])])[:500]


class _Response(Protocol):
    """As much of the SDK's answer as is used, with types."""

    data: object
    headers: Mapping[str, str]
    status_code: int


class _Caller(Protocol):
    """As much of the SDK's client as is used, with types."""

    async def api_call(
        self,
        api_method: str,
        *,
        http_verb: str = "POST",
        params: dict[str, object] | None = None,
        json: dict[str, object] | None = None,
    ) -> _Response:
        """Call one method; raises SlackApiError where Slack says no."""
        ...


class Web:
    """Slack's Web API with one token."""

    def __init__(self, token: str, *, url: str, limits: limiter.Limiter, time: clock.Clock) -> None:
        self._client = AsyncWebClient(token=token, base_url=url, timeout=TIMEOUT, retry_handlers=[])
        if settings.is_loopback(url):
            self._client.proxy = None
        self.limits = limits
        """Who may call when; whoever plans ahead asks it."""
        self.dial = dial.Dial(time)

    @property
    def sdk(self) -> AsyncWebClient:
        """The SDK's client, for Bolt; it has no retry handlers either."""
        return self._client

    @property
    def proxy(self) -> str | None:
        """The proxy of the environment, where one is needed."""
        return self._client.proxy

    async def read(self, method: str, **arguments: object) -> Answer:
        """Ask for something, in its turn; once more after a 429, being safe to repeat."""
        answer = await self._read(method, arguments, patience=_LONGEST_WAIT)
        if answer.error == RATE_LIMITED:
            answer = await self._read(method, arguments, patience=_LONGEST_WAIT)
        return answer

    async def peek(self, method: str, **arguments: object) -> Answer:
        """Ask for something now or not at all, for those who come back by themselves."""
        return await self._read(method, arguments, patience=0.0)

    async def write(
        self,
        method: str,
        arguments: Json,
        *,
        how: Literal["json", "params"] = "json",
        patience: float = 0.0,
    ) -> Answer:
        """Do something, once. Where it is not its turn it is refused here already."""
        channel = arguments.get("channel") if method == POST else None
        channel = channel if isinstance(channel, str) else ""
        wait = await self.limits.turn(method, channel, patience=patience)
        if wait > 0:
            return Answer(error=RATE_LIMITED, retry_after=wait)
        answer = await self._call(method, _given(arguments), how=how)
        if channel:
            self.limits.spoke(channel)
        return answer

    async def slack_time(self) -> float | None:
        """Slack's own clock, in seconds since 1970: as heard of late, else asked for; None when it
        is out of reach.
        """
        if (heard := self.dial.read()) is not None:
            return heard
        answer = await self.peek("api.test")
        return dial.seconds(answer.headers.get("date", ""))

    async def _read(self, method: str, arguments: Json, *, patience: float) -> Answer:
        wait = await self.limits.turn(method, patience=patience)
        if wait > 0:
            return Answer(error=RATE_LIMITED, retry_after=wait)
        return await self._call(method, _given(arguments), how="params")

    async def _call(
        self, method: str, arguments: dict[str, object], *, how: Literal["json", "params"]
    ) -> Answer:
        asked = self.dial.now()
        answer = await self._asked(method, arguments, how=how)
        self.dial.hear(answer.headers.get("date", ""), asked=asked)
        return answer

    async def _asked(
        self, method: str, arguments: dict[str, object], *, how: Literal["json", "params"]
    ) -> Answer:
        caller = cast("_Caller", self._client)
        try:
            if how == "json":
                response = await caller.api_call(method, json=arguments)
            else:
                response = await caller.api_call(method, params=arguments)
        except SlackApiError as error:
            return self._refused(method, error)
        except (aiohttp.ClientError, SlackClientError, OSError, TimeoutError) as error:
            return _broken(error)
        except (AttributeError, ValueError) as error:
            # The SDK takes every answer of 200 for an object; a proxy's page is none.
            return _broken(error)
        data, headers = _data(response), _headers(response)
        error = "" if data.get("ok") is True else "unreadable_answer"
        return Answer(error=error, data=data, headers=headers)

    def _refused(self, method: str, error: SlackApiError) -> Answer:
        found = cast("object", error.response)
        if isinstance(found, aiohttp.ClientResponse) and found.status == _TOO_MANY:
            return self._busy(
                method, {}, headers={name.lower(): of for name, of in found.headers.items()}
            )
        if not isinstance(found, AsyncSlackResponse):
            return Answer(error="unreadable_answer")
        response = cast("_Response", found)
        data, headers = _data(response), _headers(response)
        code = data.get("error")
        if response.status_code == _TOO_MANY or code in {RATE_LIMITED, "rate_limited"}:
            return self._busy(method, data, headers=headers)
        if response.status_code >= _SERVER_ERROR or not isinstance(code, str):
            return Answer(error="service_unavailable", data=data, headers=headers)
        return Answer(error=code, data=data, headers=headers)

    def _busy(self, method: str, data: Json, *, headers: Mapping[str, str]) -> Answer:
        """429: nothing was done, and nobody calls the method before Slack's time has come."""
        seconds = _seconds(headers.get("retry-after"))
        self.limits.hold(method, seconds)
        log.warning("slack_rate_limited", method=method, seconds=seconds)
        return Answer(error=RATE_LIMITED, data=data, headers=headers, retry_after=seconds)


def as_object(part: object) -> Json:
    """Return the object, or an empty one."""
    return cast("Json", part) if isinstance(part, dict) else {}


def as_texts(part: object) -> list[str]:
    """Return the texts of a list; whatever else it holds is left out."""
    return [one for one in _list(part) if isinstance(one, str)]


def _broken(error: Exception) -> Answer:
    if isinstance(error, aiohttp.ClientConnectorError):
        return Answer(error=UNREACHABLE, retry_after=5.0)
    if isinstance(error, TimeoutError):
        return Answer(error="timeout")
    if isinstance(error, AttributeError | ValueError | SlackClientError):
        return Answer(error="unreadable_answer")
    return Answer(error="connection_lost")


def _given(arguments: Json) -> dict[str, object]:
    return {key: value for key, value in arguments.items() if value is not None}


def _data(response: _Response) -> Json:
    data = response.data
    return cast("Json", data) if isinstance(data, dict) else {}


def _headers(response: _Response) -> Mapping[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _seconds(told: str | None) -> float:
    try:
        return max(0.0, float(told or ""))
    except ValueError:
        return _DEFAULT_WAIT


def _list(part: object) -> list[object]:
    return cast("list[object]", part) if isinstance(part, list) else []


def connect(*, token: str, url: str, time: clock.Clock) -> Web:
    """Return the Web API with a limiter of its own."""
    return Web(token, url=url, limits=limiter.Limiter(time), time=time)
