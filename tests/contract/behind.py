"""A source inside a walled run, read from here: what a bench opens in place of the source itself.

Everything between is real: the guard, the template, the walls, the broker. A kind needs nothing for
it but a bench whose ``access`` can be pickled and whose files are in its folder.
"""

import asyncio
import socket
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import pytest

from bot import errors, wire
from bot.domain import run, walls
from bot.executors import process, walled
from bot.guard import launcher
from bot.ipc import guarded
from bot.kinds import KINDS
from bot.worker.sources import base
from tests import samples
from tests.contract import benches
from tests.contract.teller import TELLER
from tests.executors import acting
from tests.guard import clients

_MODULES = (
    *walled.MODULES,
    "tests.contract.inside",
    "bot.worker.sources.bigquery",
)
"""Imported once for all runs; beside what every run needs, what takes long."""
_DEADLINE = 60.0
_SECONDS = 20.0
"""Until a run has come up on a loaded machine."""


def places(kinds: Iterable[str]) -> tuple[object, ...]:
    """Return each kind inside a walled run, as a fixture's parameter."""
    no_walls = pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's")
    return tuple(
        pytest.param(f"{one}, walled", marks=[pytest.mark.slow, no_walls]) for one in kinds
    )


class Run:
    """One walled run with one source."""

    def __init__(self, links: Sequence[Connection]) -> None:
        self._reading, self._stopping = links

    def open(self, access: base.Access) -> None:
        """Open it; raises RunError."""
        self._told(self._reading, "open", access)

    def read(self, ask: base.Ask) -> base.Answer:
        """Read one query; raises RunError."""
        return cast("base.Answer", self._told(self._reading, "read", ask))

    def stop(self) -> None:
        """End what is being read."""
        self._told(self._stopping, "stop", None)

    def close(self) -> None:
        """Let go."""
        self._told(self._stopping, "close", None)

    def _told(self, link: Connection, name: str, argument: object) -> object:
        link.send((name, argument))
        well, answer = cast("tuple[bool, object]", link.recv())
        if not well:
            raise errors.RunError(cast("run.Failure", answer))
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A guard, and the folder of all its clients."""

    guard: guarded.Guard
    clients: Path
    modules: tuple[str, ...] = _MODULES
    """What its template has."""

    def folder(self, name: str) -> Path:
        """Make a client's folder that a run may read."""
        made = self.clients / name
        made.mkdir()
        return made

    def opener(self, bench: benches.Bench) -> Callable[[base.Access], base.Source]:
        """Return what opens the bench's source in a run of its own, which ends with the bench."""

        def opened(access: base.Access) -> base.Source:
            inside = bench.stack.enter_context(self.run(access, hosts=bench.hosts))
            inside.open(access)
            return inside

        return opened

    @contextmanager
    def run(self, access: base.Access, *, hosts: Sequence[str]) -> Generator[Run]:
        """Start a run that may reach the hosts of this source and ``hosts``."""
        starter = walled.starter(self.guard, private=("127.0.0.0/8",), modules=self.modules)
        executor = process.ProcessExecutor(memory_mb=2048, starter=starter)
        with socket.create_server(("127.0.0.1", 0)) as teller, ExitStack() as stack:
            teller.settimeout(_SECONDS)
            order = _order(access, hosts, teller=teller.getsockname()[1])
            came: list[wire.RunOutcome] = []

            def work() -> None:
                came.append(asyncio.run(executor.execute(order)))
                teller.shutdown(socket.SHUT_RDWR)  # nobody will come any more

            running = threading.Thread(target=work)
            running.start()
            stack.callback(running.join)
            try:
                links = [stack.enter_context(_accepted(teller)) for _ in range(2)]
            except OSError:
                running.join()
                _skipped(came[0])
                raise
            try:
                yield Run(links)
            except EOFError:  # it has ended by itself: how is what matters
                running.join()
                raise AssertionError(came[0]) from None
        _checked(came[0])


@contextmanager
def house(at: Path) -> Generator[House]:
    """Start a guard over an empty folder that runs may pass."""
    at.chmod(0o755)
    guard = launcher.start({}, clients=at)
    try:
        yield House(guard=guard, clients=at)
    finally:
        guard.close()


def _order(access: base.Access, hosts: Sequence[str], *, teller: int) -> wire.RunOrder:
    of = access.spec
    settings = KINDS[of.kind].settings.model_validate(of.settings)
    doubles = [urlsplit(url).netloc for url in access.environment.values()]
    asked = replace(samples.REPORT_SPEC, queries=(samples.query("orders", of.name),), breakdowns=())
    client = replace(
        samples.CLIENT,
        folder=access.folder,
        sources={of.name: of},
        reports={samples.WEEKLY: asked},
    )
    at = f"127.0.0.1:{teller}"
    known = dict.fromkeys((at, *KINDS[of.kind].hosts(settings), *doubles, *hosts))
    return replace(
        clients.order(access.folder, tuple(known)),
        client=client,
        deadline_seconds=_DEADLINE,
        environment={TELLER: f"tcp://{at}"},
    )


def _accepted(teller: socket.socket) -> Connection:
    made, _ = teller.accept()
    made.settimeout(None)
    return Connection(made.detach())


def _skipped(outcome: wire.RunOutcome) -> None:
    """Skip the test where the product itself says that this machine cannot do it."""
    failure = acting.failure(outcome)
    if failure.code is run.FailureCode.CONFIGURATION:
        pytest.skip(failure.params["fault"])
    raise AssertionError(failure)


def _checked(outcome: wire.RunOutcome) -> None:
    """It ended as it was told, and its walls were the best that this machine has."""
    failure = acting.failure(outcome)
    assert failure.said.startswith("told to end"), failure
    stands = outcome.walls or walls.NOTHING
    assert stands.level.meets(walls.Level.PARTIAL), stands.told
