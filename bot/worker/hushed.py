"""What a run prints, without its credentials: nobody outside its walls knows them, to mask them."""

import io
import sys
from collections.abc import Callable
from typing import TextIO


class Hushed(io.TextIOBase):
    """A stream that masks what is written before it leaves."""

    def __init__(self, stream: TextIO, clean: Callable[[str], str]) -> None:
        self._stream = stream
        self._clean = clean

    def write(self, text: str, /) -> int:
        """Write it masked; returns how much was asked for."""
        self._stream.write(self._clean(text))
        return len(text)

    def flush(self) -> None:
        """Pass on what is held back."""
        self._stream.flush()

    def fileno(self) -> int:
        """The descriptor, for whoever writes past this; raises OSError where there is none."""
        return self._stream.fileno()


def hush(clean: Callable[[str], str]) -> None:
    """Mask what Python prints from here on."""
    sys.stdout, sys.stderr = Hushed(sys.stdout, clean), Hushed(sys.stderr, clean)
