"""The inside of ``behind``: a walled run that opens one source and reads it as it is told.

Imported by the template of the run, whose pipeline it stands in for.
"""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from urllib.parse import urlsplit

from bot import errors, wire
from bot.domain import run
from bot.worker import pipeline, sources
from bot.worker.sources import base
from tests.contract import teller

READY = "ready"


class Opened:
    """One source, opened when it is first read."""

    def __init__(self) -> None:
        self._source: base.Source | None = None
        self._access: base.Access | None = None

    def open(self, access: base.Access) -> None:
        """Take what it is opened with; RunError where it cannot be opened."""
        self._source = sources.open_source(access)

    def read(self, ask: base.Ask) -> base.Answer:
        """Read one query."""
        return self._opened.read(ask)

    def stop(self, _: object) -> None:
        """End what is being read."""
        self._opened.stop()

    def close(self, _: object) -> None:
        """Let go of it."""
        self._opened.close()

    @property
    def _opened(self) -> base.Source:
        if self._source is None:
            raise AssertionError
        return self._source


async def act(order: wire.RunOrder, tell: Callable[[str], None], **_: object) -> wire.RunOutcome:
    """Do as we are told, over two connections that go through the broker, until both end."""
    opened = Opened()
    links = [_link(order.environment[teller.TELLER]) for _ in range(2)]
    serving = [threading.Thread(target=_serve, args=(opened, link)) for link in links]
    for one in serving:
        one.start()
    tell(READY)
    for one in serving:
        await asyncio.to_thread(one.join)
    failure = run.Failure(code=run.FailureCode.CRASHED, said="told to end")
    return wire.RunFailed(failure=failure, timings={})


def _link(url: str) -> Connection:
    at = urlsplit(url)
    made = socket.create_connection((str(at.hostname), at.port or 0), timeout=10)
    made.settimeout(None)
    return Connection(made.detach())


def _serve(opened: Opened, link: Connection) -> None:
    known: dict[str, Callable[..., object]] = {
        one.__name__: one for one in (opened.open, opened.read, opened.stop, opened.close)
    }
    with link, contextlib.suppress(EOFError, ConnectionError):
        while True:
            name, argument = link.recv()
            try:
                link.send((True, known[name](argument)))
            except errors.RunError as error:
                link.send((False, error.failure))


pipeline.run = act
