"""LinkedIn's credential: an access token, or what a new one is signed in for with."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

_GRANT = ("client_id", "client_secret", "refresh_token")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """One of the two; neither shows itself."""

    token: str = field(default="", repr=False)
    grant: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    """``client_id``, ``client_secret`` and ``refresh_token``."""


def parse(text: str) -> Credential:
    """Read a token, or ``{"client_id": …, "client_secret": …, "refresh_token": …}``; raises
    ValueError that quotes nothing.
    """
    line = text.strip()
    if not line.startswith("{"):
        if len(line.split()) != 1:
            raise ValueError("it is neither one token nor JSON")
        return Credential(token=line)
    try:
        raw = cast("object", json.loads(line))
    except (ValueError, RecursionError):
        raise ValueError("it begins as JSON and is none") from None
    found = cast("dict[str, object]", raw)
    grant = {name: str(found.get(name) or "").strip() for name in _GRANT}
    if missing := [name for name, value in grant.items() if not value]:
        raise ValueError(f"it has no {' and no '.join(missing)}")
    return Credential(grant=grant)
