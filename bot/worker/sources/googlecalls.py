"""Calls of Google's own clients: each bounded by the deadline, repeated while a fault passes, and
ended when somebody says stop.

The libraries' own retries sleep where nothing wakes them, and a request that hangs ends with its
time-out alone. So a request runs in a thread of its own, and what waits for it also waits to be
stopped; the thread is left to its time-out, or to the end of the process.
"""

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from threading import Event
from typing import TYPE_CHECKING, TypeVar, cast

from bot.domain.run import FailureCode
from bot.worker.sources import base, googleerrors

if TYPE_CHECKING:
    import requests
    from google.auth.transport import requests as transport

T = TypeVar("T")

_PAUSES = (0.2, 2.0, None)
"""Two repeats and no more: GA4 shuts a project out after ten server errors in an hour."""
_PASSING = frozenset(
    {FailureCode.SOURCE_BUSY, FailureCode.SOURCE_FAULT, FailureCode.SOURCE_UNREACHABLE}
)
_SIDE_BY_SIDE = 4


class Calls:
    """The requests of one source."""

    def __init__(self, access: base.Access, *, seconds: int, place: str) -> None:
        """``seconds`` are what one question may take; ``place`` is what a 404 means."""
        self._access = access
        self._seconds = seconds
        self._place = place
        self._stopping = Event()
        self._stopped: Future[None] = Future()
        self._pool = ThreadPoolExecutor(_SIDE_BY_SIDE)

    def make(self, call: Callable[[float], T], about: base.About | None) -> T:
        """Return what ``call`` returns, which is given the seconds that it may take; RunError."""
        until = min(self._access.deadline, time.monotonic() + self._seconds)
        patient = min(until, time.monotonic() + self._access.patience)
        for pause in _PAUSES:
            try:
                return self._within(call, about, until=until)
            except googleerrors.KNOWN as error:
                found = googleerrors.explain(error)
                if pause is None or not self._waits(found, pause, patient=patient):
                    raise self._failed(found, about) from None
        raise AssertionError

    def stop(self) -> None:
        """End every wait, now and from now on."""
        self._stopping.set()
        if not self._stopped.done():
            self._stopped.set_result(None)

    def close(self) -> None:
        """Take no more; what hangs is not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _within(self, call: Callable[[float], T], about: base.About | None, *, until: float) -> T:
        left = until - time.monotonic()
        if left > 0 and not self._stopping.is_set():
            running = self._pool.submit(call, left)
            both = cast("tuple[Future[object], ...]", (running, self._stopped))
            wait(both, timeout=left, return_when=FIRST_COMPLETED)
            if running.done():
                return running.result()
        raise self._access.failed(FailureCode.SOURCE_TIMEOUT, about=about)

    def _waits(self, found: googleerrors.Explained, pause: float, *, patient: float) -> bool:
        """Wait for the next try; whether it is worth one."""
        seconds = max(pause, found.retry_after or 0.0)
        if found.code not in _PASSING or time.monotonic() + seconds > patient:
            return False
        return not self._stopping.wait(seconds)

    def _failed(self, found: googleerrors.Explained, about: base.About | None) -> Exception:
        if self._stopping.is_set():
            return self._access.failed(FailureCode.SOURCE_TIMEOUT, about=about)
        return self._access.failed(
            found.code,
            about=about,
            said=found.said,
            fault=self._place if found.code is FailureCode.NOT_FOUND else "",
            retry_after=found.retry_after,
        )


def quiet(session: "transport.AuthorizedSession") -> None:
    """Let it read neither proxies nor a netrc file of the machine, for signing in neither."""
    session.trust_env = False
    asking = cast("requests.Session | None", vars(session).get("_auth_request_session"))
    if asking is not None:
        asking.trust_env = False
