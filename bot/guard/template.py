"""The template: a Python that has imported what runs need, and is copied for each of them.

It holds no secret, has one thread and one channel, opens no file of a client, and cannot be looked
into. Each run is forked from it, walls itself in, and only then learns who it is.
"""

import contextlib
import os
import select
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import NoReturn, Protocol, cast

from bot.domain.kept import Kept
from bot.domain.walls import Layer, Walls
from bot.guard import doors, hosts, memory, walls
from bot.guard.walls import limits
from bot.ipc import channel, parcel, places, scratch, sealing
from bot.ipc.start import Start

_FILES = 5
"""Beside each start: stdin, stdout, stderr, the keeper's end and the broker's end."""
_KEEPER, _BROKER = 3, 4
_LOWERING = (
    ("env://", "the environment (env://)"),
    ("keyring://", "a keyring of the machine (keyring://)"),
)
"""What lies open to others of the bot's user, and lowers a run's level."""
_UNFIT = 70
"""The exit code of a copy that could not become a run (sysexits.h: EX_SOFTWARE)."""
_SCRATCH_MB = 512
_LOOK_MS = 200
"""Between two looks at the memory of the runs."""
_MIB = 2**20
_LIBRARIES = ("lib", "lib64", "share", "ssl")
"""What of a Python's folder is read; it may be /usr, where other things lie as well."""
_OURS = Path(__file__).parents[1]


class _Worker(Protocol):
    """As much of bot.worker.__main__ as is used."""

    def walled(
        self,
        stands: Walls,
        given: tuple[Mapping[str, str], Kept],
        *,
        scratch: Path,
        broker: socket.socket,
    ) -> NoReturn: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One copy at work."""

    token: str
    pid: int
    scratch: Path
    shared: int
    """The bytes that it began with, as a copy of this process."""


class Template:
    """Forks, waits, and tells how each run ended. All runs together may have ``budget`` bytes."""

    def __init__(self, spawner: socket.socket, *, budget: int) -> None:
        self._spawner = spawner
        self._budget = budget
        self._over: dict[str, int] = {}
        """What runs had that were ended for their memory, by token."""
        self._runs: dict[int, _Run] = {}
        """By pidfd."""
        self._poll = select.poll()
        self._poll.register(spawner, select.POLLIN)

    def serve(self) -> None:
        """Work until the spawner is gone; every run dies with this process."""
        goes_on = True
        while goes_on:
            ready = {file for file, _ in self._poll.poll(_LOOK_MS if self._runs else None)}
            goes_on = self._spawner.fileno() not in ready or self._heard()
            for file in ready & self._runs.keys():
                self._ended(file)
            self._weigh()

    def _heard(self) -> bool:
        try:
            message, files = channel.receive(self._spawner)
        except channel.Closed:
            return False
        if message.get("do") == "kill":
            self._kill(str(message.get("token")))
        elif len(files) == _FILES:
            self._start(Start.read(message), files)
        for file in files:
            os.close(file)
        return True

    def _start(self, start: Start, files: Sequence[int]) -> None:
        Path(start.scratch).mkdir(mode=0o700)
        parent = os.getpid()
        shared = memory.held(parent)
        pid = os.fork()
        if pid == 0:
            _become(start, files, parent=parent)
        watched = os.pidfd_open(pid)
        self._runs[watched] = _Run(
            token=start.token, pid=pid, scratch=Path(start.scratch), shared=shared
        )
        self._poll.register(watched, select.POLLIN)

    def _kill(self, token: str) -> None:
        for one in self._runs.values():
            if one.token == token:
                _end(one.pid)

    def _weigh(self) -> None:
        """End the largest where all runs together have more than they may; the next look, if that
        was not enough, ends the next.
        """
        own = {
            one.token: max(memory.held(one.pid) - one.shared, 0)
            for one in self._runs.values()
            if one.token not in self._over
        }
        largest = memory.excess(own, self._budget)
        if largest is not None:
            self._over[largest] = own[largest]
            self._kill(largest)

    def _ended(self, watched: int) -> None:
        one = self._runs.pop(watched)
        self._poll.unregister(watched)
        os.close(watched)
        _end(one.pid)  # whatever it has started, where no wall forbids that
        _, status = os.waitpid(one.pid, 0)
        scratch.remove(one.scratch)
        code = os.waitstatus_to_exitcode(status)
        told = {"told": "ended", "token": one.token, "code": code}
        over = self._over.pop(one.token, None)
        if over is not None:
            told |= {"over_mb": over // _MIB, "budget_mb": self._budget // _MIB}
        channel.send(self._spawner, told)


def _end(pid: int) -> None:
    """End a run that is still to be waited for: its threads and, once it leads one, its group."""
    os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def main(spawner: int, modules: str, *, budget_mb: str) -> None:
    """Import the modules (comma-separated), then serve.

    ``spawner`` is its channel's descriptor, ``budget_mb`` the memory of all runs together; 0: as
    the machine has it.
    """
    limits.private()
    for name in filter(None, modules.split(",")):
        import_module(name)
    with socket.socket(fileno=spawner) as asked:
        threads = len(list(Path("/proc/self/task").iterdir()))
        if threads != 1:
            # A lock that another thread holds in the moment of a fork stays held in the copy.
            sys.stderr.write(f"no run can be copied: the modules started {threads} threads\n")
            sys.exit(_UNFIT)
        channel.send(asked, {"told": "ready"})
        Template(asked, budget=memory.budget(int(budget_mb))).serve()


def _become(start: Start, files: Sequence[int], *, parent: int) -> NoReturn:
    """In the copy: take the run's files, put up the walls, and hand over to the worker."""
    try:
        os.setsid()
        limits.give_way()
        limits.die_with(parent)
        _take(files)
        os.umask(0o077)
        with socket.socket(fileno=_KEEPER) as keeper, socket.socket(fileno=_BROKER) as broker:
            stands = _walled(start, broker)
            told = parcel.receive(keeper)
            keeper.close()
            work = cast("_Worker", import_module("bot.worker.__main__"))
            work.walled(
                stands,
                sealing.given(told),
                scratch=Path(start.scratch),
                broker=broker,
            )
    except BaseException as error:  # noqa: BLE001 - the copy must never return into the template
        sys.stderr.write(f"the walls could not be put up: {type(error).__name__}: {error}\n")
        sys.stderr.flush()
    os._exit(_UNFIT)


