"""The control socket: the shell acts and reads through the running bot (Settled 12).

A unix socket beside the database, readable by its owner only; the kernel names the caller's user
and anybody else is turned away. One connection carries one line of JSON each way: a ``Question``,
then a ``Reply``. Nothing here decides anything: questions go to the operations as Slack's do.
"""

import asyncio
import os
import pwd
import socket
import struct
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import structlog
from pydantic import TypeAdapter, ValidationError

from bot import access, errors
from bot.domain import ids
from bot.operations import address, answers, scope

_log = structlog.get_logger(__name__)
_QUESTION: TypeAdapter[answers.Question] = TypeAdapter(answers.Question)
_REPLY: TypeAdapter[answers.Reply] = TypeAdapter(answers.Reply)
_MAX_QUESTION = 64 * 1024
_MAX_REPLY = 16 * 1024 * 1024
_READ_SECONDS = 5.0
_ANSWER_SECONDS = 60.0
_TRIAL_SECONDS = 300.0
"""For two trials of a credential, one after the other."""
_CLOSE_SECONDS = 5.0
path = address.path
"""Where the control socket of a database is."""

Responder = Callable[[answers.Question, scope.Asker], Awaitable[answers.Answer]]


class NobodyThere(errors.ReportopsError):
    """No bot listens on the control socket."""


def shell(uid: int | None = None) -> scope.Asker:
    """Return the asker that a shell stands for; ``uid`` None: this process's own user."""
    number = os.geteuid() if uid is None else uid
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        name = str(number)
    actor = access.Actor(who=f"shell:{name}", kind=access.Kind.SHELL, place=access.Place())
    return scope.Asker(actor=actor, via="shell", request=ids.new_id())


async def answered(
    respond: Responder, question: answers.Question, *, asker: scope.Asker
) -> answers.Reply:
    """Return what an operation says, or why it does not, as data."""
    try:
        return answers.pack(await respond(question, asker))
    except errors.UsageError as error:
        return answers.Reply(problem=answers.Problem.USAGE, text=str(error))
    except errors.ConfigurationError as error:
        return answers.Reply(problem=answers.Problem.CONFIGURATION, text=str(error))
    except errors.StoreError as error:
        return answers.Reply(problem=answers.Problem.STORE, text=str(error))


@asynccontextmanager
async def serve(database: Path, respond: Responder) -> AsyncGenerator[Path, None]:
    """Listen beside the database while the context lasts; the caller owns the database's lock.

    Yields the socket's path. Questions that are being answered at the end are waited for.
    """
    where = path(database)
    listener = _listen(where)
    desk = _Desk(respond)
    server = await asyncio.start_unix_server(desk.serve, sock=listener, limit=_MAX_QUESTION)
    try:
        yield where
    finally:
        server.close()
        where.unlink(missing_ok=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await desk.idle.wait()


class _Desk:
    """Answers connections, and knows whether any is open."""

    def __init__(self, respond: Responder) -> None:
        self._respond = respond
        self._open = 0
        self.idle = asyncio.Event()
        self.idle.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        self.idle.clear()
        try:
            with suppress(ConnectionError, TimeoutError):
                await self._one(reader, writer)
        finally:
            self._open -= 1
            if not self._open:
                self.idle.set()
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        uid = _peer(writer)
        if uid is not None and uid != os.geteuid():
            _log.warning("control_refused", uid=uid)
            return
        try:
            async with asyncio.timeout(_READ_SECONDS):
                question = _QUESTION.validate_json(await reader.readline())
        except (ValidationError, ValueError):
            reply = answers.Reply(
                problem=answers.Problem.USAGE,
                text="The bot does not understand this reportops; use the same version of both.",
            )
        else:
            reply = await answered(self._respond, question, asker=shell(uid))
        writer.write(_REPLY.dump_json(reply) + b"\n")
        await writer.drain()


async def call(database: Path, question: answers.Question) -> answers.Reply:
    """Ask the running bot; raises NobodyThere where none listens."""
    try:
        with address.short(path(database)) as short:
            reader, writer = await asyncio.open_unix_connection(short, limit=_MAX_REPLY)
    except (FileNotFoundError, ConnectionRefusedError) as error:
        raise NobodyThere(str(path(database))) from error
    except PermissionError:
        message = f"{path(database)} belongs to another user; run this as the user of the bot."
        raise errors.ConfigurationError(message) from None
    try:
        return await _exchange(reader, writer, question=question)
    except (ConnectionError, TimeoutError, ValidationError, ValueError) as error:
        message = f"the bot gave no answer ({type(error).__name__}); its log says why"
        raise errors.StoreError(message) from error
    finally:
        writer.close()


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, question: answers.Question
) -> answers.Reply:
    writer.write(_QUESTION.dump_json(question) + b"\n")
    await writer.drain()
    is_trial = question.verb is answers.Verb.CREDENTIAL
    async with asyncio.timeout(_TRIAL_SECONDS if is_trial else _ANSWER_SECONDS):
        return _REPLY.validate_json(await reader.readline())


def _listen(where: Path) -> socket.socket:
    """Bind, close to others, and only then listen: nobody can connect in between."""
    where.parent.mkdir(parents=True, exist_ok=True)
    where.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with address.short(where) as short:
            listener.bind(short)
        where.chmod(0o600)
        listener.listen()
        listener.setblocking(False)  # noqa: FBT003 - the standard library's own signature
    except OSError:
        listener.close()
        raise
    return listener


def _peer(writer: asyncio.StreamWriter) -> int | None:
    """The caller's user as the kernel says; None where it cannot (the file's mode must do)."""
    if not sys.platform.startswith("linux"):
        return None
    connection = writer.get_extra_info("socket")
    size = struct.calcsize("3i")
    raw: bytes = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    _pid, uid, _gid = struct.unpack("3i", raw)
    return int(uid)
