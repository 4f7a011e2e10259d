"""A local double of Google's sign-in: issues bearer tokens and takes grants back.

    with google.GoogleDouble() as accounts:
        key = accounts.service_account("reports@p.iam.gserviceaccount.com", "p")
        accounts.revoke("reports@p.iam.gserviceaccount.com")

A service account's assertion must really be signed by the key that was handed out. What is revoked
stays revoked for tokens that are out already, until it is granted again. A service account may also
sign its own tokens, as Google's newer clients do (https://google.aip.dev/auth/4111).
"""

import base64
import binascii
import json
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from bot import clock
from bot.demo import consent, loopback

_JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LIFETIME = timedelta(hours=1)
_LONGEST_ASSERTION = timedelta(hours=1, minutes=1)
_KEY_BITS = 2048
_NOTHING: Mapping[str, object] = {}
_SELF_SIGNED = "eyJ"
"""How a JSON web token begins."""
_AUDIENCE = "https://oauth2.googleapis.com/token"
"""What Google's own library writes, wherever it sends the assertion."""


@dataclass(slots=True, kw_only=True)
class _Account:
    """Somebody who may sign in."""

    email: str
    projects: set[str]
    keys: dict[str, rsa.RSAPublicKey] = field(default_factory=dict[str, rsa.RSAPublicKey])
    """Key id → public key."""
    refresh_tokens: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    """Refresh token → client id and secret."""
    scopes: dict[str, str] = field(default_factory=dict[str, str])
    """Refresh token → what its person agreed to, where a page asked for it."""
    granted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Whom a bearer token stands for."""

    email: str
    projects: frozenset[str]
    scope: str | None = field(default=None, compare=False)
    """What a service account asked for; None: a person's grant, which has its own."""


