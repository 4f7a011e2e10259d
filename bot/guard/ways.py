"""The way of one run: what it may reach, and the serving of its connections until it ends."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from bot.guard import connect, detour, dial, hosts, policy
from bot.ipc import channel, places
from bot.ipc.told import Refused, Told

_MOST_CONNECTIONS = 64
"""Of one run at a time."""
_MOST_LOOKUPS = 4
_MOST_ASKED = 256
"""Connections asked for that wait for theirs; a run can have no more open."""
_MOST_REFUSALS = 20
_AGAIN_SECONDS = 0.05
_MODEL = hosts.Host(name=places.MODEL, port=places.MODEL_PORT)
NOT_NAMED = "not among the hosts of this report's sources"
Join = Callable[[socket.socket], Awaitable[None]]
"""Serves one connection until it ends, and closes it."""


@dataclass(slots=True, kw_only=True)
class Way:
    """What one run may reach, and what came of its tries."""

    allowed: tuple[hosts.Host, ...]
    private: policy.Private
    told: Callable[[Told], Awaitable[None]]
    """Takes what the run's record should say."""
    resolve: dial.Resolve
    proxy: detour.Proxy | None = None
    model: Join | None = None
    """Answers what is asked of the model; None: the run has none to ask."""
    refusals: set[str] = field(default_factory=set[str])
    seats: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_MOST_CONNECTIONS))
    lookups: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_MOST_LOOKUPS))

    async def reach(self, host: hosts.Host) -> socket.socket:
        """Connect to a host that is allowed; raises Refused, and tells it, for another."""
        try:
            return await self._dialled(host)
        except dial.Refused as refused:
            await self.refuse(refused)
            raise

    async def refuse(self, refused: dial.Refused) -> None:
        """Tell of a host once, and of so many hosts."""
        name = str(refused.host)
        if name not in self.refusals and len(self.refusals) < _MOST_REFUSALS:
            self.refusals.add(name)
            await self.told(Refused(host=name, why=refused.why, barred=refused.barred))

    def covers(self, host: hosts.Host) -> bool:
        """Whether the host is among those that were named for the run."""
        return any(one.covers(host.name, host.port) for one in self.allowed)

    async def _dialled(self, host: hosts.Host) -> socket.socket:
        if not self.covers(host):
            raise dial.Refused(host, NOT_NAMED)
        return await dial.dial(host, self.private, resolve=self._resolved, proxy=self.proxy)

    async def _resolved(self, host: hosts.Host) -> Sequence[str]:
        async with self.lookups:
            return await self.resolve(host)


async def serve(way: Way, run: socket.socket) -> None:
    """Serve one run from its channel until it ends. Closes the channel."""
    run.settimeout(0)
    try:
        async with asyncio.TaskGroup() as group:
            serving = _Serving(way, group)
            with contextlib.closing(serving):
                while True:
                    await serving.heard(run)
                    await asyncio.sleep(0)  # a run that never stops talking is not the only one
    except* channel.Closed:
        pass  # it has ended, and with it all that was served for it
    finally:
        run.close()


