"""A run's way out, seen from inside it; the broker holds the other side.

In a network of its own there is nothing to do but to tell of names that lead nowhere. Without one
the run can make no socket at all: Python's clients then ask the broker, which connects to what is
allowed and hands over the connection, so that TLS is still spoken here and nowhere else.
"""

import contextlib
import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from bot import errors, kinds, wire
from bot.domain import run
from bot.domain.walls import Layer, Walls
from bot.ipc import channel, places

_HTTPS = 443
Address = tuple[str, int]
_Lookup = Callable[..., object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The run's end of its channel to the broker."""

    broker: socket.socket

    def connect(self, address: Address, timeout: object = None, *_: object, **__: object) -> object:
        """As socket.create_connection, through the broker. Raises OSError."""
        seconds = float(timeout) if isinstance(timeout, int | float) else None
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                self._send({"dial": _written(address)}, files=[theirs.fileno()])
            ours.settimeout(seconds)
            try:
                message, files = channel.receive(ours)
            except (channel.Closed, ValueError):
                raise ConnectionError("the way out of this run is gone") from None
        if not files:
            raise ConnectionRefusedError(str(message.get("refused")))
        made = socket.socket(fileno=files[0])
        made.settimeout(seconds)
        return made

    def look_up(self, found: _Lookup) -> _Lookup:
        """Return socket.getaddrinfo, which also tells the broker of names that lead nowhere."""

        def looked_up(host: object, port: object, *rest: object, **named: object) -> object:
            try:
                return found(host, port, *rest, **named)
            except socket.gaierror:
                if isinstance(host, str):
                    tried = (host, port if isinstance(port, int) and port else _HTTPS)
                    with contextlib.suppress(OSError):
                        self._send({"tried": _written(tried)})
                raise

        return looked_up

    def _send(self, message: channel.Message, *, files: Sequence[int] = ()) -> None:
        try:
            channel.send(self.broker, message, files=files)
        except channel.Closed:
            raise ConnectionError("the way out of this run is gone") from None


def arrange(way: Way, stands: Walls, *, order: wire.RunOrder | wire.CheckOrder) -> None:
    """Lead this process's clients to where they may go; raises RunError where one cannot."""
    if Layer.NETWORK in stands.stand:
        _put(socket, "getaddrinfo", made=way.look_up(cast("_Lookup", socket.getaddrinfo)))
        if any(host.startswith("*.") for host in order.hosts):
            environment = os.environ  # noqa: TID251 - written, not read: what clients look for
            environment["HTTPS_PROXY"] = places.PROXY_URL
        return
    if isinstance(order, wire.RunOrder):
        _refuse_native(order)
    for module in (socket, import_module("urllib3.util.connection")):
        _put(module, "create_connection", made=way.connect)


def _put(module: object, name: str, *, made: Callable[..., object]) -> None:
    """Give a library's function another body, for this process."""
    setattr(module, name, made)


def _refuse_native(order: wire.RunOrder) -> None:
    """Raise RunError for a source whose client opens sockets of its own: here it could not."""
    asked = order.client.reports[order.report]
    for name in sorted({one.source for one in (*asked.queries, *asked.breakdowns)}):
        kind = kinds.KINDS[order.client.sources[name].kind]
        if kind.native and name not in order.without:
            fault = f"{kind.label} needs user namespaces, which this machine does not grant"
            failure = run.Failure(
                code=run.FailureCode.CONFIGURATION,
                source=name,
                kind=kind.name,
                params={"fault": fault},
            )
            raise errors.RunError(failure)


def _written(address: Address) -> str:
    name, port = address
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"