class GoogleDouble(loopback.Double):
    """The token endpoint, and who is known to it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clock = clock.SystemClock()  # tokens live in real time, whatever a demo's clock says
        self._accounts: dict[str, _Account] = {}
        self._tokens: dict[str, tuple[str, datetime, str | None]] = {}
        self._outage = 0
        self.requests = 0
        """How often a token was asked for."""
        self.consent = consent.Consent(
            proof=True, needs={"access_type": "offline", "prompt": "consent"}
        )
        """The page that asks people."""
        self.is_testing = False
        """Whether its app is: then a sign-in ends after seven days."""
        page = ("GET", "/o/oauth2/v2/auth", self.consent.page)
        super().__init__([("POST", "/token", self._token), page])

    @property
    def url(self) -> str:
        """The token endpoint."""
        return f"{super().url}/token"

    def service_account(self, email: str, project: str) -> dict[str, str]:
        """Return the JSON of a new key for a service account that may use the project."""
        private = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
        key_id = secrets.token_hex(20)
        with self._lock:
            self._account(email, project).keys[key_id] = private.public_key()
        pem = private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return {
            "type": "service_account",
            "project_id": project,
            "private_key_id": key_id,
            "private_key": pem.decode(),
            "client_email": email,
            "client_id": str(secrets.randbelow(10**20)),
            "token_uri": self.url,
        }

    def authorized_user(self, email: str, project: str) -> dict[str, str]:
        """Return the JSON of a new refresh token of a person who may use the project."""
        refresh, client_id, client_secret = (secrets.token_urlsafe(24) for _ in range(3))
        with self._lock:
            tokens = self._account(email, project).refresh_tokens
            tokens[refresh] = (client_id, client_secret)
        return {
            "type": "authorized_user",
            "client_id": client_id,
            "client_secret": client_secret,
            "refresh_token": refresh,
            "token_uri": self.url,
        }

    def person(self, email: str, project: str) -> None:
        """Know somebody who may use the project, and who signs in at the page."""
        with self._lock:
            self._account(email, project)

    def revoke(self, email: str) -> None:
        """Take back the grant: no new tokens, and those that are out are worth nothing."""
        with self._lock:
            self._accounts[email].granted = False

    def grant(self, email: str) -> None:
        """Give the grant again."""
        with self._lock:
            self._accounts[email].granted = True

    def expire_tokens(self) -> None:
        """Make every token that is out worth nothing; a new one may be had at once."""
        with self._lock:
            self._tokens.clear()

    def fail(self, times: int) -> None:
        """Answer the next requests with a fault of our own (500, retryable)."""
        with self._lock:
            self._outage = times

    def principal(self, token: str) -> Principal | None:
        """Return whom a bearer token stands for; None when it is unknown, expired or revoked."""
        with self._lock:
            if token.startswith(_SELF_SIGNED):
                return self._by_itself(token)
            email, until, scope = self._tokens.get(token, ("", self._clock.now(), None))
            account = self._accounts.get(email)
            if account is None or not account.granted or until <= self._clock.now():
                return None
            return Principal(email=email, projects=frozenset(account.projects), scope=scope)

    def projects(self, email: str) -> frozenset[str]:
        """Return what somebody may read; nothing while the grant is revoked."""
        with self._lock:
            account = self._accounts.get(email)
            return frozenset(account.projects) if account and account.granted else frozenset()

    def _account(self, email: str, project: str) -> _Account:
        account = self._accounts.setdefault(email, _Account(email=email, projects=set()))
        account.projects.add(project)
        return account

    def _token(self, request: loopback.Request) -> loopback.Reply:
        form = request.form()
        with self._lock:
            self.requests += 1
            if self._outage:
                self._outage -= 1
                return loopback.Reply(status=500, body={"error": "internal_failure"})
            match form.get("grant_type"):
                case kind if kind == _JWT:
                    assertion = form.get("assertion", "")
                    found, scope = self._by_assertion(assertion), _scope(assertion)
                case "refresh_token":
                    found = self._by_refresh_token(form)
                    scope = self._agreed(found, form)
                case "authorization_code":
                    return self._by_code(form)
                case _:
                    return _refused("unsupported_grant_type", "Invalid grant_type.")
            return self._issued(found, scope) if isinstance(found, _Account) else found

    def _issued(self, account: _Account, scope: str | None) -> loopback.Reply:
        if not account.granted:
            return _refused("invalid_grant", "Token has been expired or revoked.")
        token = f"demo.{secrets.token_urlsafe(32)}"
        self._tokens[token] = (account.email, self._clock.now() + _LIFETIME, scope)
        seconds = int(_LIFETIME.total_seconds())
        body = {"access_token": token, "expires_in": seconds, "token_type": "Bearer"}
        return loopback.Reply(body=body)

    def _by_refresh_token(self, form: Mapping[str, str]) -> _Account | loopback.Reply:
        presented = form.get("refresh_token", "")
        for account in self._accounts.values():
            if presented in account.refresh_tokens:
                pair = (form.get("client_id", ""), form.get("client_secret", ""))
                if pair != account.refresh_tokens[presented]:
                    return _refused("invalid_client", "The OAuth client was not found.", status=401)
                return account
        return _refused("invalid_grant", "Token has been expired or revoked.")

    def _agreed(self, found: _Account | loopback.Reply, form: Mapping[str, str]) -> str | None:
        """What the person of a refresh token agreed to; None: nobody was asked."""
        if isinstance(found, loopback.Reply):
            return None
        return found.scopes.get(form.get("refresh_token", ""))

    def _by_code(self, form: Mapping[str, str]) -> loopback.Reply:
        """The tokens of somebody who has just signed in."""
        code = self.consent.redeem(form)
        if isinstance(code, loopback.Reply):
            return code
        account = self._accounts.get(code.person)
        if account is None:
            return _refused("invalid_grant", "Bad Request")
        refresh = f"demo//{secrets.token_urlsafe(48)}"
        account.refresh_tokens[refresh] = (form["client_id"], form["client_secret"])
        account.scopes[refresh] = code.scope
        issued = self._issued(account, code.scope)
        told = {**issued.body, "refresh_token": refresh, "scope": code.scope}
        if self.is_testing:
            told["refresh_token_expires_in"] = 604_799
        return loopback.Reply(status=issued.status, body=told)

    def _by_assertion(self, assertion: str) -> _Account | loopback.Reply:
        try:
            signed = self._signed(assertion)
            if signed is None:
                return _refused("invalid_grant", "Invalid grant: account not found")
            account, claims = signed
            if not self._is_timely(claims) or claims["aud"] not in {self.url, _AUDIENCE}:
                return _refused("invalid_grant", "Invalid JWT: check your iat, exp and aud.")
        except InvalidSignature:
            return _refused("invalid_grant", "Invalid JWT Signature.")
        except (KeyError, TypeError, ValueError, binascii.Error):
            return _refused("invalid_grant", "Bad Request")
        return account

    def _by_itself(self, token: str) -> Principal | None:
        """Whom a token stands for that a service account signed itself, for a scope."""
        try:
            account, claims = self._signed(token) or (None, _NOTHING)
            is_good = self._is_timely(claims) and claims["sub"] == claims["iss"]
        except (InvalidSignature, KeyError, TypeError, ValueError, binascii.Error):
            return None
        scope = str(claims.get("scope") or "")
        if account is None or not (account.granted and is_good and scope):
            return None
        return Principal(email=account.email, projects=frozenset(account.projects), scope=scope)

    def _signed(self, token: str) -> tuple[_Account, Mapping[str, object]] | None:
        """Who signed a token, and what it says; None for an account or key that is not known."""
        signed, _, signature = token.rpartition(".")
        head, _, body = signed.partition(".")
        header, claims = _decoded(head), _decoded(body)
        account = self._accounts.get(str(claims["iss"]))
        key = account.keys.get(str(header.get("kid"))) if account else None
        if account is None or key is None:
            return None
        sealed = base64.urlsafe_b64decode(signature + "==")
        key.verify(sealed, signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return account, claims

    def _is_timely(self, claims: Mapping[str, object]) -> bool:
        now = self._clock.now().timestamp()
        issued, expires = float(str(claims["iat"])), float(str(claims["exp"]))
        return issued <= now + 60 and now < expires <= issued + _LONGEST_ASSERTION.total_seconds()


def _scope(assertion: str) -> str:
    """What an assertion asks for; nothing where it is none."""
    try:
        return str(_decoded(assertion.split(".")[1]).get("scope", ""))
    except (IndexError, ValueError, AttributeError, binascii.Error):
        return ""


def _decoded(part: str) -> Mapping[str, object]:
    return cast("Mapping[str, object]", json.loads(base64.urlsafe_b64decode(part + "==")))


def _refused(error: str, description: str, *, status: int = 400) -> loopback.Reply:
    body = {"error": error, "error_description": description}
    return loopback.Reply(status=status, body=body)
