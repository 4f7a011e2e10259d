"""A machine whose only way out is a proxy of its own."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from bot.guard import detour, dial, hosts
from tests.guard import test_ways as ways

USER = "user:p%40ss"


@asynccontextmanager
async def proxy(port: int, heard: list[str], *, status: str = "200 OK") -> AsyncGenerator[int]:
    """Serve CONNECT, and lead every host to one port of this machine."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(f"HTTP/1.1 {status}\r\nVia: proxy\r\n\r\n".encode())
        if status.startswith("200"):
            from_host, to_host = await asyncio.open_connection("127.0.0.1", port)
            writer.write(await from_host.read())
            to_host.close()

    async with ways.serving(answer) as at:
        yield at


def machine(port: int, **more: str) -> detour.Proxy:
    found = detour.read({"HTTPS_PROXY": f"http://{USER}@127.0.0.1:{port}", **more})
    assert found is not None
    return found


async def nowhere(_: hosts.Host) -> tuple[str, ...]:
    """The name server of such a machine knows the inside alone."""
    return ()


async def outside(_: hosts.Host) -> tuple[str, ...]:
    return ("192.0.2.1", "93.184.215.14")


async def inside(_: hosts.Host) -> tuple[str, ...]:
    return ("10.0.0.7",)


@pytest.mark.parametrize("resolve", [nowhere, outside])
async def test_hosts_are_asked_for_at_the_machines_proxy(resolve: dial.Resolve) -> None:
    heard: list[str] = []
    async with (
        ways.serving(ways.greet) as port,
        proxy(port, heard) as at,
        ways.opened("a.example", resolve=resolve, proxy=machine(at)) as way,
    ):
        reader, writer = await way.connect()
        assert await reader.read() == b"hello"
        writer.close()
    assert heard[0].startswith("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n")
    assert "Basic dXNlcjpwQHNz\r\n" in heard[0]


async def test_a_name_of_the_inside_is_not_asked_for_there() -> None:
    heard: list[str] = []
    async with (
        proxy(1, heard) as at,
        ways.opened("a.example", resolve=inside, proxy=machine(at)) as way,
    ):
        reader, writer = await way.connect()
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.close()
        assert "inside" in way.refused[0][1]
    assert not heard


async def test_what_needs_no_proxy_is_dialled() -> None:
    heard: list[str] = []
    async with ways.serving(ways.greet) as port, proxy(1, heard) as at:
        excepted = machine(at, NO_PROXY="other, .office.example")
        async with ways.opened(f"db.office.example:{port}", proxy=excepted) as way:
            reader, writer = await way.connect()
            assert await reader.read() == b"hello"
            writer.close()
    assert not heard


async def test_a_proxy_that_declines_is_told() -> None:
    why = "this machine's proxy could not reach it (ConnectionError)"
    async with (
        proxy(1, [], status="403 Forbidden") as at,
        ways.opened("a.example", resolve=nowhere, proxy=machine(at)) as way,
    ):
        reader, writer = await way.connect()
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.close()
        assert way.refused == [("a.example", why)]


def test_reads_what_the_machine_says() -> None:
    assert detour.read({}) is None
    assert detour.read({"HTTPS_PROXY": "socks5://127.0.0.1:1"}) is None
    assert "p@ss" not in repr(machine(1))
    assert "p%40ss" not in repr(machine(1))
    named = machine(1, no_proxy="localhost,.example.com")
    assert not named.serves(hosts.parse("a.example.com"))
    assert named.serves(hosts.parse("anexample.com"))
    assert not named.serves(hosts.parse("10.0.0.5:5432"))
    assert not machine(1, NO_PROXY="*").serves(hosts.parse("a.example"))
