"""A machine's own proxy, where it has one: dialling through it, by CONNECT (RFC 9110, 9.3.6)."""

import asyncio
import base64
import contextlib
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from bot.guard import hosts

_PORTS = {"http": 80}
_LONGEST_HEAD = 8 * 1024
_SECONDS = 10.0
_GOOD = b" 200 "


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """What HTTPS_PROXY and NO_PROXY say."""

    url: str = field(repr=False)
    at: hosts.Host
    sign_in: str = field(default="", repr=False)
    without: tuple[str, ...] = ()
    """Hosts, or endings of hosts, that are dialled directly."""

    def serves(self, host: hosts.Host) -> bool:
        """Whether a host is reached through it; addresses are dialled as they are."""
        if host.address is not None or "*" in self.without:
            return False
        return not any(host.name == one or host.name.endswith(f".{one}") for one in self.without)

    async def connect(self, host: hosts.Host) -> socket.socket:
        """Return a connection to the host; raises OSError, TimeoutError among them."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(_SECONDS):
            found = await loop.getaddrinfo(self.at.name, self.at.port, type=socket.SOCK_STREAM)
            family, kind, _, _, address = found[0]
            made = socket.socket(family, kind | socket.SOCK_NONBLOCK)
            with contextlib.ExitStack() as unless:
                unless.enter_context(made)
                await loop.sock_connect(made, address)
                await loop.sock_sendall(made, self._asks(host))
                await _agreed(made)
                unless.pop_all()
        return made

    def _asks(self, host: hosts.Host) -> bytes:
        name = f"[{host.name}]" if ":" in host.name else host.name
        place = f"{name}:{host.port}"
        lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}"]
        if self.sign_in:
            lines.append(f"Proxy-Authorization: Basic {self.sign_in}")
        return "\r\n".join([*lines, "", ""]).encode("ascii")


def read(environment: Mapping[str, str]) -> Proxy | None:
    """Read the machine's proxy from its environment; None where there is none that we can use."""
    known = {name.upper(): value for name, value in environment.items()}
    parts = urlsplit(known.get("HTTPS_PROXY", ""))
    if parts.scheme not in _PORTS or not parts.hostname:
        return None
    user = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    without = known.get("NO_PROXY", "").split(",")
    return Proxy(
        url=parts.geturl(),
        at=hosts.Host(name=parts.hostname, port=parts.port or _PORTS[parts.scheme]),
        sign_in=base64.b64encode(user.encode()).decode() if parts.username else "",
        without=tuple(one.strip().lstrip(".").casefold() for one in without if one.strip()),
    )


async def _agreed(made: socket.socket) -> None:
    """Read the proxy's answer and not a byte beyond; raises OSError where it declines."""
    loop = asyncio.get_running_loop()
    head = bytearray()
    while not head.endswith(b"\r\n\r\n"):
        byte = await loop.sock_recv(made, 1)
        if not byte or len(head) > _LONGEST_HEAD:
            raise ConnectionError("the proxy gave no answer")
        head += byte
    line = bytes(head.split(b"\r\n", 1)[0])
    if _GOOD not in line + b" ":
        raise ConnectionError("the proxy declined")
