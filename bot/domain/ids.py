"""Identifiers: typed strings, and how new ones are made."""

import secrets
from typing import NewType

ClientId = NewType("ClientId", str)
"""The name of a folder in clients/, such as ``acme``: ``[a-z0-9][a-z0-9-]*``."""
ReportName = NewType("ReportName", str)
"""The key of a report in client.yaml, such as ``weekly``."""
RunId = NewType("RunId", str)
"""16 lower-case characters of Crockford's base 32: 80 random bits, safe in labels and job ids."""
IncidentId = NewType("IncidentId", str)
OutageId = NewType("OutageId", str)
RotationId = NewType("RotationId", str)
ChannelId = NewType("ChannelId", str)
UserId = NewType("UserId", str)

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 16


def new_id() -> str:
    """Return a fresh random identifier of 16 characters (80 bits)."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def short_ref(run_id: str) -> str:
    """Return what people quote to support, such as ``7K2F``: the last four characters."""
    return run_id[-4:].upper()
