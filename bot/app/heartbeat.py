"""The dead man's switch: a sign of life to a monitor outside, which alerts when it stays away.

The protocol is that of healthchecks.io (healthchecks.io/docs/http_api): the address itself means
well, ``/start`` that something has begun, ``/fail`` that it went wrong, with the reason as text.
The address is a secret: whoever knows it can speak for the bot. It is never logged.
"""

import asyncio
from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit

import aiohttp
import structlog
from pydantic import SecretStr

from bot import settings

_SECONDS = 10.0
_REDIRECTS = 3
_LONGEST = 2000
"""Characters of a reason."""
_REFUSED = 400

_log = structlog.get_logger(__name__)


class Sign(StrEnum):
    """What is told."""

    START = "start"
    WELL = ""
    FAIL = "fail"


class Heartbeat:
    """Tells one monitor; ``session`` outlives it. Never raises."""

    def __init__(self, url: SecretStr, session: aiohttp.ClientSession) -> None:
        self._url = url
        self._session = session
        self._is_lost = False

    async def say(self, sign: Sign, reason: str = "") -> None:
        """Tell it. That the monitor is out of reach is logged once, not each minute."""
        try:
            problem = await self._tell(sign, reason)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            problem = type(error).__name__  # its text may hold the address
        if problem and not self._is_lost:
            _log.warning("heartbeat_lost", problem=problem)
        elif self._is_lost and not problem:
            _log.info("heartbeat_again")
        self._is_lost = bool(problem)

    async def _tell(self, sign: Sign, reason: str) -> str:
        async with asyncio.timeout(_SECONDS):
            request = self._session.request(
                "POST" if reason else "GET",
                address(self._url.get_secret_value(), sign),
                data=reason[:_LONGEST].encode() or None,
                max_redirects=_REDIRECTS,
            )
            async with request as response:
                return f"HTTP {response.status}" if response.status >= _REFUSED else ""


def address(url: str, sign: Sign) -> str:
    """Return where a sign goes: at the end of the address's path, before its query."""
    parts = urlsplit(url)
    path = f"{parts.path.rstrip('/')}/{sign.value}" if sign.value else parts.path
    return urlunsplit(parts._replace(path=path))


def session(url: SecretStr) -> aiohttp.ClientSession:
    """Return what carries the signs: through the environment's proxy, where one is needed."""
    return aiohttp.ClientSession(trust_env=not settings.is_loopback(url.get_secret_value()))
