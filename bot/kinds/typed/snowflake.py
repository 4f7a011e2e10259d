"""Snowflake's credential as its JSON says it: a key pair, a token or a password of a user."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import cast

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.kinds.typed import form as forms


class Method(StrEnum):
    """How a user signs in; the values are the names of the JSON's fields."""

    KEY = "private_key"
    TOKEN = "token"  # noqa: S105 - a field's name
    OAUTH = "oauth_token"
    PASSWORD = "password"  # noqa: S105 - a field's name


_PASSPHRASE = "private_key_passphrase"  # noqa: S105 - a field's name
_METHODS = ", ".join(method.value for method in Method)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """Checked for its form only; ``secret`` never shows itself."""

    user: str
    method: Method
    secret: str | bytes = field(repr=False)
    """The token or the password as text; a key as DER (PKCS 8), unlocked."""


def parse(text: str) -> Credential:
    """Read ``{"user": …, "private_key": …}`` or the like; raises ValueError that quotes nothing."""
    try:
        raw: object = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    found = cast("Mapping[str, object]", raw if isinstance(raw, dict) else {})
    user = found.get("user")
    if not isinstance(user, str) or not user.strip():
        raise ValueError("it has no “user”")
    named = [method for method in Method if _is_text(found.get(method.value))]
    if len(named) != 1:
        raise ValueError(f"it needs exactly one of {_METHODS}")
    secret = str(found[named[0].value]).strip()
    if named[0] is not Method.KEY:
        return Credential(user=user.strip(), method=named[0], secret=secret)
    key = _key(secret, str(found.get(_PASSPHRASE) or ""))
    return Credential(user=user.strip(), method=Method.KEY, secret=key)


def _key(text: str, passphrase: str) -> bytes:
    """An RSA key in PEM form, or its base64 alone, → DER."""
    data = text.encode()
    if not text.startswith("-----"):
        try:
            body = base64.encodebytes(base64.b64decode("".join(text.split()), validate=True))
        except (ValueError, binascii.Error):
            raise ValueError("its private_key is not in PEM form") from None
        edge = "PRIVATE " + "KEY-----"
        data = b"-----BEGIN " + edge.encode() + b"\n" + body + b"-----END " + edge.encode() + b"\n"
    try:
        key = serialization.load_pem_private_key(data, passphrase.encode() or None)
    except TypeError:  # locked without a passphrase, or the other way about
        raise ValueError(f"its private_key and its {_PASSPHRASE} do not fit") from None
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("its private_key cannot be read") from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("its private_key is not an RSA key")  # noqa: TRY004 - data, not a type
    return key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def form(_settings: Mapping[str, object]) -> forms.Form:
    """A user, and exactly one of a key, a token and a password."""
    return forms.Form(
        name="snowflake",
        label="Snowflake login",
        fields=(
            forms.Field(name="user", label="User", open=True),
            forms.Field(
                name=Method.KEY.value,
                label="Private key",
                hint="In PEM form. Fill in one of key, token and password.",
                lines=True,
                optional=True,
            ),
            forms.Field(name=_PASSPHRASE, label="Passphrase of the key", optional=True),
            forms.Field(name=Method.TOKEN.value, label="Programmatic access token", optional=True),
            forms.Field(name=Method.PASSWORD.value, label="Password", optional=True),
        ),
        parse=parse,
    )
