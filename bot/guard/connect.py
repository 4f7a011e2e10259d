"""The CONNECT proxy of a run, for hosts that are known by their ending alone (RFC 9110, 9.3.6)."""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable

from bot.guard import dial, hosts

_LONGEST_HEAD = 8 * 1024
_HEAD_SECONDS = 10.0
_LINE = re.compile(rb"CONNECT ([^\s:]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5}) HTTP/1\.[01]")
Dial = Callable[[hosts.Host], Awaitable[socket.socket]]
"""Dials a host that is allowed; raises Refused for any other."""


async def serve(asking: socket.socket, dialled: Dial) -> None:
    """Answer one connection to the proxy: join it to what it asks for, or say why not."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_HEAD_SECONDS):
            head = await _head(asking)
        host = _asked(head)
        if host is None:
            await _say(asking, "405 Method Not Allowed", why="this proxy connects and no more")
            return
        try:
            joined = await dialled(host)
        except dial.Refused as refused:
            await _say(asking, "403 Forbidden", why=f"{refused.host}: {refused.why}")
            return
        await loop.sock_sendall(asking, b"HTTP/1.1 200 Connection established\r\n\r\n")
        await dial.splice(asking, joined)
    except (OSError, TimeoutError, ValueError):
        pass  # whoever asked is gone, too slow, or speaks something else
    finally:
        asking.close()


async def _head(asking: socket.socket) -> bytes:
    """Read to the empty line and not a byte beyond: what follows is the client's own TLS."""
    loop = asyncio.get_running_loop()
    head = bytearray()
    while not head.endswith(b"\r\n\r\n"):
        if len(head) > _LONGEST_HEAD:
            raise ValueError("a head without an end")
        byte = await loop.sock_recv(asking, 1)
        if not byte:
            raise ValueError("no head")
        head += byte
    return bytes(head)


def _asked(head: bytes) -> hosts.Host | None:
    match = _LINE.fullmatch(head.split(b"\r\n", 1)[0])
    if match is None:
        return None
    return hosts.parse(f"{match[1].decode('ascii')}:{match[2].decode('ascii')}")


async def _say(asking: socket.socket, status: str, *, why: str) -> None:
    body = f"{why}\n".encode()
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    await asyncio.get_running_loop().sock_sendall(asking, head.encode() + body)
