"""Signing in at Google for services that are asked over HTTPS: google-auth through our own caller.

google-auth brings transports of its own; with ours a sign-in is stopped and bounded as any other
call, and the machine's proxies take no part in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

import httpx
from google.auth import exceptions

from bot import errors
from bot.domain.run import FailureCode
from bot.worker.sources import base, googleauth, tokens, web

if TYPE_CHECKING:
    from google.auth.credentials import Credentials


def caller(
    access: base.Access, *, scopes: tuple[str, ...], seconds: float, judge: web.Judge
) -> web.Caller:
    """Return a caller whose calls carry a bearer token of the access's Google credential.

    Raises RunError for a credential of no use.
    """
    signing = _SignIn(access, googleauth.credentials(access, scopes=scopes))
    auth = tokens.Renewed(signing.token)
    made = web.Caller(access, seconds=seconds, judge=judge, auth=auth)
    signing.transport = _Transport(made)
    return made


class _Fresh(Protocol):
    """What we use of a credential; typed in part there."""

    token: str | None

    @property
    def valid(self) -> bool:
        """Whether it has a token that has not expired."""
        ...

    def refresh(self, request: object) -> None:
        """Sign in."""
        ...


class _SignIn:
    """Has a credential's token."""

    def __init__(self, access: base.Access, credentials: "Credentials") -> None:
        self._access = access
        self._credentials = cast("_Fresh", credentials)
        self.transport: _Transport | None = None

    def token(self, but: str) -> str:
        """Return the token, or a new one where it is ``but``; raises RunError."""
        known = self._credentials
        if known.token == but or not known.valid:
            self._refresh()
        return known.token or ""

    def _refresh(self) -> None:
        if self.transport is None:
            raise AssertionError
        try:
            self._credentials.refresh(self.transport)
        except exceptions.GoogleAuthError as error:
            raise self._failed(error) from None

    def _failed(self, error: exceptions.GoogleAuthError) -> errors.RunError:
        if isinstance(error, exceptions.TransportError):
            return self._access.failed(FailureCode.SOURCE_UNREACHABLE)
        passes = cast("bool", error.retryable)  # pyright: ignore[reportUnknownMemberType]
        code = FailureCode.SOURCE_FAULT if passes else FailureCode.CREDENTIAL_REFUSED
        return self._access.failed(code, said=str(error.args[0]) if error.args else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Response:
    """As google-auth's transport.Response."""

    status: int
    headers: Mapping[str, str]
    data: bytes


class _Transport:
    """What google-auth signs in through, as its transport.Request; it names what it hands over."""

    def __init__(self, made: web.Caller) -> None:
        self._made = made

    def __call__(
        self,
        url: str,
        method: str = "GET",
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002 - ours is the deadline
        **_: object,
    ) -> _Response:
        """Ask once. Raises google.auth's TransportError, in no words that hold an address."""
        call = web.Call(url=url, method=method, content=body, headers=dict(headers or {}))
        try:
            reply = self._made.send(call)
        except httpx.HTTPError:
            raise exceptions.TransportError("not reachable") from None
        return _Response(status=reply.status, headers=reply.headers, data=reply.body)
