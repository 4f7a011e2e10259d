"""The keyring of the machine's session, such as GNOME's or macOS's: read by name, service
``reportops``, and only where it is one that keeps what it holds from other users.

Which one is never looked up in what the machine is configured to: a keyring that writes plain files
could be installed, and would be taken.
"""

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Protocol, cast

from bot.domain.kept import Fault

SERVICE = "reportops"
_TRUSTED: Mapping[str, Sequence[tuple[str, str]]] = {
    "linux": (
        ("keyring.backends.SecretService", "Keyring"),
        ("keyring.backends.kwallet", "DBusKeyring"),
    ),
    "darwin": (("keyring.backends.macOS", "Keyring"),),
    "win32": (("keyring.backends.Windows", "WinVaultKeyring"),),
}


class Unread(Exception):  # noqa: N818 - named for what it is
    """Nothing could be read; ``why`` says what is missing."""

    def __init__(self, why: Fault) -> None:
        super().__init__(why.value)
        self.why = why


class _Keyring(Protocol):
    """What we use of a backend of keyring's."""

    def get_password(self, service: str, username: str) -> str | None:
        """The text of a name; None: there is none."""
        ...


class _Backend(Protocol):
    """What we use of a backend's class."""

    viable: bool

    def __call__(self) -> _Keyring: ...


def read(name: str) -> str:
    """Return the text of a name; blocks, for as long as somebody is asked to unlock the keyring.

    Raises Unread.
    """
    try:
        faults = _faults()
        keyring = _opened()
    except ImportError:
        raise Unread(Fault.NO_PACKAGE) from None
    try:
        found = keyring.get_password(SERVICE, name)
    except (*faults, OSError, RuntimeError) as error:
        locked = "lock" in f"{type(error).__name__} {error}".casefold()
        raise Unread(Fault.LOCKED if locked else Fault.NO_KEYRING) from None
    if found is None:
        raise Unread(Fault.MISSING)
    return found


def _faults() -> tuple[type[Exception], ...]:
    """What keyring raises, and what Linux's way to it lets through."""
    names = [("keyring.errors", "KeyringError")]
    if sys.platform == "linux":
        names.append(("secretstorage.exceptions", "SecretStorageException"))
    return tuple(
        cast("type[Exception]", vars(import_module(module))[name]) for module, name in names
    )


def _opened() -> _Keyring:
    for module, name in _TRUSTED.get(sys.platform, ()):
        backend = cast("_Backend", vars(import_module(module))[name])
        if backend.viable:
            return backend()
    raise Unread(Fault.NO_KEYRING)
