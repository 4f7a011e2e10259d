"""Google's APIs that need no client of their own: JSON by GET, through our own caller.

https://cloud.google.com/apis/design/errors
"""

from collections.abc import Mapping
from typing import cast

from bot import errors
from bot.domain.run import FailureCode
from bot.worker.sources import base, bearer, googleerrors, web

Json = Mapping[str, object]


class Reader:
    """One API, read with one credential for one scope."""

    def __init__(self, access: base.Access, *, scope: str, seconds: float, place: str) -> None:
        """``place`` is what a 404 means. Raises RunError for a credential of no use."""
        self._access = access
        self._place = place
        self._stopped = False
        self._caller = bearer.caller(access, scopes=(scope,), seconds=seconds, judge=self._judge)

    def get(self, url: str, about: base.About | None) -> Json:
        """Return the object that stands there, its numbers exact; raises RunError."""
        try:
            reply = self._caller.ask(web.Call(url=url), about)
        except errors.RunError:
            if self._stopped:  # whatever was cut: the sign-in, too
                raise self._access.failed(FailureCode.SOURCE_TIMEOUT, about=about) from None
            raise
        try:
            told = reply.json()
        except ValueError:
            told = None
        if not isinstance(told, dict):
            said = "an answer that is not JSON"
            raise self._access.failed(FailureCode.SOURCE_FAULT, about=about, said=said)
        return cast("Json", told)

    def stop(self) -> None:
        """End every call and wait."""
        self._stopped = True
        self._caller.stop()

    def close(self) -> None:
        """Close the connections."""
        self._caller.close()

    def _judge(self, reply: web.Reply) -> web.Refusal | None:
        plain = web.by_status(reply)
        if plain is None:
            return None
        said = _said(reply) or plain.said
        found = googleerrors.of_status(reply.status, said, wait=plain.retry_after)
        fault = self._place if found.code is FailureCode.NOT_FOUND else ""
        return web.Refusal(
            code=found.code, said=found.said, fault=fault, retry_after=found.retry_after
        )


def _said(reply: web.Reply) -> str:
    """The service's own words."""
    try:
        match reply.json():
            case {"error": {"message": str() as words}}:
                return words
            case _:
                return ""
    except ValueError:
        return ""
