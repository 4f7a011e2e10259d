"""Faults to order: what may go wrong between an app and Slack, for a method, a channel, a while."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What goes wrong. ``value`` of a fault means what is said here."""

    RATE_LIMITED = "rate_limited"
    """429 with Retry-After; value: its seconds (default 1). Nothing is performed."""
    ERROR_BEFORE = "error_before"
    """HTTP 5xx, nothing performed; value: the status (default 500)."""
    ERROR_AFTER = "error_after"
    """Performed, then HTTP 5xx; value: the status (default 500)."""
    CUT_BEFORE = "cut_before"
    """The connection is reset, nothing performed."""
    CUT_AFTER = "cut_after"
    """Performed, then the connection is reset."""
    DELAY = "delay"
    """Performed and answered after value seconds; goes together with others."""
    DELAY_AFTER = "delay_after"
    """Performed at once, answered after value seconds; goes together with others."""
    REFUSED = "refused"
    """``ok: false`` with the error that value names; nothing performed."""
    REFUSED_UPGRADE = "refused_upgrade"
    """A websocket upgrade is answered with a status; value: it (default 503). The ticket is
    used up by it."""
    HALF_OPEN = "half_open"
    """A socket opened while this stands answers no ping, takes no ack and no close."""
    SWALLOWED_ACK = "swallowed_ack"
    """An ack is ignored as if it had never come."""
    REPEATED = "repeated"
    """An envelope is delivered a second time, unchanged, once it was acknowledged."""


DELAYS = frozenset({Kind.DELAY, Kind.DELAY_AFTER})
SOCKET = "socket"
"""The method name of what happens on the socket itself."""


@dataclass(slots=True, kw_only=True)
class Fault:
    """One order. Empty ``method`` or ``channel``: any."""

    kind: Kind
    method: str = ""
    channel: str = ""
    left: int | None = 1
    """How many times still; None: until cleared."""
    value: float | str | None = None
    met: int = 0

    def number(self, default: float) -> float:
        """The value as a number."""
        return self.value if isinstance(self.value, (int, float)) else default


class Faults:
    """Holds the orders and hands them out, oldest first."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(
        self,
        kind: Kind | str,
        method: str = "",
        *,
        channel: str = "",
        times: int | None = 1,
        value: float | str | None = None,
    ) -> Fault:
        """Order a fault. ``method`` is a Web API method, ``response_url`` or ``files.upload``;
        socket faults need none. ``times``: None for until cleared.
        """
        fault = Fault(kind=Kind(kind), method=method, channel=channel, left=times, value=value)
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Take back every order."""
        self._faults.clear()

    def withdraw(self, fault: Fault) -> None:
        """Take back one order; one that is gone already is no error."""
        self._faults = [one for one in self._faults if one is not fault]

    def pending(self) -> list[Fault]:
        """The orders that still stand."""
        return [fault for fault in self._faults if fault.left is None or fault.left > 0]

    def for_call(self, method: str, channel: str) -> list[Fault]:
        """Take what this call meets: every matching delay and at most one other fault."""
        met: list[Fault] = []
        for fault in self.pending():
            fits = fault.method in {"", method} and fault.channel in {"", channel}
            other = any(one.kind not in DELAYS for one in met)
            if not fits or fault.kind in _SOCKET_KINDS or (other and fault.kind not in DELAYS):
                continue
            met.append(_taken(fault))
        return met

    def for_socket(self, kind: Kind) -> Fault | None:
        """Take the first order of this kind."""
        return next((_taken(fault) for fault in self.pending() if fault.kind is kind), None)


_SOCKET_KINDS = frozenset({Kind.REFUSED_UPGRADE, Kind.HALF_OPEN, Kind.SWALLOWED_ACK, Kind.REPEATED})


def _taken(fault: Fault) -> Fault:
    fault.met += 1
    if fault.left is not None:
        fault.left -= 1
    return fault


class Limited(Exception):  # noqa: N818 - Slack asks to wait; nothing went wrong with us
    """429: wait that many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds
