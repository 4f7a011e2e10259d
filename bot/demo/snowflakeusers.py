"""Who may sign in to the Snowflake double, with what: it verifies each of the four ways."""

import base64
import binascii
import hashlib
import json
import secrets
import threading
from typing import TYPE_CHECKING, Literal, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from bot import clock
from bot.demo.loopback import Json

if TYPE_CHECKING:
    from collections.abc import Mapping

Method = Literal["private_key", "token", "oauth_token", "password"]
Refusal = tuple[str, str, str]
"""Code, SQLSTATE, message."""
_BITS = 2048
_BAD_PASSWORD: Refusal = ("390100", "28000", "Incorrect username or password was specified.")
_BAD_KEY: Refusal = ("390144", "28000", "JWT token is invalid.")
_BAD_TOKEN: Refusal = ("394400", "28000", "Programmatic access token is invalid.")
_BAD_OAUTH: Refusal = ("390318", "28000", "OAuth access token expired.")


class Users:
    """Names, and what each of them signs in with."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clock = clock.SystemClock()  # tokens live in real time, whatever a demo's clock says
        self._keys: dict[str, rsa.RSAPublicKey] = {}
        self._secrets: dict[tuple[str, str], str] = {}

    def credential(self, name: str, method: Method) -> dict[str, str]:
        """Return the JSON of a new credential of a user."""
        if method == "private_key":
            private = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
            with self._lock:
                self._keys[name.upper()] = private.public_key()
            pem = private.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            return {"user": name, "private_key": pem.decode()}
        secret = secrets.token_urlsafe(24)
        with self._lock:
            self._secrets[name.upper(), method] = secret
        return {"user": name, method: secret}

    def revoke(self, name: str) -> None:
        """Let a user in no more."""
        with self._lock:
            self._keys.pop(name.upper(), None)
            for known in [one for one in self._secrets if one[0] == name.upper()]:
                del self._secrets[known]

    def refuse(self, asked: Json) -> Refusal | None:
        """Return why a login is refused; None where it is let in."""
        name, way = str(asked.get("LOGIN_NAME")).upper(), asked.get("AUTHENTICATOR")
        given = str(asked.get("TOKEN") or asked.get("PASSWORD") or "")
        match way:
            case "SNOWFLAKE_JWT":
                refusal = None if self._is_signed(name, given) else _BAD_KEY
            case "PROGRAMMATIC_ACCESS_TOKEN":
                refusal = None if self._is_known(name, "token", given=given) else _BAD_TOKEN
            case "OAUTH":
                refusal = None if self._is_known(name, "oauth_token", given=given) else _BAD_OAUTH
            case _:
                refusal = None if self._is_known(name, "password", given=given) else _BAD_PASSWORD
        return refusal

    def _is_known(self, name: str, method: Method, *, given: str) -> bool:
        with self._lock:
            return secrets.compare_digest(self._secrets.get((name, method), ""), given or "-")

    def _is_signed(self, name: str, token: str) -> bool:
        """Whether the token is signed by the user's key, names it, and has not run out."""
        with self._lock:
            key = self._keys.get(name)
        head, _, signature = token.rpartition(".")
        if key is None or not head:
            return False
        try:
            key.verify(_bytes(signature), head.encode(), padding.PKCS1v15(), hashes.SHA256())
            claims = cast("Mapping[str, object]", json.loads(_bytes(head.split(".")[1])))
        except (InvalidSignature, ValueError, IndexError, binascii.Error):
            return False
        subject = str(claims.get("sub"))
        now = self._clock.now().timestamp()
        is_theirs = subject.endswith(f".{name}") and claims.get("iss") == f"{subject}.{_mark(key)}"
        return is_theirs and float(str(claims.get("exp", 0))) > now


def _mark(key: rsa.RSAPublicKey) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    public = key.public_bytes(serialization.Encoding.DER, form)
    return f"SHA256:{base64.b64encode(hashlib.sha256(public).digest()).decode()}"


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
