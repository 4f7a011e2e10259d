"""Bearer tokens in the headers of calls: one that stays, or one that is signed in for."""

from collections.abc import Callable, Generator
from threading import Lock

import httpx

_REFUSED = 401


class Fixed(httpx.Auth):
    """The same token with every call."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """As httpx.Auth has it."""
        request.headers["authorization"] = f"Bearer {self._token}"
        yield request


class Renewed(httpx.Auth):
    """Signs in before the first call, and once more where a token is refused before its time."""

    def __init__(self, token: Callable[[str], str]) -> None:
        """``token`` returns the one to use, or a new one where it is the one it is given; it may
        raise RunError.
        """
        self._token = token
        self._lock = Lock()

    def sync_auth_flow(
        self, request: httpx.Request
    ) -> Generator[httpx.Request, httpx.Response, None]:
        """As httpx.Auth has it."""
        token = self._locked(but="")
        request.headers["authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code == _REFUSED:
            request.headers["authorization"] = f"Bearer {self._locked(but=token)}"
            yield request

    def _locked(self, *, but: str) -> str:
        with self._lock:
            return self._token(but)
