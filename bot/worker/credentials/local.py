"""``local://NAME``: what is sealed came with the run, and so did the key of its own client."""

import base64
import binascii
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot import errors
from bot.domain.kept import Fault
from bot.domain.reference import Reference
from bot.domain.run import FailureCode
from bot.sealed import age
from bot.worker import credentials

if TYPE_CHECKING:
    from bot.worker.credentials import Keys

_MASTER = "Give the bot its master key (reportops key new says how), start it again"
_AGAIN = "Set it again with reportops credential set"
_WORDS: Mapping[Fault, tuple[str, str]] = {
    Fault.NO_MASTER: ("the bot was started without a master key", _MASTER),
    Fault.NOT_A_MASTER: ("what the bot was given as its master key is no key of age", _MASTER),
    Fault.FOREIGN: (
        "it is sealed to another master key than the one that the bot was given",
        "Start the bot with the right one (reportops key show tells which)",
    ),
    Fault.NO_KEY: ("the key that opens it is gone from the folder of credentials", _AGAIN),
    Fault.DAMAGED: ("its file is damaged", _AGAIN),
    Fault.UNREADABLE: (
        "the folder of credentials cannot be read",
        "Let the bot's user read it (REPORTOPS_CREDENTIALS_DIR)",
    ),
}
"""What is wrong, and what mends it."""


def fetch(asked: Reference, keys: "Keys") -> str:
    """Unseal it; raises RunError."""
    named, kept = str(asked), keys.order.kept
    client = str(keys.order.client.id)
    why = kept.faults.get(named)
    if why is Fault.MISSING or (why is None and named not in kept.sealed):
        owner = "agency" if asked.path.startswith("agency/") else client
        command = f"Set it with reportops credential set {owner} {asked.name}"
        raise credentials.failed(asked, FailureCode.CREDENTIAL_MISSING, set=command)
    if why is not None:
        raise _closed(asked, why)
    try:
        sealed = base64.b64decode(kept.sealed[named], validate=True)
        return age.unseal(sealed, identity=kept.identities.get(asked.owner(client), ""))
    except (age.DamagedError, age.ForeignError, age.NotAKeyError, binascii.Error):
        raise _closed(asked, Fault.DAMAGED) from None


def _closed(asked: Reference, why: Fault) -> errors.RunError:
    fault, remedy = _WORDS[why]
    return credentials.failed(asked, FailureCode.CREDENTIAL_CLOSED, fault=fault, remedy=remedy)
