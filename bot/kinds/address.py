"""Addresses of services in a client's file: https, one host, and nothing secret in them."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_PATH = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)*/?")
_DOTS = re.compile(r"/(?:\.|%2e){1,2}(?:/|$)", re.IGNORECASE)
_SAY = "write it like https://api.example.com"


def _base(url: str) -> str:
    """Return it without a slash at its end, its host in small letters."""
    found = urlsplit(url)
    host = (found.hostname or "").casefold()
    try:
        port = found.port
    except ValueError:
        raise ValueError(_SAY) from None
    named = f"{host}:{port}" if port is not None else host
    whole = f"https://{named}{found.path}"
    if not _HOST.fullmatch(host) or url.casefold() != whole.casefold():
        raise ValueError(f"{_SAY}: https, without a user, a query or a fragment")
    if not _PATH.fullmatch(found.path) or _DOTS.search(found.path):
        raise ValueError(f"{_SAY}/v2, its path in plain characters")
    return f"https://{host if port in {None, 443} else named}{found.path.rstrip('/')}"


def _origin(url: str) -> str:
    made = _base(url)
    if urlsplit(made).path:
        raise ValueError(f"{_SAY}, without a path")
    return made


Base = Annotated[str, Field(max_length=300), AfterValidator(_base)]
"""What addresses begin with: ``https://api.example.com/v2``."""
Origin = Annotated[str, Field(max_length=300), AfterValidator(_origin)]
"""A host alone: ``https://acme.cloud.looker.com``."""


def netloc(url: str) -> str:
    """Return its host, and the port where it is not 443."""
    return urlsplit(url).netloc
