"""The secret values that are in a credential's text, whatever its form."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import cast
from urllib.parse import unquote

OPEN = frozenset(
    {"type", "project_id", "client_email", "client_id", "auth_uri", "token_uri", "user"}
    | {"auth_provider_x509_cert_url", "client_x509_cert_url", "universe_domain", "account"}
    | {"quota_project_id", "expires_at", "made_at", "scope", "scopes", "token_type", "tenant"}
)
"""Fields of a credential's JSON that are safe to show."""
_PROGRAM = frozenset(
    {"client_secret", "app_secret", "developer_token", "private_key_id", "private_key_passphrase"}
)
"""Fields that say which program asks: clients may have them in common, beside what is theirs."""
_DEEPEST = 12
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/@:\s]*:([^/@\s]+)@")
_NAMED = re.compile(r"(?i)(?:password|passwd|pwd|secret|token|key)=([^\s&;'\"]+)")
_EDGE = "-----"


def of(text: str) -> tuple[str, ...]:
    """Return every secret value of a credential: itself, its fields at any depth, the password of
    an address, and the lines of a key as well as its body on one line.
    """
    found: dict[str, None] = {}
    for value in (text, *(value for _name, value in _fields(text))):
        found.update(dict.fromkeys(_parts(value)))
    return tuple(found)


def own(text: str) -> tuple[str, ...]:
    """Return those that tell one login from another: never two clients' alike, unless it is one."""
    fields = list(_fields(text))
    if not fields:
        inner = dict.fromkeys(unquote(value) for value in _inner(text))
        return tuple(inner)[:1] or (text.strip(),)
    theirs = [(name, value) for name, value in fields if name not in _PROGRAM] or fields
    return tuple(dict.fromkeys(_told(value) for _name, value in theirs))


def _told(value: str) -> str:
    """A key however its lines are broken."""
    body = _body(value)
    return "".join(body) or value.strip()


def _parts(value: str) -> Iterator[str]:
    yield value
    yield value.strip()
    yield from _inner(value)
    if "\n" in value.strip():
        yield from (line.strip() for line in value.splitlines() if not line.startswith(_EDGE))
    if body := _body(value):
        yield "".join(body)


def _inner(value: str) -> Iterator[str]:
    """Passwords within an address or a line of settings, as written and as meant."""
    for shape in (_ADDRESS, _NAMED):
        for found in shape.finditer(value):
            yield found[1]
            yield unquote(found[1])


def _body(value: str) -> list[str]:
    """The lines between the edges of a key in PEM form."""
    if not value.lstrip().startswith(_EDGE):
        return []
    return [line.strip() for line in value.splitlines() if line and not line.startswith(_EDGE)]


def _fields(text: str) -> Iterator[tuple[str, str]]:
    """The secret values of a JSON text with their names; nothing where it is none."""
    try:
        raw: object = json.loads(text)
    except (ValueError, RecursionError):
        return
    if isinstance(raw, dict | list):
        yield from _walk("", cast("object", raw), depth=_DEEPEST)


def _walk(name: str, value: object, *, depth: int) -> Iterator[tuple[str, str]]:
    if depth == 0:
        return
    if isinstance(value, dict):
        for key, inner in cast("Mapping[str, object]", value).items():
            yield from _walk(key, inner, depth=depth - 1)
    elif isinstance(value, list):
        for inner in cast("list[object]", value):
            yield from _walk(name, inner, depth=depth - 1)
    elif name not in OPEN and isinstance(value, str | int) and not isinstance(value, bool):
        yield name, str(value)
