"""``keyring://NAME``: the text came with the run; walled in, it could not ask for it itself."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.domain.kept import Fault
from bot.domain.reference import Reference
from bot.domain.run import FailureCode
from bot.worker import credentials

if TYPE_CHECKING:
    from bot.worker.credentials import Keys

_WORDS: Mapping[Fault, tuple[str, str]] = {
    Fault.LOCKED: ("the keyring is locked", "Unlock it"),
    Fault.NO_KEYRING: (
        "there is no keyring that is trusted where the bot runs",
        "Start the bot in a session that has one, or keep it elsewhere, such as local://",
    ),
}


def fetch(asked: Reference, keys: "Keys") -> str:
    """Return the text; raises RunError."""
    why = keys.order.kept.faults.get(str(asked))
    if why is Fault.NO_PACKAGE:
        command = "pip install 'reportops[keyring]'"
        raise credentials.failed(asked, FailureCode.PACKAGE_MISSING, command=command)
    if why is not None and why in _WORDS:
        fault, remedy = _WORDS[why]
        raise credentials.failed(asked, FailureCode.CREDENTIAL_CLOSED, fault=fault, remedy=remedy)
    if str(asked) not in keys.order.credentials:
        command = f"Set it with keyring set reportops {asked.path}"
        raise credentials.failed(asked, FailureCode.CREDENTIAL_MISSING, set=command)
    return keys.order.credentials[str(asked)]
