"""A worker behind walls: forked by the spawner from its template, and walled in by itself first."""

import asyncio
import contextlib
import math
import os
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from itertools import count

from bot import settings
from bot.domain.walls import Level
from bot.executors import brokering, listening, spawning, starting, vigil
from bot.ipc import channel, guarded, places
from bot.ipc.start import Start

_LARGEST_LINE = 2**16
MODULES = ("bot.worker.__main__", "bot.worker.sources.duckdb", "duckdb")
"""What every run needs; what a run needs beside that it imports itself."""


def starter(
    guard: guarded.Guard,
    *,
    private: Sequence[str],
    model: Mapping[str, str] | None = None,
    modules: Sequence[str] = MODULES,
    budget_mb: int | None = None,
) -> "Walled":
    """Return what starts workers through the guard, whose broker may dial ``private`` as well.

    ``model``: the shared ``key`` of the model and its ``url``, as far as they are set;
    ``budget_mb``: the memory of all runs together, None: as the machine has it.
    """
    told = {"do": "settings", "private": list(private), "model": dict(model or {})}
    channel.send(guard.broker, told)
    channel.send(guard.spawner, {"do": "settings", "budget_mb": budget_mb or 0})
    return Walled(
        spawning.Spawner(guard.spawner),
        modules=modules,
        broker=brokering.Broker(guard.broker),
        pids=guard.pids,
    )


def configured(guard: guarded.Guard, config: settings.Settings) -> "Walled":
    """Return what starts workers as the settings say."""
    key = config.anthropic_api_key
    model = {"key": "" if key is None else key.get_secret_value()}
    if config.anthropic_base_url:
        model["url"] = config.anthropic_base_url
    return starter(
        guard,
        private=config.egress_private,
        model=model,
        budget_mb=config.memory_budget_mb,
    )


class Walled:
    """Starts workers through the spawner. ``modules`` are what its template imports, ``pids`` the
    guard's programs.
    """

    def __init__(
        self,
        spawner: spawning.Spawner,
        *,
        modules: Sequence[str],
        broker: brokering.Broker,
        pids: Mapping[str, int],
    ) -> None:
        self._spawner = spawner
        self._broker = broker
        self._modules = tuple(modules)
        self._numbers = count(1)
        self._vigil = vigil.Vigil(pids, ended=self._ended)

    @property
    def most(self) -> Level:
        """All that the machine has; each run tells what it got."""
        return Level.STRONG

    def fit(self, order: starting.Ordered) -> starting.Ordered:
        """Return it without a credential: the keeper and the broker have them."""
        return order.at_the_broker(places.MODEL_URL)

    @property
    def template(self) -> int:
        """The process id of what runs are copied from; 0: none is ready, the next run waits."""
        return self._spawner.template

    async def changed(self) -> None:
        """Wait until a template has come or gone."""
        self._spawner.changed.clear()
        await self._spawner.changed.wait()

    def watch(self, halted: Callable[[spawning.Halt], None]) -> None:
        """Tell once why no run can be started any more, in the moment that this is known."""
        self._spawner.halted = halted
        self._spawner.listen()
        self._vigil.begin()

    def warm(self) -> None:
        """Work is about to come."""
        self._spawner.warm(self._modules)

    def close(self) -> None:
        """Let go: every run ends, and the guard's programs."""
        self._vigil.end()
        self._spawner.close()
        self._broker.close()

    def _ended(self) -> None:
        """Without one of the programs the others are of no use: whatever runs is let go."""
        self._spawner.close()

    @contextlib.asynccontextmanager
    async def child(
        self, job: starting.Job, heard: listening.Heard
    ) -> AsyncGenerator[listening.Child]:
        """Have a worker started, and see that it has ended at the end."""
        token = str(next(self._numbers))
        async with _pipes() as (streams, files):
            heard.outside = self._broker.watch(token)
            await self._spawner.start(self._start(token, job), files)
            _shut(files)

            def kill() -> None:
                self._spawner.kill(token)

            try:
                stdin, stdout, stderr = streams
                yield listening.Child(stdin=stdin, stdout=stdout, stderr=stderr, kill=kill)
            finally:
                kill()
                how = await self._spawner.ended(token)
                heard.code, heard.lost, heard.over = how.code, how.lost, how.over
                self._spawner.forget(token)
                self._broker.leave(token)

    def _start(self, token: str, job: starting.Job) -> Start:
        folder = job.folder
        return Start(
            token=token,
            client=job.client,
            folder="" if folder is None else str(folder),
            clients="" if folder is None else str(folder.parent),
            references=job.references,
            hosts=job.hosts,
            model=job.model,
            memory_mb=job.memory_mb,
            cpu_seconds=math.ceil(job.deadline) + 1,
            modules=self._modules,
        )


_Streams = tuple[asyncio.StreamWriter, asyncio.StreamReader, asyncio.StreamReader]


@contextlib.asynccontextmanager
async def _pipes() -> AsyncGenerator[tuple[_Streams, list[int]]]:
    """Yield our ends as streams, and the worker's as descriptors, which the caller may close."""
    files: list[int] = []
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(_shut, files)
        theirs, ours = os.pipe()
        files.append(theirs)
        stdin = await _writer(ours)
        stack.callback(_abort, stdin.transport)
        readers: list[asyncio.StreamReader] = []
        for _ in range(2):
            ours, theirs = os.pipe()
            files.append(theirs)
            reader, transport = await _reader(ours)
            stack.callback(transport.close)
            readers.append(reader)
        yield (stdin, readers[0], readers[1]), files


async def _writer(file: int) -> asyncio.StreamWriter:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.connect_write_pipe(
        asyncio.streams.FlowControlMixin, os.fdopen(file, "wb")
    )
    return asyncio.StreamWriter(transport, protocol, None, loop)


async def _reader(file: int) -> tuple[asyncio.StreamReader, asyncio.ReadTransport]:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=_LARGEST_LINE)
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(file, "rb")
    )
    return reader, transport


def _abort(transport: asyncio.WriteTransport) -> None:
    if not transport.is_closing():
        transport.abort()


def _shut(files: list[int]) -> None:
    while files:
        os.close(files.pop())
