"""Messages between the small programs: one JSON object each, and open files beside it.

Over inherited pairs of SOCK_SEQPACKET sockets (unix(7)): a message arrives whole or not at all,
and a pair that ends means that the other side is gone.
"""

import json
import os
import socket
from collections.abc import Mapping, Sequence
from typing import cast

LARGEST = 64 * 1024
MOST_FILES = 200
Message = Mapping[str, object]


class Closed(EOFError):  # noqa: N818 - an end, not a mistake
    """The other side is gone."""


def pair() -> tuple[socket.socket, socket.socket]:
    """Make a channel; both ends close themselves in what is executed later."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def send(to: socket.socket, message: Message, *, files: Sequence[int] = (), flags: int = 0) -> None:
    """Send one message with the given descriptors, which stay open here.

    ``flags`` are those of the system call send(2).

    Raises Closed when nobody is there, ValueError for one that is too large.
    """
    raw = json.dumps(message).encode()
    if len(raw) > LARGEST or len(files) > MOST_FILES:
        raise ValueError(f"a message of {len(raw)} bytes and {len(files)} files is too large")
    try:
        socket.send_fds(to, [raw], list(files), flags)
    except (BrokenPipeError, ConnectionResetError):
        raise Closed from None


def receive(source: socket.socket) -> tuple[Message, list[int]]:
    """Wait for one message and its descriptors, which are ours to close now.

    Raises Closed at the end; BlockingIOError where the socket does not block and none is there;
    ValueError, with the descriptors closed, for what is no message of ours.
    """
    try:
        raw, files, flags, _ = socket.recv_fds(
            source, LARGEST + 1, MOST_FILES, socket.MSG_CMSG_CLOEXEC
        )
    except ConnectionResetError:
        raise Closed from None
    if not raw:
        raise Closed
    try:
        cut = flags & (socket.MSG_TRUNC | socket.MSG_CTRUNC)
        parsed: object = None if cut else json.loads(raw)
    except (ValueError, RecursionError):
        parsed = None
    if isinstance(parsed, dict):
        return cast("Message", parsed), files
    for file in files:
        os.close(file)
    raise ValueError("unreadable message")
