"""The broker: the only way out of a run, and only to the hosts that were named for it.

A small program of its own. The spawner hands it one end of a channel for each run, with the hosts
that the run may reach; the run, which is in a network of its own by then, sends the sockets it
listens on. A connection to one of them is accepted here, dialled, and joined. Who the run is, and
what it may reach, was settled before it existed: nothing it sends can widen it.

The shared key of the model is here as well, and in no run: see bot.guard.model.
"""

import asyncio
import contextlib
import os
import resource
import socket
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from bot.guard import detour, dial, hosts, policy, ways
from bot.guard.walls import identity, landlock, limits, seccomp
from bot.ipc import channel, told
from bot.ipc.allowance import Allowance

if TYPE_CHECKING:
    from bot.guard import model

_AGAIN_SECONDS = 0.01
_SYSTEM = (Path("/usr"), Path("/lib"), Path("/lib64"), Path("/etc"), Path("/dev/urandom"))
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_CODE = (Path(sys.base_prefix), Path(sys.prefix), Path(__file__).parents[2])


class _Model(Protocol):
    """As much of bot.guard.model as is used."""

    def open_(self, at: channel.Message, *, proxy: detour.Proxy | None) -> "model.Service": ...


class Broker:
    """The ways of all runs, as the spawner opens them and the bot's settings bound them."""

    def __init__(self, bot: socket.socket, *, proxy: detour.Proxy | None) -> None:
        self._bot = bot
        self._proxy = proxy
        self._private = policy.Private()
        self._names = dial.Names()
        self._at: channel.Message = {}
        self._service: model.Service | None = None
        self._opening = asyncio.Lock()

    async def settle(self) -> None:
        """Take the bot's settings until it is gone: what is open of the inside, and the model."""
        while True:
            message, _ = await ways.received(self._bot)
            self._private = policy.read(texts(message.get("private")))
            at = message.get("model")
            self._at = cast("channel.Message", at) if isinstance(at, dict) else {}

    async def open(self, spawner: socket.socket, group: asyncio.TaskGroup) -> None:
        """Open a way for each run that the spawner tells of, until it is gone."""
        while True:
            message, files = await ways.received(spawner)
            if len(files) == 1:
                group.create_task(self._serve(message, socket.socket(fileno=files[0])))

    async def _serve(self, message: channel.Message, run: socket.socket) -> None:
        token = str(message.get("token"))

        async def tell(said: told.Told) -> None:
            await self._tell(told.write(token, said))

        try:
            async with self._model(Allowance.read(message.get("model")), tell) as join:
                way = ways.Way(
                    allowed=tuple(map(hosts.parse, texts(message.get("hosts")))),
                    private=self._private,
                    told=tell,
                    resolve=self._names.addresses,
                    proxy=self._proxy,
                    model=join,
                )
                await ways.serve(way, run)
        except Exception as error:  # noqa: BLE001 - one run's trouble is no other run's
            sys.stderr.write(f"the broker gave up on a run: {type(error).__name__}\n")
        finally:
            run.close()

    @asynccontextmanager
    async def _model(
        self, allowance: Allowance | None, tell: Callable[[told.Told], Awaitable[None]]
    ) -> AsyncGenerator[ways.Join | None]:
        if allowance is None:
            yield None
            return
        async with self._opening:
            if self._service is None:
                loaded = await asyncio.to_thread(import_module, "bot.guard.model")
                self._service = cast("_Model", loaded).open_(self._at, proxy=self._proxy)
        async with self._service.counted(allowance, tell) as join:
            yield join

    async def _tell(self, message: channel.Message) -> None:
        """Tell the bot; where it does not listen for a moment, wait: its ledger lives of it."""
        while True:
            try:
                channel.send(self._bot, message)
            except BlockingIOError:
                await asyncio.sleep(_AGAIN_SECONDS)
            except channel.Closed:
                return
            else:
                return


def texts(value: object) -> list[str]:
    """Return the texts of a message's list; none where it is no list."""
    return [str(one) for one in cast("list[object]", value)] if isinstance(value, list) else []


def main(bot: int, spawner: int) -> None:
    """Serve on the descriptors of two channels until either side is gone."""
    environment = os.environ  # noqa: TID251 - the machine's proxy, as the launcher handed it on
    proxy = detour.read(environment)
    own = [environment[name] for name in _CERTIFICATES if environment.get(name)]
    identity.drop(_CODE)
    limits.private()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    _close_in(tuple(map(Path, own)))
    with socket.socket(fileno=bot) as asking, socket.socket(fileno=spawner) as opening:
        for one in (asking, opening):
            one.settimeout(0)
        with contextlib.suppress(BaseExceptionGroup):
            asyncio.run(_served(asking, opening, proxy=proxy))


def _close_in(certificates: tuple[Path, ...]) -> None:
    """It needs the network and its own code, and neither other programs nor anybody's files; where
    a layer is missing, so be it.
    """
    with contextlib.suppress(OSError):
        landlock.restrict(landlock.Rules(read=(*_SYSTEM, *_CODE, *certificates), connect=None))
    with contextlib.suppress(OSError):
        seccomp.install(sockets=None)


async def _served(
    bot: socket.socket, spawner: socket.socket, *, proxy: detour.Proxy | None
) -> None:
    async with asyncio.TaskGroup() as group:
        broker = Broker(bot, proxy=proxy)
        group.create_task(broker.settle())
        group.create_task(broker.open(spawner, group))
