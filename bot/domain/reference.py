"""Credential references: URIs that are safe to show, and say in which store a credential is.

    env://NAME                      an environment variable
    local://NAME                    sealed on this machine, the client's own
    local://agency/NAME             the agency's; local://bot/NAME: the bot's own
    keyring://NAME                  the operating system's keyring
    aws-sm://NAME[#field]           AWS Secrets Manager
    gcp-sm://projects/P/secrets/S[/versions/V]
    vault://MOUNT/PATH[#field]      HashiCorp Vault or OpenBao, KV version 2

One version of a credential is ``local://NAME@7``, and ``?version=7`` with AWS and Vault: the bot
writes those where it tries a credential, and a client's file may not.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Scheme(StrEnum):
    """Which store; the values are what stands before ``://``."""

    ENV = "env"
    LOCAL = "local"
    KEYRING = "keyring"
    AWS = "aws-sm"
    GCP = "gcp-sm"
    VAULT = "vault"


AGENCY, BOT = "agency", "bot"
"""Whose a sealed credential may be, where it is not the client's own."""
LONGEST = 400
_WORD = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}"
_SEALED = r"[a-z0-9][a-z0-9_-]{0,62}"
FORMS: Mapping[Scheme, str] = {
    Scheme.ENV: r"[A-Z_][A-Z0-9_]{0,99}",
    Scheme.LOCAL: rf"(?:(?:{AGENCY}|{BOT})/)?{_SEALED}",
    Scheme.KEYRING: _WORD,
    Scheme.AWS: r"[A-Za-z0-9/_+=.@:-]{1,255}",
    Scheme.GCP: r"projects/[a-z0-9][a-z0-9:.-]{0,62}/secrets/[A-Za-z0-9_-]{1,255}",
    Scheme.VAULT: rf"{_WORD}(?:/{_WORD}){{1,9}}",
}
"""What may stand behind ``://`` of each store, but for field and version."""
FIELD = r"[A-Za-z_][A-Za-z0-9_.-]{0,99}"
FIELDED = frozenset({Scheme.AWS, Scheme.VAULT})
"""The stores whose secrets are made of named fields."""
VERSIONED = frozenset({Scheme.AWS, Scheme.GCP, Scheme.VAULT})
"""The stores that keep versions by themselves, and that a run of the client may write."""
WAITING = "reportops-waits-"
"""How the names begin under which texts wait, sealed, for such a store; no file may name one."""
EXAMPLES: Mapping[Scheme, str] = {
    Scheme.ENV: "env:// and a name of A to Z, 0 to 9 and _, as in env://GLOBEX_BIGQUERY",
    Scheme.LOCAL: "local:// and a name of a to z, 0 to 9, _ and -, as in local://bigquery",
    Scheme.KEYRING: "keyring:// and a name, as in keyring://globex-bigquery",
    Scheme.AWS: "aws-sm:// and the secret's name, as in aws-sm://globex/bigquery#key",
    Scheme.GCP: "gcp-sm://projects/PROJECT/secrets/SECRET",
    Scheme.VAULT: "vault://MOUNT/PATH and the field, as in vault://secret/globex#key",
}
"""How to write one of each."""

_PARTS = re.compile(r"([a-z][a-z0-9+.-]{1,20})://(.*)", re.DOTALL)
_VERSION = re.compile(r"[A-Za-z0-9_-]{1,64}")
_GCP_VERSION = "/versions/"
_QUERY = "?version="


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One, taken apart. ``str`` writes it as files do."""

    scheme: Scheme
    path: str
    field: str | None = None
    version: str | None = None

    def __str__(self) -> str:
        """The canonical text, which is safe to show."""
        field = "" if self.field is None else f"#{self.field}"
        mark = {Scheme.LOCAL: "@", Scheme.GCP: _GCP_VERSION}.get(self.scheme, _QUERY)
        version = "" if self.version is None else f"{mark}{self.version}"
        return f"{self.scheme.value}://{self.path}{version}{field}"

    @property
    def name(self) -> str:
        """The name alone, without whose it is."""
        return self.path.rpartition("/")[2] if self.scheme is Scheme.LOCAL else self.path

    def owner(self, client: str) -> str:
        """Return to whose key a sealed credential is sealed, for a run of this client.

        A client's id has no dot in it, so that none is taken for another.
        """
        whose = self.path.rpartition("/")[0] if self.scheme is Scheme.LOCAL else ""
        if whose == AGENCY:
            return f"{AGENCY}.{self.name}"
        return OWN if whose == BOT else client

    @property
    def is_sealable(self) -> bool:
        """Whether the bot can put another text in its place, first of all by sealing it."""
        return self.scheme is Scheme.LOCAL or (self.scheme in VERSIONED and self.version is None)

    @property
    def sealed(self) -> "Reference":
        """Where a text for it is sealed: there itself, or where it waits to be written."""
        if self.scheme not in VERSIONED:
            return self
        mark = hashlib.sha256(str(self).encode()).hexdigest()[:16]
        return Reference(scheme=Scheme.LOCAL, path=f"{WAITING}{mark}")


OWN = "reportops.bot"
"""Whose the bot's own credentials are, as ``Reference.owner`` names it."""


def parse(text: str) -> Reference:
    """Take a reference apart; raises ValueError in plain words that never quote the text."""
    parts = _PARTS.fullmatch(text) if len(text) <= LONGEST else None
    if parts is None:
        raise ValueError("it is no credential reference, such as local://bigquery")
    try:
        scheme = Scheme(parts[1])
    except ValueError:
        known = ", ".join(f"{one.value}://" for one in Scheme)
        raise ValueError(f"references begin with one of {known}") from None
    path, field, version = _split(scheme, parts[2])
    if re.fullmatch(FORMS[scheme], path) is None:
        raise ValueError(f"write {EXAMPLES[scheme]}")
    if field is not None and re.fullmatch(FIELD, field) is None:
        raise ValueError("behind # stands the name of a field")
    if version is not None and not _is_version(scheme, version):
        raise ValueError("its version is none that this store has")
    return Reference(scheme=scheme, path=path, field=field, version=version)


def _split(scheme: Scheme, rest: str) -> tuple[str, str | None, str | None]:
    """What follows ``://`` → path, field, version."""
    path, mark, named = rest.partition("#") if scheme in FIELDED else (rest, "", "")
    field = named if mark else None
    between = {Scheme.LOCAL: "@", Scheme.GCP: _GCP_VERSION, Scheme.AWS: _QUERY}
    between[Scheme.VAULT] = _QUERY
    if scheme not in between:
        return path, field, None
    path, mark, version = path.partition(between[scheme])
    return path, field, version if mark else None


def _is_version(scheme: Scheme, version: str) -> bool:
    if scheme in {Scheme.LOCAL, Scheme.VAULT}:
        return re.fullmatch(r"[1-9][0-9]{0,8}", version) is not None
    if scheme is Scheme.GCP:
        return re.fullmatch(r"latest|[1-9][0-9]{0,8}", version) is not None
    return _VERSION.fullmatch(version) is not None