def _walled(start: Start, broker: socket.socket) -> Walls:
    """Put up what this machine has; from here on the run reaches its own alone."""
    missing = dict(walls.enclose())
    found = hosts.doors(map(hosts.parse, start.hosts))
    if Layer.NETWORK in missing:
        missing[Layer.EGRESS] = "needs a network namespace"
    else:
        doors.open_(broker, found, extra=_extra(start))
    lowering = [
        why for mark, why in _LOWERING if any(one.startswith(mark) for one in start.references)
    ]
    if lowering:
        missing[Layer.KEEPER] = f"its credentials come from {' and '.join(lowering)}"
    return walls.close(_plan(start, hosts.file(found)), missing)


def _extra(start: Start) -> Sequence[hosts.Host]:
    """The addresses at which the broker itself answers."""
    proxy = hosts.Host(name=places.PROXY, port=places.PROXY_PORT)
    model = hosts.Host(name=places.MODEL, port=places.MODEL_PORT)
    return (proxy, model) if start.model else (proxy,)


def _plan(start: Start, names: str) -> walls.Plan:
    return walls.Plan(
        code=_code(),
        folder=Path(start.folder) if start.folder else None,
        clients=Path(start.clients) if start.clients else None,
        scratch=Path(start.scratch),
        scratch_mb=_SCRATCH_MB,
        hosts=names,
        limits=limits.Limits(memory_mb=start.memory_mb, cpu_seconds=start.cpu_seconds),
    )


def _code() -> tuple[Path, ...]:
    """Python, its packages and ours. Of a checkout the package alone: beside it lie the bot's
    settings, its database and all clients.
    """
    prefixes = dict.fromkeys((sys.prefix, sys.base_prefix))
    return (_OURS, *(Path(prefix, name) for prefix in prefixes for name in _LIBRARIES))


def _take(files: Sequence[int]) -> None:
    """Move the run's files to 0 to 4 and close everything else that was inherited."""
    parked = [os.dup(file) for file in files]
    for place, file in enumerate(parked):
        os.dup2(file, place, inheritable=False)
    os.closerange(len(files), os.sysconf("SC_OPEN_MAX"))
