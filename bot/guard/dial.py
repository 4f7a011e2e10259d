"""Dialling for a run: a name resolved here, judged address by address, and joined to the run.

What is spoken stays end to end between the run's client and the host: bytes are passed on as they
come, TLS included, and nothing is read.
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from bot.guard import detour, hosts, policy

_CONNECT_SECONDS = 10.0
_NEXT_SECONDS = 4.0
"""For each address but the last: a host whose first one is dead is still reached in time."""
_MOST_ADDRESSES = 6
_CHUNK = 64 * 1024
_LOOKUPS = 32
"""Side by side, of all runs: a name server that hangs holds a thread for some seconds."""
_LOOKUP_SECONDS = 15.0
_AT_ONCE = struct.pack("ii", 1, 0)
UNKNOWN = "its name does not resolve"


class Refused(Exception):  # noqa: N818 - an answer
    """Why a host was not dialled. ``tried``: it was allowed, and did not answer; ``barred``: none
    of its addresses may be dialled.
    """

    def __init__(
        self, host: hosts.Host, why: str, *, tried: bool = False, barred: bool = False
    ) -> None:
        super().__init__(f"{host}: {why}")
        self.host = host
        self.why = why
        self.tried = tried
        self.barred = barred


Resolve = Callable[[hosts.Host], Awaitable[Sequence[str]]]
"""A host → its addresses, best first; none where it has none."""


async def dial(
    host: hosts.Host,
    private: policy.Private,
    *,
    resolve: Resolve,
    proxy: detour.Proxy | None = None,
) -> socket.socket:
    """Connect to the first address that may be, and can be, dialled; raises Refused.

    Where the machine has a proxy of its own, names of the outside are asked for there: what this
    machine's own name server makes of them is judged all the same.
    """
    found = (await resolve(host))[:_MOST_ADDRESSES]
    why = [policy.refusal(host, address, private=private) for address in found]
    fit = [address for address, refused in zip(found, why, strict=True) if not refused]
    if found and not fit:
        raise Refused(host, why[-1], barred=True)
    if proxy is not None and proxy.serves(host) and not any(map(policy.is_inside, fit)):
        return await _through(proxy, host)
    if not fit:
        raise Refused(host, UNKNOWN, tried=True)
    return await _first(host, fit)


async def _through(proxy: detour.Proxy, host: hosts.Host) -> socket.socket:
    try:
        return await proxy.connect(host)
    except OSError as error:
        why = f"this machine's proxy could not reach it ({type(error).__name__})"
        raise Refused(host, why, tried=True) from None


async def _first(host: hosts.Host, addresses: Sequence[str]) -> socket.socket:
    """Connect to the first address that answers; raises Refused."""
    why = ""
    for number, address in enumerate(addresses, start=1):
        seconds = _CONNECT_SECONDS if number == len(addresses) else _NEXT_SECONDS
        try:
            return await _connected(address, host.port, seconds=seconds)
        except OSError as error:
            why = f"it could not be reached ({type(error).__name__})"
    raise Refused(host, why, tried=True)


async def _connected(address: str, port: int, *, seconds: float) -> socket.socket:
    """Connect to the checked address itself: a second look at the name could answer otherwise."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with contextlib.ExitStack() as unless:
        made = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        unless.enter_context(made)
        async with asyncio.timeout(seconds):
            await asyncio.get_running_loop().sock_connect(made, (address, port))
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        unless.pop_all()
    return made


async def splice(one: socket.socket, other: socket.socket) -> None:
    """Pass bytes both ways until both sides have said all; closes both sockets."""
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_pour(one, other))
            group.create_task(_pour(other, one))
    except* OSError:
        # One side is gone in the middle: the other must not take what came for all there was.
        for each in (one, other):
            reset(each)
    finally:
        one.close()
        other.close()


def reset(made: socket.socket) -> None:
    """Let the closing of a connection tell its other side that something went wrong."""
    if made.family in {socket.AF_INET, socket.AF_INET6}:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)


async def _pour(source: socket.socket, into: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    buffer = memoryview(bytearray(_CHUNK))
    while size := await loop.sock_recv_into(source, buffer):
        await loop.sock_sendall(into, buffer[:size])
    into.shutdown(socket.SHUT_WR)


class Names:
    """Resolves as this machine does, without letting a name server hold up every run."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_LOOKUPS)

    async def addresses(self, host: hosts.Host) -> Sequence[str]:
        """Return a host's addresses; none where none came in time."""
        if host.address is not None:
            return (str(host.address),)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_LOOKUP_SECONDS):
                found = await loop.run_in_executor(self._threads, _looked_up, host)
        except OSError:
            return ()
        return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


_Found = Sequence[tuple[int, int, int, str, tuple[object, ...]]]


def _looked_up(host: hosts.Host) -> _Found:
    return socket.getaddrinfo(host.name, host.port, type=socket.SOCK_STREAM)
