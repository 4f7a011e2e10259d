"""What the launcher gives the keeper for sealed credentials, and what the keeper gives a run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from bot.domain.kept import Fault, Kept
from bot.ipc import channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """Where sealed credentials are, and what opens the keys to them."""

    folder: str
    """Absolute."""
    master: str | None = field(default=None, repr=False)
    """The secret half of the master key; None: nobody gave it."""

    def write(self) -> channel.Message:
        """Return it as a message."""
        return {"folder": self.folder, "master": self.master}


NOWHERE = Sealing(folder="")
"""There are none."""


def read(message: channel.Message) -> Sealing:
    """Read what ``Sealing.write`` wrote."""
    folder, master = message.get("folder"), message.get("master")
    return Sealing(
        folder=folder if isinstance(folder, str) else "",
        master=master if isinstance(master, str) else None,
    )


def written(texts: Mapping[str, str], kept: Kept) -> channel.Message:
    """Return what a run is given, as a message."""
    return {
        "credentials": dict(texts),
        "identities": dict(kept.identities),
        "sealed": dict(kept.sealed),
        "faults": dict(kept.faults),
    }


def given(message: channel.Message) -> tuple[Mapping[str, str], Kept]:
    """Read what ``written`` made; raises ValueError for a fault that is none."""
    faults = {name: Fault(why) for name, why in _texts(message.get("faults")).items()}
    kept = Kept(
        identities=_texts(message.get("identities")),
        sealed=_texts(message.get("sealed")),
        faults=faults,
    )
    return _texts(message.get("credentials")), kept


def _texts(told: object) -> Mapping[str, str]:
    if not isinstance(told, dict):
        return {}
    found = cast("Mapping[str, object]", told)
    return {name: str(value) for name, value in found.items()}
