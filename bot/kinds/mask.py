"""Takes every trace of one run's credentials out of a text; on both sides of the border."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import cast
from urllib.parse import unquote

MASK = "***"
_SHORTEST = 8
"""Shorter values would mask plain words."""
_OPEN = frozenset(
    {"type", "project_id", "client_email", "client_id", "auth_uri", "token_uri"}
    | {"auth_provider_x509_cert_url", "client_x509_cert_url", "universe_domain", "account"}
    | {"quota_project_id", "user"}
)
"""Fields of a credential's JSON that are safe to show."""
_SHAPES = re.compile(
    r"eyJ[\w-]{8,}\.[\w-]+\.?[\w-]*|ya29\.[\w.-]+|1//[\w-]{10,}|sk-ant-[\w-]+"
    r"|(?i:bearer) [\w.~+/-]{8,}=*"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"
)
"""Tokens that libraries make of a credential are not in it; their shape gives them away."""

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^/@:\s]*:([^/@\s]+)@")


class Mask:
    """Knows the secrets of one run; calling it cleans a text."""

    def __init__(self, secrets: Iterable[str]) -> None:
        parts = {part for text in secrets for part in _parts(text) if len(part) >= _SHORTEST}
        self._parts = sorted(parts, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """Return the text with every secret replaced by ``***``."""
        for part in self._parts:
            text = text.replace(part, MASK)
        return _SHAPES.sub(MASK, text)


def _parts(text: str) -> Iterator[str]:
    """The text, its secret fields as they are and as JSON writes them, and the lines of a key."""
    yield text
    yield text.strip()
    yield from _password(text.strip())
    for value in _values(text):
        yield value
        yield json.dumps(value)[1:-1]
        yield from (line for line in value.splitlines() if not line.startswith("-----"))


def _password(text: str) -> Iterator[str]:
    """The password of an address, as it is written and as it is meant."""
    found = _ADDRESS.match(text)
    if found is not None:
        yield found[1]
        yield unquote(found[1])


def _values(text: str) -> Iterator[str]:
    try:
        raw: object = json.loads(text)
    except (ValueError, RecursionError):
        return
    if isinstance(raw, dict):
        fields = cast("Mapping[str, object]", raw)
        yield from (
            value for name, value in fields.items() if isinstance(value, str) and name not in _OPEN
        )
