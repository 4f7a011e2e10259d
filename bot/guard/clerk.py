"""The clerk: asks the keyring of the machine's session for the keeper, which has no way there.

A program of its own, since a keyring needs files, sockets and a library that the keeper is walled
off from. It is started where there is a session, answers the keeper alone, and keeps nothing.
"""

import socket
from collections.abc import Sequence
from typing import cast

from bot.domain.kept import Fault
from bot.domain.reference import Scheme
from bot.guard.walls import limits
from bot.ipc import channel, keyring, parcel

_MARK = f"{Scheme.KEYRING.value}://"
SECONDS = 5.0
"""How long a run waits for the keyring; somebody may have to unlock it."""


def main(keeper: int) -> None:
    """Answer until the keeper is gone. ``keeper`` is the descriptor of its channel."""
    limits.private()
    with socket.socket(fileno=keeper) as asked:
        while True:
            try:
                message, _ = channel.receive(asked)
                parcel.send(asked, _answer(message))
            except channel.Closed:
                return
            except ValueError:
                continue


def _answer(message: channel.Message) -> channel.Message:
    texts: dict[str, str] = {}
    faults: dict[str, Fault] = {}
    for one in map(str, cast("Sequence[object]", message.get("references"))):
        try:
            texts[one] = keyring.read(one.removeprefix(_MARK))
        except keyring.Unread as unread:
            faults[one] = unread.why
    return {"number": message.get("number"), "texts": texts, "faults": faults}


class Clerk:
    """The keeper's end of it; None for a machine without a session."""

    def __init__(self, clerk: socket.socket | None) -> None:
        self._clerk = clerk
        self._asked = 0
        if clerk is not None:
            clerk.settimeout(SECONDS)

    def read(self, references: Sequence[str]) -> tuple[dict[str, str], dict[str, Fault]]:
        """Return what those of a keyring stand for, and why there is nothing for the rest."""
        named = [one for one in references if one.startswith(_MARK)]
        if not named:
            return {}, {}
        if self._clerk is None:
            return {}, dict.fromkeys(named, Fault.NO_KEYRING)
        try:
            told = self._told(self._clerk, named)
        except (TimeoutError, ValueError):
            return {}, dict.fromkeys(named, Fault.LOCKED)
        except channel.Closed:
            return {}, dict.fromkeys(named, Fault.NO_KEYRING)
        texts = cast("dict[str, str]", told.get("texts", {}))
        faults = cast("dict[str, str]", told.get("faults", {}))
        return texts, {one: Fault(why) for one, why in faults.items()}

    def _told(self, clerk: socket.socket, named: Sequence[str]) -> channel.Message:
        """Ask; answers to what was asked before, and came too late, are dropped."""
        self._asked += 1
        channel.send(clerk, {"number": self._asked, "references": list(named)})
        while True:
            told = parcel.receive(clerk)
            if told.get("number") == self._asked:
                return told
