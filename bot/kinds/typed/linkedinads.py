"""LinkedIn's credential: an access token, or what a new one is signed in for with."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.kinds.typed import form as forms
from bot.kinds.typed import http

_APP = ("client_id", "client_secret")
_GRANT = (*_APP, "refresh_token")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A token or a grant; neither shows itself."""

    token: str = field(default="", repr=False)
    grant: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    """``client_id``, ``client_secret`` and ``refresh_token``."""
    app: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    """The first two beside a token: who may ask when it ends. Empty: nobody."""


def parse(text: str) -> Credential:
    """Read a token, alone or as ``{"access_token": …}`` beside its dates and its application, or
    ``{"client_id": …, "client_secret": …, "refresh_token": …}``; raises ValueError that quotes
    nothing.
    """
    found = http.parse(text)
    if " " in found.line:
        raise ValueError("it is neither one token nor JSON")
    if found.line:
        return Credential(token=found.line)
    if token := found.parts.get("access_token"):
        app = {name: found.parts[name] for name in _APP if name in found.parts}
        return Credential(token=token, app=app if len(app) == len(_APP) else {})
    if missing := [name for name in _GRANT if not found.parts.get(name)]:
        raise ValueError(f"it has no {' and no '.join(missing)}")
    return Credential(grant={name: found.parts[name] for name in _GRANT})


def form(_settings: Mapping[str, object]) -> forms.Form:
    """An access token; what makes new ones is a person's sign-in."""
    return forms.Form(
        name="linkedin",
        label="LinkedIn access token",
        fields=forms.whole("Access token", hint="It ends 60 days after it was made."),
        parse=parse,
        login="linkedin",
    )
