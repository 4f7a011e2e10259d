"""Meta's credential: the token of a system user, alone or beside its app's secret in JSON."""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import cast


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
    token, secret = (str(found.get(one) or "").strip() for one in ("access_token", "app_secret"))
    if not token:
        raise ValueError("it has no “access_token”")
    return Credential(token=token, secret=secret)
