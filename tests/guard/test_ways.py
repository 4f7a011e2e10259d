"""The broker's side of a way out, without walls: many, slow, broken and dead connections."""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, field

import pytest

from bot.guard import connect, detour, dial, hosts, policy, ways
from bot.ipc import channel, told

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class Opened:
    """A way that is served, with doors on the loopback of this machine."""

    run: socket.socket
    doors: Sequence[socket.socket]
    said: list[told.Told] = field(default_factory=list[told.Told])

    async def connect(self, door: int = 0) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to a door; the last one is the proxy's."""
        return await asyncio.open_connection(*self.doors[door].getsockname())

    @property
    def refused(self) -> list[tuple[str, str]]:
        """What the bot was told."""
        return [(one.host, one.why) for one in self.said if isinstance(one, told.Refused)]


@asynccontextmanager
async def opened(
    *allowed: str,
    resolve: dial.Resolve | None = None,
    private: Sequence[str] = ("127.0.0.0/8", "::1/128"),
    proxy: detour.Proxy | None = None,
    network: bool = True,
) -> AsyncGenerator[Opened]:
    """Serve a way to these hosts as the broker does; ``network``: the run has one of its own."""
    named = tuple(map(hosts.parse, allowed))
    ours, theirs = channel.pair()
    doors = [socket.create_server(("127.0.0.1", 0)) for _ in range(len(hosts.doors(named)) + 1)]
    made = Opened(run=theirs, doors=doors)

    async def tell(one: told.Told) -> None:
        made.said.append(one)

    way = ways.Way(
        allowed=named,
        private=policy.read(private),
        told=tell,
        resolve=resolve or _here,
        proxy=proxy,
    )
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        group.create_task(ways.serve(way, ours))
        if network:
            channel.send(theirs, {"listening": len(doors)}, files=[one.fileno() for one in doors])
        try:
            yield made
        finally:
            theirs.close()
            for one in doors:
                one.close()


async def _here(host: hosts.Host) -> Sequence[str]:
    return ("127.0.0.1",)


