"""age (age-encryption.org/v1) by pyrage, which has no types: the one door to it, on both sides."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Protocol, cast

import pyrage

_MARK = "AGE-SECRET-KEY-1"
"""What every identity begins with."""


class NotAKeyError(ValueError):
    """A text that should be a key is none; it is not repeated."""


class ForeignError(ValueError):
    """Sealed to somebody else's key."""


class DamagedError(ValueError):
    """Not what was sealed."""


class _Recipient(Protocol):
    """Whom something is sealed to."""


class _Identity(Protocol):
    def to_public(self) -> _Recipient: ...


class _Identities(Protocol):
    def generate(self) -> _Identity: ...
    def from_str(self, text: str) -> _Identity: ...


class _Recipients(Protocol):
    def from_str(self, text: str) -> _Recipient: ...


class _Keys(Protocol):
    """As much of pyrage.x25519 as is used."""

    @property
    def Identity(self) -> _Identities: ...  # noqa: N802 - its name
    @property
    def Recipient(self) -> _Recipients: ...  # noqa: N802 - its name


class _Age(Protocol):
    """As much of pyrage as is used."""

    @property
    def DecryptError(self) -> type[Exception]: ...  # noqa: N802 - its name
    @property
    def RecipientError(self) -> type[Exception]: ...  # noqa: N802 - its name
    @property
    def IdentityError(self) -> type[Exception]: ...  # noqa: N802 - its name

    def encrypt(self, plain: bytes, to: Sequence[_Recipient]) -> bytes: ...
    def decrypt(self, sealed: bytes, by: Sequence[_Identity]) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A key: who has ``identity`` opens what was sealed to ``recipient``."""

    identity: str = field(repr=False)
    recipient: str


def generate() -> Pair:
    """Make a new key."""
    made = _keys().Identity.generate()
    return Pair(identity=str(made), recipient=str(made.to_public()))


def recipient(identity: str) -> str:
    """Return the public half of a key; raises NotAKeyError."""
    return str(_identity(identity).to_public())


def is_identity(text: str) -> bool:
    """Whether a text has the form of a key's secret half."""
    return text.strip().startswith(_MARK)


def seal(text: str, *others: str, to: str) -> bytes:
    """Seal a text to a recipient, and to others as well; raises NotAKeyError where one is none."""
    try:
        whom = [_keys().Recipient.from_str(one.strip()) for one in (to, *others)]
    except _age().RecipientError:
        raise NotAKeyError("it is no public key of age") from None
    return _age().encrypt(text.encode(), whom)


def unseal(sealed: bytes, *, identity: str) -> str:
    """Return the text; raises NotAKeyError, ForeignError, DamagedError."""
    key = _identity(identity)
    try:
        return _age().decrypt(sealed, [key]).decode()
    except _age().DecryptError as error:
        if "No matching keys" in str(error):
            raise ForeignError("it is sealed to another key") from None
        raise DamagedError("it is not what was sealed") from None
    except UnicodeDecodeError:
        raise DamagedError("it is not what was sealed") from None


def _identity(text: str) -> _Identity:
    try:
        return _keys().Identity.from_str(text.strip())
    except _age().IdentityError:
        raise NotAKeyError("it is no secret key of age (AGE-SECRET-KEY-1…)") from None


def _keys() -> _Keys:
    return cast("_Keys", import_module("pyrage.x25519"))


def _age() -> _Age:
    return cast("_Age", pyrage)
