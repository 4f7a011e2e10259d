"""Takes every trace of one run's credentials out of a text; on both sides of the border.

Searching for each form by itself beats one expression of all of them tenfold: a text of 100 kB
takes 7 µs for each, and a key of 2048 bits has some 270 (bench/masking.py).
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import cast
from urllib.parse import quote, quote_plus

from bot.domain import shapes
from bot.kinds import leaves

MASK = shapes.MASK
SHORTEST = 8
"""Shorter values would mask plain words."""


class Mask:
    """Knows the secrets of one run; calling it cleans a text. Threads may share it."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._parts: tuple[str, ...] = ()
        self.learn(*secrets)

    def learn(self, *secrets: str) -> None:
        """Know more from here on: whole credentials, or a token that was made of one."""
        values = {value for text in secrets for value in leaves.of(text)}
        parts = {part for value in values if len(value) >= SHORTEST for part in _forms(value)}
        longest_first = sorted(parts.union(self._parts), key=lambda part: (-len(part), part))
        self._parts = tuple(longest_first)

    @property
    def parts(self) -> tuple[str, ...]:
        """Every form of every secret, the longest first."""
        return self._parts

    def __call__(self, text: str) -> str:
        """Return the text with every secret replaced by ``***``."""
        for part in self._parts:
            if part in text:
                text = text.replace(part, MASK)
        return shapes.cleaned(text)

    def within(self, value: object) -> object:
        """Return plain data, as JSON has it, with its texts cleaned; numbers stay what they are."""
        if isinstance(value, str):
            return value if _is_number(value) else self(value)
        if isinstance(value, list):
            return [self.within(one) for one in cast("list[object]", value)]
        if isinstance(value, dict):
            fields = cast("Mapping[str, object]", value)
            return {name: self.within(one) for name, one in fields.items()}
        return value


_NUMBER = re.compile(r"[+-]?[0-9.]+(E[+-]?[0-9]+)?|[0-9]{4}(-[0-9]{2}){2}(T[0-9:.+Z-]+)?")
"""Figures and instants, as JSON has them: what cannot be read again would cost the whole report."""


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def _forms(value: str) -> Iterator[str]:
    """A value as it is, and as JSON, addresses, base64 and hexadecimal digits write it."""
    yield value
    for plain in (True, False):
        once = json.dumps(value, ensure_ascii=plain)
        yield once[1:-1]
        yield json.dumps(once, ensure_ascii=plain)[3:-3]
    for safe in ("/", ""):
        written = quote(value, safe=safe, errors="replace")
        yield written
        yield re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), written)
    yield quote_plus(value, errors="replace")
    raw = value.encode(errors="replace")
    yield raw.hex()
    yield raw.hex().upper()
    for skipped in range(3):
        yield from _base64(raw, skipped=skipped)


def _base64(raw: bytes, *, skipped: int) -> Iterator[str]:
    """As it shows within longer text that has so many bytes before it, of each three.

    The characters at either end that its neighbours have a part in are left out.
    """
    written = base64.b64encode(bytes(skipped) + raw).decode().rstrip("=")
    whole = (skipped + len(raw)) % 3 == 0
    core = written[(0, 2, 3)[skipped] : len(written) if whole else -1]
    yield core
    yield core.replace("+", "-").replace("/", "_")
