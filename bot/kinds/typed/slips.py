"""What people enter in place of a secret; each fault is told without a letter of what was entered.

The order is that of likelihood: a reference is also one line without blanks, and so on.
"""

import json
import re
from collections.abc import Mapping
from typing import cast

_REFERENCE = re.compile(r"(env|local|keyring|aws-sm|gcp-sm|vault)://\S*")
_PATH = re.compile(r"(~|\.{0,2}/|[A-Za-z]:[\\/]|file:)?[^\s{}]*\.(json|pem|p8|key|p12|txt|env)")
_VARIABLE = re.compile(r"(export\s+)?[A-Z][A-Z0-9_]{2,}\s*=\s*\S")
_PUBLIC = re.compile(r"-----BEGIN ((RSA |EC )?PUBLIC KEY|CERTIFICATE)-----|ssh-(rsa|ed25519) ")
_QUOTES = frozenset({'""', "''", "``", "“”", "‘’", "„“", "«»"})
_UNSEEN = re.compile("[\u00a0\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff\x00-\x08\x0b-\x1f\x7f]")
_AUTHORIZATION = re.compile(r"(authorization:|bearer\s|basic\s)", re.IGNORECASE)


_OTHERS = (
    (re.compile(r""), "it is empty"),
    (_REFERENCE, "it is a reference to a credential, not the credential itself"),
    (_PATH, "it is the name of a file; enter what stands in it"),
)
"""What the whole text may be."""


def check(text: str) -> None:
    """Raise ValueError where the text is something else than a secret; it is stripped already."""
    for shape, fault in _OTHERS:
        if shape.fullmatch(text):
            raise ValueError(fault)
    if _PUBLIC.search(text):
        raise ValueError("it holds a public key or a certificate; the private key is needed")
    fields = members(text)
    if fields is None:
        _line(text)
    elif any(isinstance(fields.get(name), dict) for name in ("installed", "web")):
        raise ValueError(
            "it is the JSON of the OAuth client, which says who the program is; "
            "a sign-in is made with reportops credential login"
        )
    for name, value in (fields or {}).items():
        if isinstance(value, str):
            _field(name, value)


def members(text: str) -> Mapping[str, object] | None:
    """Return the fields of a JSON object; None where the text is none."""
    try:
        raw: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return cast("Mapping[str, object]", raw) if isinstance(raw, dict) else None


def _line(text: str) -> None:
    if _VARIABLE.match(text):
        raise ValueError("it begins with a variable's name; enter what follows the “=”")
    if _AUTHORIZATION.match(text):
        raise ValueError("it begins as a header does; enter the token alone")
    if text[0] + text[-1] in _QUOTES and len(text) > 1:
        raise ValueError("quotation marks stand around it; enter it without them")
    if _UNSEEN.search(text.replace("\r\n", "\n")):
        raise ValueError("it holds a character that cannot be seen; copy it afresh")


def _field(name: str, value: str) -> None:
    called = f"its “{name}”" if re.fullmatch(r"\w{1,40}", name) else "one of its fields"
    if value != value.strip() and not value.startswith("-----"):
        raise ValueError(f"{called} has blanks around it")
    if _REFERENCE.fullmatch(value):
        raise ValueError(f"{called} is a reference to a credential, not the value itself")
    if value and value[0] + value[-1] in _QUOTES and len(value) > 1:
        raise ValueError(f"{called} has quotation marks around it")
    if _UNSEEN.search(value.replace("\r\n", "\n")):
        raise ValueError(f"{called} holds a character that cannot be seen; copy it afresh")
