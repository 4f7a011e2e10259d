"""Where the master key comes from: never from the disk that holds what it opens.

An environment variable that holds it, ``keyring://NAME`` (the operating system's keyring, service
``reportops``), ``fd://3`` (an open file that whoever starts the bot gave it, such as a pipe), or
systemd's credential ``reportops-master-key``, which systemd keeps in memory (systemd.exec(5)).
"""

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

from bot import errors
from bot.domain.kept import Fault
from bot.ipc import keyring
from bot.sealed import age

NAME = "REPORTOPS_MASTER_KEY"
CREDENTIAL = "reportops-master-key"
"""Its name with systemd: ``LoadCredentialEncrypted=reportops-master-key``."""
_FOLDER = "CREDENTIALS_DIRECTORY"
_KEYRING, _OPEN = "keyring://", "fd://"
_LARGEST = 4096
WHERE = (
    f"Put it into the environment of the bot ({NAME}), a keyring of the system ({NAME}="
    f"{_KEYRING}NAME), an open file ({NAME}={_OPEN}3) or systemd's credential {CREDENTIAL}."
)
"""What to do with a master key."""


def find(environment: Mapping[str, str], *, folder: Path) -> str | None:
    """Return the secret half of the master key; None: nobody gave it.

    ``folder`` is where the sealed credentials are. Raises ConfigurationError that says what is
    wrong with the place, and never repeats what stands there.
    """
    told = environment.get(NAME, "").strip()
    systemd = environment.get(_FOLDER, "")
    if told.startswith(_KEYRING):
        text = _from_keyring(told.removeprefix(_KEYRING))
    elif told.startswith(_OPEN):
        text = _from_open(told.removeprefix(_OPEN), folder=folder)
    elif told:
        text = told
    elif systemd and (Path(systemd) / CREDENTIAL).exists():
        text = _from_systemd(Path(systemd) / CREDENTIAL, folder=folder)
    else:
        return None
    return _checked(text)


def _checked(text: str) -> str:
    """Of a file that age-keygen wrote, the line that is the key."""
    lines = [line.strip() for line in text.splitlines()]
    keys = [line for line in lines if line and not line.startswith("#")]
    try:
        age.recipient(keys[0] if len(keys) == 1 else "")
    except age.NotAKeyError:
        if re.match(r"(?:file:|/|\./|~)", text):
            message = f"{NAME} names a file, and a key beside what it opens protects nothing. "
        else:
            message = f"{NAME} is no secret key of age (it is not repeated). "
        raise errors.ConfigurationError(message + WHERE) from None
    return keys[0]


def _from_keyring(name: str) -> str:
    try:
        return keyring.read(name)
    except keyring.Unread as error:
        why = error.why
    if why is Fault.NO_PACKAGE:
        message = f"{NAME} names a keyring: pip install 'reportops[keyring]'"
    elif why is Fault.MISSING:
        message = (
            f"{NAME}: the keyring has no {name[:60]} of the service {keyring.SERVICE}. "
            f"Put it there: keyring set {keyring.SERVICE} {name[:60]}"
        )
    elif why is Fault.LOCKED:
        message = f"{NAME}: the keyring is locked. Unlock it, and start the bot again."
    else:
        message = f"{NAME}: no keyring that is trusted is there, where the bot runs. {WHERE}"
    raise errors.ConfigurationError(message)


def _from_open(number: str, *, folder: Path) -> str:
    try:
        file = int(number)
        status = os.fstat(file)
        _elsewhere(status, folder)
        raw = b""
        while len(raw) < _LARGEST and (piece := os.read(file, _LARGEST)):
            raw += piece
        os.close(file)
    except (ValueError, OSError):
        message = f"{NAME}: the bot was given no such open file. {WHERE}"
        raise errors.ConfigurationError(message) from None
    return raw.decode("ascii", "replace")


def _from_systemd(file: Path, *, folder: Path) -> str:
    try:
        _elsewhere(file.stat(), folder)
        return file.read_text("ascii", "replace")
    except OSError as error:
        message = f"systemd's credential {CREDENTIAL} cannot be read: {error.strerror}."
        raise errors.ConfigurationError(message) from None


def _elsewhere(status: os.stat_result, folder: Path) -> None:
    """Refuse a file of the disk that holds what is sealed: who takes the one takes the other."""
    there = folder if folder.exists() else folder.absolute().parent
    try:
        same = status.st_dev == there.stat().st_dev
    except OSError:
        same = False
    if stat.S_ISREG(status.st_mode) and same:
        message = "The master key lies in a file on the disk that holds what it opens. "
        raise errors.ConfigurationError(message + WHERE)
