"""What a run is given for the credentials that it opens itself: sealed, and the keys to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """Why a sealed credential cannot be had."""

    MISSING = "missing"
    """There is none of this name, or not of this version."""
    NO_MASTER = "no_master"
    """Nobody gave the master key to the bot."""
    NOT_A_MASTER = "not_a_master"
    """What was given as the master key is none."""
    FOREIGN = "foreign"
    """Its owner's key is sealed to another master key."""
    NO_KEY = "no_key"
    """Its owner's key is gone."""
    DAMAGED = "damaged"
    """A file is not what was written."""
    NO_KEYRING = "no_keyring"
    """There is no keyring of the machine's session, or none that is trusted."""
    NO_PACKAGE = "no_package"
    """The package that reads keyrings is not installed."""
    LOCKED = "locked"
    """The keyring is, and nobody unlocks it."""
    UNREADABLE = "unreadable"
    """The folder cannot be read."""


OF_KEYRINGS = frozenset({Fault.NO_KEYRING, Fault.NO_PACKAGE, Fault.LOCKED})
"""Why the machine's keyring gives nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Sealed credentials of one run. Only the run itself opens them."""

    identities: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    """Owner → the secret half of its key (age)."""
    sealed: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    """Credential reference → what is sealed, base64."""
    faults: Mapping[str, Fault] = field(default_factory=dict[str, Fault])
    """Credential reference → why there is nothing for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """Write a credential into a store that keeps its versions by itself; done again it changes
    nothing.
    """

    into: str
    """The credential reference, without a version."""
    text: str | None = None
    """The reference of what is to be in force; None: only tell which version is."""
    over: str | None = None
    """The version in whose place; where another is in force by then, it is left alone. None: any.
    """
