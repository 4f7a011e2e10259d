"""Meta's credential: the token of a system user, alone or beside its app's secret in JSON."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.kinds.typed import form as forms
from bot.kinds.typed import http


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """Checked for its form only."""

    token: str = field(repr=False)
    secret: str = field(default="", repr=False)
    """Of the app, where it demands a proof with every call."""

    @property
    def proof(self) -> str:
        """``appsecret_proof``: shows that the caller knows the secret, and does not tell it."""
        return hmac.new(self.secret.encode(), self.token.encode(), hashlib.sha256).hexdigest()


def parse(text: str) -> Credential:
    """Read a token, or ``{"access_token": …, "app_secret": …}``; raises ValueError."""
    found = http.parse(text)
    token = found.line or found.parts.get("access_token", "")
    if not token:
        raise ValueError("it has no “access_token”")
    if " " in token:
        raise ValueError("it is neither one token nor JSON")
    return Credential(token=token, secret=found.parts.get("app_secret", ""))


def form(_settings: Mapping[str, object]) -> forms.Form:
    """A token, and the app's secret where the app demands it."""
    return forms.Form(
        name="meta",
        label="Meta system user token",
        fields=(
            forms.Field(name="access_token", label="Access token"),
            forms.Field(
                name="app_secret",
                label="App secret",
                hint="Where the app requires a proof with every call.",
                optional=True,
            ),
        ),
        parse=parse,
        login="meta",
    )
