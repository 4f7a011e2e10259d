"""What the doubles of Google's newer APIs have in common: who is let in, and how they misbehave."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from bot.demo import google
from bot.demo.loopback import Double, Handler, Json, Reply, Request

_SCOPES = "https://www.googleapis.com/auth/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """How a request is refused, as Google's newer APIs say it."""

    code: int
    status: str
    message: str
    headers: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def reply(self) -> Reply:
        """The answer."""
        body: Json = {"code": self.code, "message": self.message, "status": self.status}
        return Reply(status=self.code, body={"error": body}, headers=self.headers)


class Refused(Exception):  # noqa: N818 - named for what it is
    """A request that is refused."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


UNAVAILABLE = Fault(code=503, status="UNAVAILABLE", message="The service is currently unavailable.")
_NOBODY = Fault(
    code=401,
    status="UNAUTHENTICATED",
    message="Request had invalid authentication credentials.",
)
_NARROW = Fault(
    code=403,
    status="PERMISSION_DENIED",
    message="Request had insufficient authentication scopes.",
)


class Api(Double):
    """Routes behind a sign-in, and what may go wrong with them."""

    def __init__(
        self,
        accounts: google.GoogleDouble,
        routes: Sequence[tuple[str, str, Callable[[Request, google.Principal], Reply]]],
        *,
        scope: str,
    ) -> None:
        self._accounts = accounts
        self._scope = f"{_SCOPES}{scope}"
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._slow = 0.0
        self._cut = False
        self._broken = 0
        self._ended = threading.Event()
        self.requests: list[Request] = []
        """Every request that was let in, in the order they came."""
        super().__init__([(how, at, self._behind(answer)) for how, at, answer in routes])

    def stop(self) -> None:
        """End what is slow and let go of the port."""
        self._ended.set()
        super().stop()

    def fail(self, fault: Fault, *, times: int = 1) -> None:
        """Answer the next requests with a fault."""
        with self._lock:
            self._faults.extend(fault for _ in range(times))

    def cut(self) -> None:
        """Answer every request as a service that is down."""
        with self._lock:
            self._cut = True

    def break_off(self, times: int) -> None:
        """Let the next answers end in their middle."""
        with self._lock:
            self._broken = times

    def slow(self, seconds: float) -> None:
        """Let every answer take so long."""
        with self._lock:
            self._slow = seconds

    def _behind(self, answer: Callable[[Request, google.Principal], Reply]) -> Handler:
        def handle(request: Request) -> Reply:
            try:
                return self._broken_off(answer(request, self._admitted(request)))
            except Refused as refused:
                return refused.fault.reply

        return handle

    def _broken_off(self, reply: Reply) -> Reply:
        with self._lock:
            is_broken = self._broken > 0
            self._broken -= is_broken
        return replace(reply, cut=is_broken)

    def _admitted(self, request: Request) -> google.Principal:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        with self._lock:
            fault = UNAVAILABLE if self._cut else self._faults.pop(0) if self._faults else None
            slow = self._slow
        if slow:
            self._ended.wait(slow)
        if fault is not None:
            raise Refused(fault)
        principal = self._accounts.principal(token)
        if principal is None:
            raise Refused(_NOBODY)
        if principal.scope is not None and self._scope not in principal.scope.split():
            raise Refused(_NARROW)
        with self._lock:
            self.requests.append(request)
        return principal
