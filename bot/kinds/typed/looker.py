"""Looker's credential: an API key, which is a pair."""

from collections.abc import Mapping

from bot.kinds.typed import form as forms
from bot.kinds.typed import http

_PAIR = ("client_id", "client_secret")


def parse(text: str) -> http.Credential:
    """Read ``{"client_id": …, "client_secret": …}``; raises ValueError that quotes nothing."""
    found = http.parse(text)
    if missing := [name for name in _PAIR if not found.parts.get(name)]:
        raise ValueError(f"it has no {' and no '.join(f'“{name}”' for name in missing)}")
    return http.Credential(line="", parts={name: found.parts[name] for name in _PAIR})


def form(_settings: Mapping[str, object]) -> forms.Form:
    """Both halves of the key, as Looker shows them once."""
    return forms.Form(
        name="looker",
        label="Looker API key",
        fields=(
            forms.Field(name="client_id", label="Client ID", open=True),
            forms.Field(name="client_secret", label="Client secret"),
        ),
        parse=parse,
    )
