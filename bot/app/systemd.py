"""sd_notify(3): tells systemd how the service stands, over the datagram socket that it names."""

import socket
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from bot import settings

_MEMBERSHIP = Path("/proc/self/cgroup")


def unit(membership: Path = _MEMBERSHIP) -> str:
    """Return the name of the service that we are, as systemctl takes it; empty: we are none."""
    with suppress(OSError):
        lines = membership.read_text("utf-8").splitlines()
        last = [line.rpartition("/")[2] for line in lines]
        return next((name for name in last if name.endswith(".service")), "")
    return ""


class Notifier:
    """Says single facts; says nothing where nobody listens, and never fails."""

    def __init__(self, supervisor: settings.Supervisor) -> None:
        address = supervisor.address
        # A leading @ stands for the null byte of the abstract namespace.
        self._address = f"\0{address[1:]}" if address.startswith("@") else address

    def ready(self) -> None:
        """The service is up."""
        self._say("READY=1")

    def starting(self, why: str, *, longer: timedelta) -> None:
        """It is not up yet, and may take so much longer from now."""
        self._say(f"EXTEND_TIMEOUT_USEC={longer // timedelta(microseconds=1)}")
        self.status(why)

    def stopping(self) -> None:
        """It is on its way out."""
        self._say("STOPPING=1")

    def alive(self) -> None:
        """The watchdog may wait for another span."""
        self._say("WATCHDOG=1")

    def status(self, line: str) -> None:
        """What ``systemctl status`` shows."""
        self._say(f"STATUS={line.splitlines()[0]}")

    def _say(self, fact: str) -> None:
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.setblocking(False)  # noqa: FBT003 - the standard library's own signature
            line.sendto(fact.encode(), self._address)
