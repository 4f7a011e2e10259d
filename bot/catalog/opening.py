"""Opening a file of the clients folder: bounded, from inside its folder, and without a secret."""

from pathlib import Path

from bot.catalog import faults, secret, yaml


def read(folder: Path, name: str, *, remedy: str) -> bytes:
    """Return what stands in a folder's file; raises Unreadable. ``remedy``: where it is missing."""
    file = folder / name
    try:
        if not file.resolve().is_relative_to(folder.resolve()):
            raise _unreadable("The file leads out of this folder.", "Put the file itself here.")
        if not file.is_file():
            raise _unreadable("The file is not there.", remedy)
        with file.open("rb") as opened:
            return opened.read(yaml.MAX_BYTES + 1)
    except (OSError, RuntimeError):
        raise _unreadable("The file cannot be read.", "Check its permissions.") from None


def _unreadable(text: str, remedy: str) -> yaml.Unreadable:
    return yaml.Unreadable(yaml.Problem(line=1, text=text, remedy=remedy))


def secrets(value: yaml.Value, found: faults.Faults, *, place: faults.Place = ()) -> None:
    """A secret anywhere in the file is a fault, unless its place has one already."""
    if isinstance(value, dict):
        for key, item in value.items():
            secrets(item, found, place=(*place, key))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            secrets(item, found, place=(*place, position))
    elif value is not None and secret.looks_secret(value) and not found.knows(place):
        problem = "The value looks like a secret (it is not repeated)."
        remedy = "Take it out of the file and replace it where it is used: it has been read."
        found.add(place, problem, remedy=remedy)
