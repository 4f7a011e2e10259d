"""The master key: made, looked at, and replaced by another without losing a single owner's key."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot import errors
from bot.sealed import age, places


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the keys of owners stand to the master key that was given."""

    recipient: str
    """The public half of the key that new owners' keys are sealed to; empty: there is none."""
    given: str
    """The public half of the one that was given; empty: none was."""
    opened: tuple[str, ...]
    """The owners whose keys it opens."""
    foreign: tuple[str, ...]
    """Those sealed to another."""
    damaged: tuple[str, ...]


def new(folder: Path) -> age.Pair:
    """Make the master key; only its public half is kept. Raises UsageError where there is one."""
    at = places.Places(root=folder)
    if at.master.exists() or _owners(folder):
        raise errors.UsageError(
            "There is a master key already, and what is sealed to it would be lost. "
            "Replace it with: reportops key rotate"
        )
    made = age.generate()
    places.make(folder)
    places.write(at.master, f"{made.recipient}\n".encode())
    return made


def show(folder: Path, *, master: str | None) -> Standing:
    """Return how the owners' keys stand to the master key; opens each, and keeps none."""
    at = places.Places(root=folder)
    told: dict[str, list[str]] = {"opened": [], "foreign": [], "damaged": []}
    for owner in _owners(folder) if master is not None else ():
        try:
            _opened(at, owner, by=(master or "",))
        except age.ForeignError:
            told["foreign"].append(owner)
        except age.DamagedError:
            told["damaged"].append(owner)
        else:
            told["opened"].append(owner)
    return Standing(
        recipient=at.master.read_text("ascii").strip() if at.master.exists() else "",
        given="" if master is None else age.recipient(master),
        **{name: tuple(owners) for name, owners in told.items()},
    )


def rotate(folder: Path, *, old: str, new: str) -> int:
    """Seal every owner's key to the new master key; returns how many there are.

    Each is sealed to both first, and the old goes only when the new has opened all of them: ended
    at any point, nothing is lost, and calling it again with the same two keys goes on. Raises
    UsageError, with nothing changed, where a key opens with neither.
    """
    at = places.Places(root=folder)
    to, before = age.recipient(new), age.recipient(old)
    texts = _all(folder, by=(new, old))
    for owner, text in texts.items():
        places.write(at.key(owner), age.seal(text, before, to=to))
    _prove(folder, texts, by=new)
    places.write(at.master, f"{to}\n".encode())
    # Again from the start: somebody may have got a key since, sealed to the old one.
    texts = _all(folder, by=(new, old))
    for owner, text in texts.items():
        places.write(at.key(owner), age.seal(text, to=to))
    _prove(folder, texts, by=new)
    return len(texts)


def _all(folder: Path, *, by: tuple[str, ...]) -> Mapping[str, str]:
    """Open every owner's key with one of these; raises UsageError that names who has another."""
    at = places.Places(root=folder)
    found: dict[str, str] = {}
    lost: list[str] = []
    for owner in _owners(folder):
        try:
            found[owner] = _opened(at, owner, by=by)
        except (age.ForeignError, age.DamagedError):
            lost.append(owner)
    if lost:
        raise errors.UsageError(
            f"The keys of {', '.join(lost)} open with neither master key; nothing was changed. "
            "Give the one that they are sealed to, or remove them: reportops key show"
        )
    return found


def _prove(folder: Path, texts: Mapping[str, str], *, by: str) -> None:
    """Read every key again, with the new master key alone, and hold it against what it was."""
    at = places.Places(root=folder)
    skipped = [owner for owner in texts if not _opens(at, owner, by=by, to=texts[owner])]
    if skipped:
        raise errors.StoreError(
            f"The keys of {', '.join(skipped)} were written and are not what was written: see to "
            "the disk. The old master key still opens them; call it again with the same two."
        )


def _opens(at: places.Places, owner: str, *, by: str, to: str) -> bool:
    try:
        return _opened(at, owner, by=(by,)) == to
    except (age.ForeignError, age.DamagedError):
        return False


def _opened(at: places.Places, owner: str, *, by: tuple[str, ...]) -> str:
    """An owner's key with its name, as it was sealed; raises ForeignError, DamagedError."""
    raw = at.key(owner).read_bytes()
    for identity in by:
        try:
            text = age.unseal(raw, identity=identity)
        except age.ForeignError:
            continue
        if not text.startswith(f"{owner}\n"):
            raise age.DamagedError("it is somebody else's")
        return text
    raise age.ForeignError("it is sealed to another key")


def _owners(folder: Path) -> tuple[str, ...]:
    """Whoever has a key, whether or not its public half is there."""
    found = sorted((folder / "keys").glob("*.age"))
    return tuple(one.name.removesuffix(".age") for one in found if not one.name.startswith("."))
