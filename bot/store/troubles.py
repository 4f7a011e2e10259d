"""What SQLite refuses, in plain words: what happened to which file, and what helps."""

import os
import pwd
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from bot import errors

DAMAGED = frozenset({"SQLITE_NOTADB", "SQLITE_CORRUPT"})
"""Nothing that is read from such a file can be relied on."""
RESTORE = "restore a copy with `reportops restore FILE`, or name another file in REPORTOPS_DATABASE"
_WORDS: Mapping[str, str] = {
    "SQLITE_FULL": "no space is left for the database {path}; free some",
    "SQLITE_READONLY": (
        "the database {path} can be read but not written (a read-only disk, or the file was "
        "replaced or closed to the bot's user); make it writable again, or restart the bot"
    ),
    "SQLITE_BUSY": (
        "the database {path} is locked by another program, such as the sqlite3 shell or a backup "
        "tool; end that"
    ),
    "SQLITE_CANTOPEN": (
        "the database {path} cannot be opened; look at its folder and who owns what is in it"
    ),
    "SQLITE_IOERR": (
        "the disk of the database {path} failed ({code}); look whether it is full or broken"
    ),
}
"""By the part of SQLite's own name of an error that tells its kind (sqlite.org/rescode.html)."""


def code(error: sqlite3.Error) -> str:
    """Return SQLite's name of an error; empty where it has none."""
    return str(getattr(error, "sqlite_errorname", ""))


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is not what it should be."""
    return _kind(code(error)) in DAMAGED


def plain(path: Path, error: sqlite3.Error) -> errors.StoreError:
    """Return an error of SQLite's as one of ours: StoreTrouble where disk or file are to blame."""
    name = code(error)
    if is_damage(error):
        return damaged(path)
    words = _WORDS.get(_kind(name))
    if words is None:
        return errors.StoreError(f"the database {path} refused: {error}")
    return errors.StoreTrouble(words.format(path=path, code=name))


def damaged(path: Path) -> errors.StoreTrouble:
    """Return what is said of a file that is damaged."""
    return errors.StoreTrouble(f"the database {path} is damaged or no database; {RESTORE}")


def check_place(path: Path) -> None:
    """Refuse a folder in the file's place, and a file that is another user's.

    The superuser could write that, but what it leaves beside it would shut the owner out. Raises
    StoreError.
    """
    if path.is_dir():
        raise errors.StoreError(
            f"{path} is a folder; name the database's file in REPORTOPS_DATABASE, such as "
            f"{path / 'reportops.db'}"
        )
    if not path.exists():
        return
    owner, us = path.stat().st_uid, os.geteuid()
    if owner != us:
        raise errors.StoreError(
            f"the database {path} belongs to the user {_name(owner)}, this is {_name(us)}; run "
            "reportops as that user, or give it the file and all that stands beside it"
        )


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _kind(name: str) -> str:
    """``SQLITE_IOERR_WRITE`` → ``SQLITE_IOERR``."""
    return "_".join(name.split("_")[:2])
