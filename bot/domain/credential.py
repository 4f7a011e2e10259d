"""What is known of a credential without knowing it: keyed hashes of its values, and its end."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

SHORTEST = 8
"""Values that are shorter would be found in plain words."""
PRINT = 32
"""Hexadecimal digits of a print: 128 bits."""
MOST = 64
"""Prints of one credential; a key of 4096 bits has 53 lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a run tells of a credential it opened. Instants are UTC."""

    reference: str
    prints: tuple[str, ...] = ()
    """Of every secret value in it."""
    own: tuple[str, ...] = ()
    """Of those that tell this login from any other: no two clients have one alike."""
    expires_at: datetime | None = None
    expires_what: str = ""
    """What of it ends then, such as “token”."""
    made_at: datetime | None = None
    version: str = ""
    """Of the store it came from, where that counts."""


def prints(values: Iterable[str], *, pepper: str) -> tuple[str, ...]:
    """Return the keyed hash of each value that is long enough, in order and without repetition.

    Who has no pepper can neither make one nor tell by guessing what it is of.
    """
    long = dict.fromkeys(value for value in values if len(value) >= SHORTEST)
    return tuple(_print(value, pepper=pepper) for value in long)[:MOST]


def _print(value: str, *, pepper: str) -> str:
    raw = hmac.digest(pepper.encode(), value.encode(errors="surrogatepass"), "sha256")
    return raw.hex()[:PRINT]
