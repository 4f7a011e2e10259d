"""Messages between the small programs: what is none is refused, and nothing of it stays."""

import os
import socket
from pathlib import Path

import pytest

from bot.ipc import channel

_OPEN = Path("/proc/self/fd")


@pytest.mark.parametrize("raw", [b"no JSON", b"[]", b"[" * 60_000, b'{"a":' * 10_000])
@pytest.mark.skipif(not _OPEN.exists(), reason="open files are counted as Linux shows them")
def test_what_is_no_message_leaves_no_descriptor(raw: bytes) -> None:
    one, other = channel.pair()
    with one, other, open(os.devnull, "rb") as file:  # noqa: PTH123 - a descriptor
        before = len(list(_OPEN.iterdir()))
        socket.send_fds(one, [raw], [file.fileno()] * 3)
        with pytest.raises(ValueError, match="unreadable"):
            channel.receive(other)
        assert len(list(_OPEN.iterdir())) == before
