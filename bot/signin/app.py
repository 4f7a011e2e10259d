"""The program that asks: an OAuth client, as the platform's console gives it out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

_INSTALLED, _WEB = "installed", "web"
_IDS, _SECRETS = ("client_id", "app_id"), ("client_secret", "app_secret")


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Says who the program is; of itself it opens nothing."""

    id: str
    secret: str = field(repr=False)
    developer_token: str = field(default="", repr=False)
    """Google Ads': of who made the program, where it stands beside the rest."""


def parse(text: str) -> App:
    """Read Google's JSON, or ``{"client_id": …, "client_secret": …}``; raises ValueError that
    quotes nothing of it.
    """
    try:
        raw: object = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    outer = _object(raw)
    if outer.get("type") == "service_account":
        raise ValueError(
            "it is a service account's key, which nobody signs in with: "
            "give it to reportops credential set"
        )
    if outer.get("type") == "authorized_user" or "refresh_token" in outer:
        raise ValueError("it is a sign-in, not the OAuth client that asks for one")
    if _WEB in outer:
        raise ValueError(
            "it is an OAuth client of the type “Web application”; "
            "make one of the type “Desktop app”"
        )
    inner = _object(outer.get(_INSTALLED, outer))
    id_, secret = _first(inner, _IDS), _first(inner, _SECRETS)
    if not (id_ and secret):
        raise ValueError("it has no client_id with a client_secret")
    token = _first({**outer, **inner}, ("developer_token",))
    if not all(one.isascii() and one.isprintable() for one in (id_, secret, token)):
        raise ValueError("it holds characters that cannot be sent")
    return App(id=id_, secret=secret, developer_token=token)


def _object(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def _first(of: Mapping[str, object], names: tuple[str, ...]) -> str:
    found = (of.get(name) for name in names)
    return next((one.strip() for one in found if isinstance(one, str)), "")
