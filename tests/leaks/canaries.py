"""Secrets that are looked for: pieces of each, in every form in which something may write them."""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import quote, quote_plus

OPEN = frozenset({"type", "project_id", "client_email", "client_id", "token_uri", "user"})
"""Fields of a credential that are no secret."""
_PIECE = 16
"""Characters of a piece: whatever shows so many in a row shows too much."""
_ADDRESS = re.compile(r"\w+://[^/@:]*:([^/@]+)@")


@dataclass(slots=True)
class Canaries:
    """All that is looked for. It grows as credentials are made and tokens are seen."""

    pieces: dict[str, str] = field(default_factory=dict[str, str])
    """Piece → which credential it is of."""

    def add(self, name: str, text: str) -> str:
        """Look for a credential from here on; returns it."""
        for secret in _secrets(text):
            self.pieces = {**dict.fromkeys(_pieces(secret), name), **self.pieces}
        return text

    @property
    def names(self) -> frozenset[str]:
        """Which credentials are looked for."""
        return frozenset(self.pieces.values())

    @property
    def forms(self) -> Mapping[bytes, str]:
        """What to look for → which credential that is, and how it is written."""
        return {
            written.encode(): f"{name}, {how}"
            for piece, name in self.pieces.items()
            for how, written in _forms(piece)
        }


def _secrets(text: str) -> Iterator[str]:
    """Every secret value: of a JSON's fields, the password of an address, or all of it."""
    try:
        raw: object = json.loads(text)
    except ValueError:
        raw = None
    if isinstance(raw, dict):
        fields = cast("Mapping[str, str]", raw)
        yield from (value for name, value in fields.items() if name not in OPEN)
        return
    found = _ADDRESS.search(text)
    yield found[1] if found else text


def _pieces(secret: str) -> Iterator[str]:
    """Its beginning, its middle and its end; of a key in PEM form the middles of some lines, for
    its first line is every key's.
    """
    if secret.startswith("-----"):
        lines = [line for line in secret.splitlines()[2:-2] if len(line) >= _PIECE]
        yield from (line[20 : 20 + _PIECE] for line in lines[::4])
        return
    middle = max(0, (len(secret) - _PIECE) // 2)
    for start in {0, middle, max(0, len(secret) - _PIECE)}:
        yield secret[start : start + _PIECE]


def _forms(piece: str) -> Iterator[tuple[str, str]]:
    yield "plain", piece
    yield "reversed", piece[::-1]
    yield "JSON", json.dumps(piece)[1:-1]
    yield "JSON twice", json.dumps(json.dumps(piece))[3:-3]
    yield "URL", quote(piece, safe="")
    yield "form", quote_plus(piece)
    raw = piece.encode()
    yield "hex", raw.hex()
    yield "HEX", raw.hex().upper()
    for before in range(3):
        written = base64.b64encode(bytes(before) + raw).decode().rstrip("=")
        core = written[-(-before * 8 // 6) : -1 if (before + len(raw)) % 3 else len(written)]
        yield f"base64 after {before}", core
        yield f"base64url after {before}", core.replace("+", "-").replace("/", "_")
