"""A Google credential as its JSON says it: of a service account, or of an authorized user."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from bot.kinds.typed import form as forms

_NEEDED: Mapping[str, tuple[str, ...]] = {
    "service_account": ("client_email", "private_key", "token_uri"),
    "authorized_user": ("client_id", "client_secret", "refresh_token"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """Checked for its form only; ``info`` never shows itself."""

    type: str
    """``service_account`` or ``authorized_user``."""
    info: Mapping[str, str] = field(repr=False)


def parse(text: str) -> Credential:
    """Read the JSON; raises ValueError whose words hold nothing of it but names of fields."""
    try:
        raw: object = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    found = cast("Mapping[str, object]", raw if isinstance(raw, dict) else {})
    kind = found.get("type")
    if not isinstance(kind, str) or kind not in _NEEDED:
        raise ValueError("its “type” is neither service_account nor authorized_user")
    missing = [name for name in _NEEDED[kind] if not _is_text(found.get(name))]
    if missing:
        raise ValueError(f"it is a {kind} without {' and '.join(missing)}")
    if kind == "service_account" and "PRIVATE KEY-----" not in str(found["private_key"]):
        raise ValueError("its private_key is not in PEM form")
    info = {name: value for name, value in found.items() if isinstance(value, str)}
    return Credential(type=kind, info=info)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def form(settings: Mapping[str, object]) -> forms.Form:
    """A service account's key; a person's sign-in is made, never entered."""
    return forms.Form(
        name="google",
        label="Google service account",
        fields=forms.whole(
            "Service account key", hint="The whole JSON file, from { to }.", lines=True
        ),
        parse=parse,
        login="google",
        project=str(settings.get("project") or ""),
    )
