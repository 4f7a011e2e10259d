"""The real bot, which dies where it is told: ``python -m tests.chaos.doomed``.

Around every transaction and every write to Slack stands a boundary with a name, such as ``before
deliveries.begin report`` (nothing of it has happened) and ``after deliveries.begin report`` (it is
committed or answered, and nobody has acted on it). Every one that is passed is written down in
``passed``; at those that the file ``armed`` names the process kills itself. Names come from the
store's own functions, so that a new one is a boundary without a word here.
"""

import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import Enum
from pathlib import Path
from types import CodeType, FrameType
from typing import Literal, TypeVar, cast

import aiohttp
from slack_sdk.webhook import async_client

from bot import process, settings
from bot.domain import delivery, run
from bot.executors import sealing
from bot.guard import launcher
from bot.slack import web
from bot.store import database

T = TypeVar("T")
ARMED, PASSED, DIED = "armed", "passed", "died"
_STORE = str(Path(database.__file__).parent)
_NAMELESS = "read"
_Method = Callable[..., Awaitable[T]]
_Naming = Callable[..., str]


class Boundaries:
    """Where the process may die; ``folder``, its database's, is shared with whoever arms them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._passed = os.open(folder / PASSED, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def step(self, side: Literal["before", "after"], name: str) -> None:
        """Pass a boundary, or die at it. ``armed`` holds a line for each, after a first one that
        says how many of them are spared.
        """
        told = f"{side} {name}"
        os.write(self._passed, f"{told}\n".encode())
        armed = self._folder / ARMED
        try:
            spared, *names = armed.read_text("ascii").splitlines()
        except FileNotFoundError:
            return
        if told not in names:
            return
        if int(spared) > 0:
            armed.write_text("\n".join([str(int(spared) - 1), *names]), "ascii")
            return
        armed.unlink()
        (self._folder / DIED).write_text(told, "ascii")
        os.kill(os.getpid(), signal.SIGKILL)

    def around(self, method: _Method[T], naming: _Naming) -> _Method[T]:
        """Return the method with a boundary on each of its sides."""

        async def wrapped(*args: object, **named: object) -> T:
            name = naming(sys._getframe(1), *args)
            if name == _NAMELESS:
                return await method(*args, **named)
            self.step("before", name)
            result = await method(*args, **named)
            self.step("after", name)
            return result

        return wrapped


def transaction(caller: FrameType, *_: object) -> str:
    """Return the name of the store's function that a transaction belongs to, and what it is about:
    ``runs.end ready``, ``deliveries.put card``.
    """
    frame, found = caller, caller
    while frame.f_code.co_filename.startswith(_STORE):
        found = frame
        if frame.f_back is None:
            break
        frame = frame.f_back
    return f"{_place(found.f_code)} {_about(found.f_locals)}".strip()


def call(caller: FrameType, *args: object) -> str:
    """Return the method of Slack's that is called, and of which kind the message is."""
    return f"slack.{args[1]} {_about(caller.f_locals)}".strip()


def _acknowledgement(_: FrameType, *args: object) -> str:
    return "socket.ack" if '"envelope_id"' in str(args[1]) else _NAMELESS


def _response(_: FrameType, *_args: object) -> str:
    return "slack.response_url"


def _place(code: CodeType) -> str:
    path = Path(code.co_filename)
    owner = path.parent.name if path.stem == "__init__" else path.stem
    return f"{owner}.{code.co_name}"


def _about(local: Mapping[str, object]) -> str:
    """What a call is about, as far as its arguments tell a kind or a status."""
    for name in ("to", "ended", "status", "wanted", "shown", "key"):
        match local.get(name):
            case Enum() as one:
                return str(one.value)
            case run.Ended() as ended:
                return ended.to.value
            case delivery.Delivery() as one:
                return one.kind.value
            case run.Run() as one:
                return one.status.value
            case str() as key if ":" in key:
                return key.partition(":")[0]
            case _:
                continue
    return ""


def main(arguments: Sequence[str]) -> int:
    """Launch as the bot does; then put the boundaries up, and be the bot."""
    config = settings.read()
    if not arguments:
        launcher.launch(
            settings.environment(),
            settings=settings.names(),
            clients=config.clients_dir,
            sealing=sealing.found(config),
            become=("tests.chaos.doomed",),
        )
    at = Boundaries(config.database.parent)
    for owner, name, naming in cast(
        "Sequence[tuple[type, str, _Naming]]",
        (
            (database.Database, "write", transaction),
            (web.Web, "write", call),
            (async_client.AsyncWebhookClient, "send_dict", _response),
            (aiohttp.ClientWebSocketResponse, "send_str", _acknowledgement),
        ),
    ):
        method = cast("_Method[object]", getattr(owner, name))
        setattr(owner, name, at.around(method, naming))
    return process.main(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
