"""The page of a platform that asks a person, and the codes that it sends browsers back with.

    asking = consent.Consent(proof=True)
    asking.person = "ana@globex.example"    # who sits at the browser, and says yes at once
    asking.error = "access_denied"          # or no

It holds a code against all it was given for: client, secret, redirect address and verifier; and
takes it once.
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from bot.demo.loopback import Reply, Request

_HERE = frozenset({"127.0.0.1", "localhost"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What a code stands for."""

    person: str
    scope: str
    redirect: str
    challenge: str


class Consent:
    """One OAuth client, and who may agree to what it asks."""

    def __init__(self, *, proof: bool, needs: Mapping[str, str] | None = None) -> None:
        """``proof``: PKCE is demanded; without, a verifier is refused as LinkedIn does. ``needs``:
        what else the page must be asked.
        """
        self.client_id = f"{secrets.token_hex(6)}.apps.example"
        self.client_secret = secrets.token_urlsafe(24)
        self.person = "ana@agency.example"
        self.error = ""
        """What the page sends back in place of a code."""
        self.left_out = ""
        """The permission that the person leaves out."""
        self.state: str | None = None
        """What it sends back in place of the state it was given."""
        self.asked: list[Mapping[str, str]] = []
        """What each visit of the page asked for."""
        self._proof = proof
        self._needs = {"response_type": "code", **(needs or {})}
        self._codes: dict[str, Code] = {}

    def page(self, request: Request) -> Reply:
        """Answer the browser: the person says yes, or what ``error`` says."""
        asked = request.query
        self.asked.append(asked)
        redirect = asked.get("redirect_uri", "")
        if asked.get("client_id") != self.client_id or urlsplit(redirect).hostname not in _HERE:
            return Reply(status=400, body={"error": "redirect_uri_mismatch"})
        back = {"state": asked.get("state", "") if self.state is None else self.state}
        if any(asked.get(name) != value for name, value in self._needs.items()):
            return _back(redirect, {**back, "error": "invalid_request"})
        if self._proof and asked.get("code_challenge_method") != "S256":
            return _back(redirect, {**back, "error": "invalid_request"})
        if self.error:
            return _back(redirect, {**back, "error": self.error})
        code = secrets.token_urlsafe(32)
        given = [one for one in asked.get("scope", "").split() if one != self.left_out]
        self._codes[code] = Code(
            person=self.person,
            scope=" ".join(given),
            redirect=redirect,
            challenge=asked.get("code_challenge", ""),
        )
        return _back(redirect, {**back, "code": code})

    def redeem(self, form: Mapping[str, str]) -> Code | Reply:
        """Return what a code stands for, or why it is refused."""
        if not self.knows(form) or ("code_verifier" in form and not self._proof):
            return refused("invalid_client", status=401)
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or code.redirect != form.get("redirect_uri"):
            return refused("invalid_grant")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proven = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if self._proof and proven != code.challenge:
            return refused("invalid_grant")
        return code

    def knows(self, form: Mapping[str, str]) -> bool:
        """Whether the client says who it is."""
        said = (form.get("client_id"), form.get("client_secret"))
        return said == (self.client_id, self.client_secret)


def _back(redirect: str, told: Mapping[str, str]) -> Reply:
    return Reply(status=302, headers={"location": f"{redirect}?{urlencode(told)}"})


def refused(error: str, *, status: int = 400) -> Reply:
    """Return a refusal as RFC 6749 writes it."""
    return Reply(status=status, body={"error": error, "error_description": "Not so."})
