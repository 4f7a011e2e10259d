"""Sentences taken apart: literal text and references, in order."""

import re
from dataclasses import dataclass

_REFERENCE = re.compile(r"\{([^{}]*)\}")
_END = re.compile(r"(?<=[.!?…])\s+(?![a-zß-öø-ÿ])")
"""Not before a small letter, so that “Conv. rate” stays whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal:
    """Text as it stands."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What stood between braces."""

    name: str


Piece = Literal | Reference


def parse(text: str) -> tuple[Piece, ...]:
    """Return the pieces of a text. A brace that opens nothing stays literal."""
    pieces: list[Piece] = []
    for place, part in enumerate(_REFERENCE.split(text)):
        if place % 2:
            pieces.append(Reference(name=part.strip()))
        elif part:
            pieces.append(Literal(text=part))
    return tuple(pieces)


def sentences(pieces: tuple[Piece, ...]) -> tuple[tuple[Piece, ...], ...]:
    """Return the pieces by sentence: a full stop within literal text ends one."""
    done: list[tuple[Piece, ...]] = []
    current: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, Reference):
            current.append(piece)
            continue
        first, *others = _END.split(piece.text)
        current.append(Literal(text=first))
        for other in others:
            done.append(tuple(current))
            current = [Literal(text=other)]
    done.append(tuple(current))
    return tuple(done)
