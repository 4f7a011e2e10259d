"""A message that may be larger than a channel takes at once: sent in pieces, read as one."""

import base64
import binascii
import json
import socket
from typing import cast

from bot.ipc import channel

_PIECE = 32 * 1024
_MOST = 4 * 1024 * 1024


def send(to: socket.socket, message: channel.Message) -> None:
    """Send it; blocks until it is read where it is large. Raises Closed when nobody is there."""
    raw = json.dumps(message).encode()
    for start in range(0, len(raw), _PIECE):
        piece = raw[start : start + _PIECE]
        more = start + _PIECE < len(raw)
        channel.send(to, {"piece": base64.b64encode(piece).decode(), "more": more})


def receive(source: socket.socket) -> channel.Message:
    """Wait for one; raises Closed at the end, ValueError for what is none."""
    raw = b""
    more: object = True
    while more:
        told, _ = channel.receive(source)
        more = told.get("more")
        try:
            raw += base64.b64decode(str(told.get("piece", "")), validate=True)
        except binascii.Error:
            raise ValueError("unreadable piece") from None
        if len(raw) > _MOST:
            raise ValueError("a message that has no end")
    parsed: object = json.loads(raw)
    if not isinstance(parsed, dict):
        raise ValueError("unreadable message")  # noqa: TRY004 - data, not a type
    return cast("channel.Message", parsed)