@asynccontextmanager
async def serving(answer: Answer, address: str = "127.0.0.1") -> AsyncGenerator[int]:
    """Serve at an address of this machine."""

    async def closing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answer(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(closing, address, 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say back all that comes, once all has come."""
    writer.write(await reader.read())


async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say hello."""
    writer.write(b"hello")


async def test_one_side_may_finish_before_the_other() -> None:
    sent = os.urandom(3_000_000)
    async with serving(echo) as port, opened(f"a.example:{port}") as way:
        reader, writer = await way.connect()
        writer.write(sent)
        writer.write_eof()
        assert await reader.read() == sent
        writer.close()


async def test_a_connection_that_breaks_is_not_taken_for_one_that_ends() -> None:
    async def half(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"half of it")
        await writer.drain()
        dial.reset(writer.get_extra_info("socket"))
        writer.transport.abort()

    async with serving(half) as port, opened(f"a.example:{port}") as way:
        reader, writer = await way.connect()
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.close()


async def test_every_door_of_many_is_served() -> None:
    async with serving(greet) as port, AsyncExitStack() as stack:
        names = [f"a{number}.example:{port}" for number in range(90)]
        way = await stack.enter_async_context(opened(*names))
        for door in range(90):
            reader, writer = await way.connect(door)
            assert await reader.read() == b"hello"
            writer.close()


async def test_a_run_has_so_many_connections_at_a_time_and_the_next_waits() -> None:
    arrived: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await arrived.put(writer)
        await reader.read()

    async with serving(hold) as port, opened(f"a.example:{port}") as way:
        writers = [(await way.connect())[1] for _ in range(70)]
        for _ in range(64):
            await arrived.get()
        assert arrived.empty()
        writers[0].close()
        await arrived.get()
        for writer in writers:
            writer.close()


async def test_who_dribbles_at_the_proxy_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect, "_HEAD_SECONDS", 0.3)
    async with serving(greet) as port, opened(f"*.example:{port}") as way:
        slow, slower = await way.connect()
        slower.write(b"CONN")
        reader, writer = await way.connect()
        writer.write(f"CONNECT a.example:{port} HTTP/1.1\r\n\r\n".encode())
        assert (await reader.read()).endswith(b"\r\n\r\nhello")
        assert await slow.read() == b""
        for one in (slower, writer):
            one.close()


async def test_a_name_that_nobody_knows_is_told() -> None:
    async def nowhere(_: hosts.Host) -> Sequence[str]:
        return ()

    async with opened("a.example", resolve=nowhere) as way:
        reader, writer = await way.connect()
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.close()
        assert way.refused == [("a.example", dial.UNKNOWN)]


async def test_names_that_hang_hold_up_so_many_tries_of_their_own_run() -> None:
    hanging: asyncio.Queue[str] = asyncio.Queue()
    known = asyncio.Event()

    async def slowly(host: hosts.Host) -> Sequence[str]:
        await hanging.put(host.name)
        await known.wait()
        return ("127.0.0.1",)

    async with serving(greet) as port:
        names = [f"a{number}.example:{port}" for number in range(6)]
        async with opened(*names, resolve=slowly) as way, opened(f"b.example:{port}") as other:
            made = [await way.connect(door) for door in range(6)]
            for _ in range(4):
                await hanging.get()
            reader, writer = await other.connect()
            assert await reader.read() == b"hello"
            assert hanging.empty()
            known.set()
            for one, closing in made:
                assert await one.read() == b"hello"
                closing.close()
            writer.close()


async def test_a_dead_address_is_passed_over_for_the_next() -> None:
    async def two(_: hosts.Host) -> Sequence[str]:
        return ("127.0.0.9", "127.0.0.1")

    async with serving(greet) as port, opened(f"a.example:{port}", resolve=two) as way:
        reader, writer = await way.connect()
        assert await reader.read() == b"hello"
        writer.close()


async def test_a_host_that_is_away_is_told_by_its_reason() -> None:
    async with opened("a.example:1") as way:
        reader, writer = await way.connect()
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.close()
        assert way.refused == [("a.example:1", "it could not be reached (ConnectionRefusedError)")]


async def test_the_newer_protocol_is_spoken_too() -> None:
    async def newer(_: hosts.Host) -> Sequence[str]:
        return ("::1",)

    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    async with serving(greet, "::1") as port, opened(f"a.example:{port}", resolve=newer) as way:
        reader, writer = await way.connect()
        assert await reader.read() == b"hello"
        writer.close()


async def test_what_a_run_says_out_of_turn_does_nothing() -> None:
    async with serving(greet) as port, opened(f"a.example:{port}") as way:
        odd: list[channel.Message] = [
            {"listening": 1},
            {"listening": "many"},
            {"dial": f"a.example:{port}"},
            {"dial": 7},
            {"tried": "a b"},
            {"tried": f"a.example:{port}"},
            {"hosts": ["evil.example"]},
            {},
        ]
        with open(os.devnull) as file:  # noqa: PTH123, ASYNC230 - a descriptor that is no socket
            for message in odd:
                for files in ([], [file.fileno()], [file.fileno()] * 3):
                    channel.send(way.run, message, files=files)
        way.run.send(b"not even JSON")
        reader, writer = await way.connect()
        assert await reader.read() == b"hello"
        writer.close()
        assert not way.refused


async def test_refusals_are_told_once_and_so_many() -> None:
    async with opened("a.example", network=False) as way:
        ends = socket.socketpair()
        for number in range(50):
            for _ in range(3):
                channel.send(way.run, {"tried": f"evil{number}.example"})
        # Messages are taken in their order: what is answered last comes after all of them.
        with ends[0], ends[1]:
            channel.send(way.run, {"dial": "evil.example"}, files=[ends[1].fileno()])
            ends[0].settimeout(0)
            message, _ = await ways.received(ends[0])
        assert message == {"refused": ways.NOT_NAMED}
        assert len(set(way.refused)) == len(way.refused) == 20


async def test_a_run_with_a_network_of_its_own_is_handed_no_connection_of_ours() -> None:
    """It could part it and connect it anew, to whatever this machine reaches."""
    async with serving(greet) as port, opened(f"a.example:{port}") as way:
        assert await handed(way, f"a.example:{port}") is None
    async with serving(greet) as port, opened(f"a.example:{port}", network=False) as way:
        assert await handed(way, f"a.example:{port}") == {"dialled": f"a.example:{port}"}


async def test_a_run_that_asks_for_thousands_is_held_to_what_it_could_use() -> None:
    may = asyncio.Event()

    async def slow(_: hosts.Host) -> Sequence[str]:
        await may.wait()
        return ()

    async with opened("a.example", resolve=slow, network=False) as way:
        ends = [socket.socketpair() for _ in range(300)]
        with ExitStack() as stack:
            for ours, theirs in ends:
                stack.enter_context(ours).settimeout(0)
                with theirs:
                    channel.send(way.run, {"dial": "a.example"}, files=[theirs.fileno()])
                await asyncio.sleep(0)
            with pytest.raises(channel.Closed):
                await ways.received(ends[-1][0])
            may.set()
            assert await ways.received(ends[0][0]) == ({"refused": dial.UNKNOWN}, [])


async def handed(way: Opened, place: str) -> channel.Message | None:
    """Ask for a connection as a run without a network does; None: there was no answer."""
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            channel.send(way.run, {"dial": place}, files=[theirs.fileno()])
        ours.settimeout(0)
        try:
            message, files = await ways.received(ours)
        except channel.Closed:
            return None
        for file in files:
            os.close(file)
        return message