class _Serving:
    """What is open for one run."""

    def __init__(self, way: Way, group: asyncio.TaskGroup) -> None:
        self._way = way
        self._group = group
        self._listening: list[socket.socket] = []
        self._asked_for = 0

    async def heard(self, run: socket.socket) -> None:
        """Take one message of the run's; raises Closed at its end."""
        try:
            message, files = await received(run)
        except ValueError:
            return
        match message:
            case {"listening": int(count)} if count == len(files) and not self._listening:
                self._listen(files)
                files = []
            case {"dial": str(place)} if len(files) == 1 and not self._listening:
                self._hand(place, files.pop())
            case {"tried": str(place)}:
                await self._missed(place)
            case _:
                pass
        for file in files:
            os.close(file)

    def close(self) -> None:
        """Close the sockets that the run listens on."""
        for one in self._listening:
            one.close()

    def _listen(self, files: Sequence[int]) -> None:
        """Accept at the doors, then at the proxy's address, then at the model's: their order."""
        found = [_taken(file) for file in files]
        self._listening = [one for one in found if one is not None]
        joins = [self._to(door.host) for door in hosts.doors(self._way.allowed)]
        joins.append(self._asked)
        if self._way.model is not None:
            joins.append(self._way.model)
        if len(joins) == len(self._listening):
            for one, join in zip(self._listening, joins, strict=True):
                self._group.create_task(_accept(self._way, one, join=join))

    async def _asked(self, arrived: socket.socket) -> None:
        await connect.serve(arrived, self._way.reach)

    def _to(self, host: hosts.Host) -> Join:
        async def join(arrived: socket.socket) -> None:
            try:
                reached = await self._way.reach(host)
            except dial.Refused:
                dial.reset(arrived)
                arrived.close()
                return
            await dial.splice(arrived, reached)

        return join

    async def _missed(self, place: str) -> None:
        """A name led nowhere in the run: told, unless it is one of the run's own."""
        asked = _host(place)
        if asked is not None and not self._way.covers(asked):
            await self._way.refuse(dial.Refused(asked, NOT_NAMED))

    def _hand(self, place: str, file: int) -> None:
        asked, asking = _host(place), _taken(file)
        if asking is None:
            return
        if asked is None or self._asked_for >= _MOST_ASKED:
            asking.close()
            return
        self._asked_for += 1
        self._group.create_task(self._handed(asked, asking))

    async def _handed(self, host: hosts.Host, asking: socket.socket) -> None:
        """Where the run can make no socket: connect for it, and hand over the connection.

        Nowhere else: a connection of our own network, which a process that may call connect(2)
        parts (AF_UNSPEC) and points where it likes.
        """
        with asking:
            try:
                async with self._way.seats:
                    reached = await self._reached(host)
            except dial.Refused as refused:
                _answer(asking, {"refused": refused.why})
                return
            except (OSError, ValueError) as error:  # ValueError: a name that cannot be asked for
                _answer(asking, {"refused": type(error).__name__})
                return
            finally:
                self._asked_for -= 1
            with reached:
                _answer(asking, {"dialled": str(host)}, files=[reached.fileno()])

    async def _reached(self, host: hosts.Host) -> socket.socket:
        model = self._way.model
        if model is None or host != _MODEL:
            return await self._way.reach(host)
        ours, theirs = _pair()
        self._group.create_task(self._seated(ours, model))
        return theirs

    async def _seated(self, ours: socket.socket, join: Join) -> None:
        """As at a door: so many at a time, for as long as they last."""
        with ours:
            async with self._way.seats:
                await _joined(ours, join)


def _pair() -> tuple[socket.socket, socket.socket]:
    """Two ends of a TCP connection to ourselves: clients set what another kind does not have."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        one = socket.create_connection(listening.getsockname())
        with contextlib.ExitStack() as unless:
            unless.enter_context(one)
            other, came_from = listening.accept()
            unless.enter_context(other)
            if came_from != one.getsockname():
                raise ConnectionError("somebody else came first")
            unless.pop_all()
    one.settimeout(0)
    return one, other


def _answer(asking: socket.socket, message: channel.Message, *, files: Sequence[int] = ()) -> None:
    # Not by the socket's own mode, which the run shares and could change in between.
    with contextlib.suppress(channel.Closed, OSError):
        channel.send(asking, message, files=files, flags=socket.MSG_DONTWAIT)


def _taken(file: int) -> socket.socket | None:
    """A descriptor of the run's as a socket; None, and closed, where it is something else."""
    try:
        return socket.socket(fileno=file)
    except OSError:
        os.close(file)
        return None


def _host(text: str) -> hosts.Host | None:
    try:
        return hosts.parse(text)
    except ValueError:
        return None


async def received(source: socket.socket) -> tuple[channel.Message, list[int]]:
    """Wait for one message on a socket that does not block; as channel.receive."""
    loop = asyncio.get_running_loop()
    while True:
        try:
            return channel.receive(source)
        except BlockingIOError:
            readable = loop.create_future()
            loop.add_reader(source, _wake, readable)
            try:
                await readable
            finally:
                loop.remove_reader(source)


def _wake(readable: "asyncio.Future[None]") -> None:
    if not readable.done():
        readable.set_result(None)


async def _accept(way: Way, listening: socket.socket, *, join: Join) -> None:
    """Take connections of one door for as long as the run lasts."""
    loop = asyncio.get_running_loop()
    listening.settimeout(0)
    async with asyncio.TaskGroup() as joined:
        while True:
            try:
                arrived, _ = await loop.sock_accept(listening)
            except OSError:
                # Out of descriptors, or one connection that was gone already: the door stays.
                await asyncio.sleep(_AGAIN_SECONDS)
                continue
            arrived.settimeout(0)
            with contextlib.ExitStack() as unless:
                unless.enter_context(arrived)
                await way.seats.acquire()
                unless.pop_all()
            task = joined.create_task(_joined(arrived, join))
            task.add_done_callback(lambda _: way.seats.release())


async def _joined(arrived: socket.socket, join: Join) -> None:
    try:
        await join(arrived)
    finally:
        arrived.close()
