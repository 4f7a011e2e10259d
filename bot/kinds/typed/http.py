"""A credential of an API over HTTP: one line that is sent as it is, or JSON with named parts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from bot.kinds.typed import form as forms


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """Checked for its form only; shows nothing of itself."""

    line: str = field(repr=False)
    """A token or a key; empty where there are parts."""
    parts: Mapping[str, str] = field(repr=False)
    """Such as ``user`` and ``password``, ``client_id`` and ``client_secret``, or headers."""


def parse(text: str) -> Credential:
    """Read a token, or ``{"user": …, "password": …}``; raises ValueError that quotes nothing."""
    line = text.strip()
    if line.startswith("{"):
        return Credential(line="", parts=_parts(line))
    if not line:
        raise ValueError("it is empty")
    return Credential(line=_sendable(line), parts={})


def _parts(text: str) -> Mapping[str, str]:
    try:
        raw: object = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("it begins as JSON does, and is none") from None
    found = cast("Mapping[str, object]", raw)
    if not found or not all(isinstance(value, str) and value for value in found.values()):
        raise ValueError("its JSON is not made of names with a text each")
    return {name: _sendable(str(value).strip()) for name, value in found.items()}


def _sendable(text: str) -> str:
    """What a header can hold: another line would begin another header."""
    if not (text.isascii() and text.isprintable()):
        raise ValueError("it holds a line break or characters that cannot be sent")
    return text


def form(settings: Mapping[str, object]) -> forms.Form:
    """As the source's ``auth`` sends it: one line, a user with a password, or headers."""
    fields = forms.whole("Token or key", hint="On one line, without “Bearer” before it.")
    if settings.get("auth") == "basic":
        fields = (
            forms.Field(name="user", label="User", open=True),
            forms.Field(name="password", label="Password"),
        )
    elif settings.get("auth") == "header" and not settings.get("auth_name"):
        fields = forms.whole(
            "Headers", hint="JSON: their names, and the value of each.", lines=True
        )
    return forms.Form(name="http", label="API credential", fields=fields, parse=parse)
