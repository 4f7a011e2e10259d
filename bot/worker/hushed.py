"""What a run prints, without its credentials: nobody outside its walls knows them, to mask them."""

import io
import sys
from collections.abc import Callable
from threading import Lock
from typing import TextIO

_MOST_HELD = 65_536
_MOST_SECRET = 8_192
"""A line without an end is let go of but for so much, in which a secret may have begun."""
_BEGIN = "-----BEGIN "
_END = "-----END "


class Hushed(io.TextIOBase):
    """A stream that masks what is written before it leaves: by whole lines, for a secret may be
    written in pieces.
    """

    def __init__(self, stream: TextIO, clean: Callable[[str], str]) -> None:
        self._stream = stream
        self._clean = clean
        self._held = ""
        self._lock = Lock()

    def write(self, text: str, /) -> int:
        """Write what is whole of it, masked; returns how much was asked for."""
        with self._lock:
            self._held += text
            if len(self._held) > _MOST_HELD:
                self._held = self._clean(self._held)
                self._pass(len(self._held) - _MOST_SECRET)
            else:
                self._pass(_whole(self._held))
        return len(text)

    def flush(self) -> None:
        """Pass on what is whole; the piece of a line waits for the rest of it."""
        self._stream.flush()

    def drain(self) -> None:
        """Pass on all there is: nothing follows."""
        with self._lock:
            self._pass(len(self._held))
        self._stream.flush()

    def fileno(self) -> int:
        """The descriptor, for whoever writes past this; raises OSError where there is none."""
        return self._stream.fileno()

    def _pass(self, end: int) -> None:
        ready, self._held = self._held[:end], self._held[end:]
        if ready:
            self._stream.write(self._clean(ready))


def _whole(text: str) -> int:
    """How much of the text is whole lines, and no key that is still being written."""
    end, begun = text.rfind("\n") + 1, text.rfind(_BEGIN)
    if begun >= 0 and _END not in text[begun:end]:
        return text.rfind("\n", 0, begun) + 1
    return end


def hush(clean: Callable[[str], str]) -> None:
    """Mask what Python prints from here on."""
    sys.stdout, sys.stderr = Hushed(sys.stdout, clean), Hushed(sys.stderr, clean)


def drain() -> None:
    """Let go of what is held back, where anything is: the process ends."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, Hushed):
            stream.drain()
        else:
            stream.flush()
