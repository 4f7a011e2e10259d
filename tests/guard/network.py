"""The world around a run in these tests: hosts over TLS, names that lead to them, a way there."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.guard import hosts, policy, ways
from bot.ipc import told

NAMES = ("api.example.com", "rebound.example.com", "evil.example.com", "eu.wild.example.com")
NEWER = "2001:db8::5"
"""A host that is known by its address alone (RFC 3849)."""
HELLO = "hello from the host"


async def resolve(host: hosts.Host) -> Sequence[str]:
    """Answer as a name server would; one name points at the inside."""
    if host.address is not None and host.name != NEWER:
        return (host.name,)
    return ("10.0.0.7",) if host.name.startswith("rebound") else ("127.0.0.1",)


@asynccontextmanager
async def listening(context: ssl.SSLContext) -> AsyncGenerator[int]:
    """Serve one page over TLS."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(HELLO)}\r\n\r\n{HELLO}".encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    serving = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    async with serving:
        yield serving.sockets[0].getsockname()[1]


@dataclass(slots=True, kw_only=True)
class Way:
    """A way out, and what the bot was told of it."""

    allowed: tuple[str, ...]
    said: list[told.Told] = field(default_factory=list[told.Told])

    def made(self) -> ways.Way:
        """Return it; doubles of the loopback may be dialled."""
        return ways.Way(
            allowed=tuple(map(hosts.parse, self.allowed)),
            private=policy.read(["127.0.0.0/8"]),
            told=self._tell,
            resolve=resolve,
        )

    @property
    def refused(self) -> set[str]:
        """Which hosts the bot heard of."""
        return {one.host for one in self.said if isinstance(one, told.Refused)}

    async def _tell(self, one: told.Told) -> None:
        self.said.append(one)
