"""Copies of the database: made whole or not at all, looked over, kept for a while, put back.

A copy is made under another name, checked, flushed to the disk, and only then given its own: what
bears a copy's name is a copy. Functions that take a connection run in its thread.
"""

import os
import re
import sqlite3
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from bot import errors
from bot.store import codec, opening, statements, troubles

_NAMED = "reportops-{at:%Y%m%dT%H%M%SZ}.db"
_READ = "reportops-%Y%m%dT%H%M%SZ.db"
_IS_DATED = re.compile(r"reportops-\d{8}T\d{6}Z\.db")
MARGIN = timedelta(hours=1)
"""How much older a copy is taken to be than the last instant it knows of: clocks are set back."""
SETTLED = timedelta(seconds=30)
"""After a restore, what the lost database had begun may still be on its way (Settled 11)."""
PATIENCE = timedelta(minutes=15)
"""After a restore, the line that a report is late waits so long: the report may be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came of a restore."""

    replaced: Path | None
    """Where the database that stood there is now; None: none did."""
    since: datetime
    """The copy knows nothing of what happened after this."""


def _sql(name: str) -> str:
    return statements.get("copies", name)


def dated(folder: Path, at: datetime) -> Path:
    """Return the name of a copy in a folder of copies, which is made where it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise errors.StoreError(
            f"the folder {folder} for copies cannot be made: {error.strerror}"
        ) from error
    return folder / _NAMED.format(at=at.astimezone(UTC))


def made_at(copy: Path) -> datetime:
    """Return when a dated copy was made, as its name says."""
    return datetime.strptime(copy.name, _READ).replace(tzinfo=UTC)


def kept(folder: Path) -> Sequence[Path]:
    """Return the dated copies in a folder, oldest first; whatever else it holds is not ours."""
    return sorted(one for one in folder.glob("reportops-*.db") if _IS_DATED.fullmatch(one.name))


def forget(folder: Path, keep: int) -> Sequence[Path]:
    """Delete all but the newest dated copies, and what those left that were cut short before the
    newest was made; return the copies that went.
    """
    found = kept(folder)
    gone = found[:-keep]
    cut = [one for one in folder.glob("reportops-*.db.part") if found and one < found[-1]]
    for one in (*gone, *cut):
        one.unlink(missing_ok=True)
    return gone


def draft(to: Path) -> Path:
    """Make an empty file for a copy, which only its owner can read; raises StoreError."""
    part = to.with_name(f"{to.name}.part")
    try:
        if to.exists():
            raise errors.StoreError(f"{to} is there already; name a new file for the backup")
        part.unlink(missing_ok=True)  # of a copy that was cut short
        # VACUUM INTO would make one that everybody may read.
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise errors.StoreError(f"the backup {to} cannot be written: {error.strerror}") from error
    return part


def fill(connection: sqlite3.Connection, part: Path) -> None:
    """Copy the whole database as of now; raises StoreError where the copy's disk refuses."""
    try:
        connection.execute(_sql("copy"), {"path": str(part)})
    except sqlite3.Error as error:
        if troubles.is_damage(error):
            raise
        raise errors.StoreError(
            f"the backup {part} cannot be written ({error}); look for space on its disk"
        ) from error


def finish(part: Path, to: Path) -> None:
    """Look the copy over, flush it, and give it its name; raises StoreError."""
    check(part)
    _flush(part)
    part.rename(to)
    _flush(to.parent)


def check(path: Path) -> int:
    """Read the whole file; return its version.

    Raises StoreError for what is damaged or not ours, FutureDatabase for a newer reportops's.
    """
    if not path.is_file():
        raise errors.StoreError(f"there is no file {path}")
    try:
        with _reading(path) as connection:
            found = opening.version(connection, path)
            verdict = connection.execute(_sql("whole")).fetchone()
    except sqlite3.Error as error:
        raise _unusable(path, str(error)) from error
    if found == 0:
        raise _unusable(path, "it is empty")
    if verdict[0] != "ok":
        raise _unusable(path, str(verdict[0]))
    return found


def restore(file: Path, to: Path, *, at: datetime) -> Restored:
    """Put a copy in the database's place; the caller owns the database's lock.

    What stood there is kept beside it. The new one knows that it lags behind what was posted.
    Raises StoreError where the copy is not sound; then nothing has changed.
    """
    check(file)
    part = to.with_name(f"{to.name}.restoring")
    part.unlink(missing_ok=True)
    try:
        _take_in(file, part)
        since = _mark(part, at=at)
        _flush(part)
        replaced = _put_aside(to, at=at)
        part.replace(to)
        _flush(to.parent)
    except OSError as error:
        raise errors.StoreError(
            f"{to} cannot be restored: {error.strerror}; nothing was lost"
        ) from error
    except sqlite3.Error as error:
        raise troubles.plain(part, error) from error
    finally:
        part.unlink(missing_ok=True)
    return Restored(replaced=replaced, since=since)


def before_migrating(connection: sqlite3.Connection, path: Path, *, version: int) -> None:
    """Keep a copy as of the version before, beside the database; raises StoreError."""
    to = path.with_name(f"{path.name}.v{version}")
    to.unlink(missing_ok=True)  # of a migration that did not come to its end
    part = draft(to)
    fill(connection, part)
    finish(part, to)


def _take_in(file: Path, part: Path) -> None:
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    with _reading(file) as source, closing(sqlite3.connect(part)) as copy:
        source.backup(copy)
        copy.execute(_sql("rollback_journal"))
    check(part)


def _mark(part: Path, *, at: datetime) -> datetime:
    with closing(sqlite3.connect(part)) as connection:
        connection.row_factory = sqlite3.Row
        alive = codec.maybe_moment(connection.execute(_sql("alive")).fetchone(), "at")
        since = min(alive or at, at) - MARGIN
        values = {
            "since": f"{since.timestamp():.6f}",
            "until": codec.instant(at + SETTLED),
            "patient": codec.instant(at + PATIENCE),
        }
        with connection:  # one transaction
            connection.execute(_sql("doubt_waiting"), values)
            connection.execute(_sql("mark"), values)
    return since


def _put_aside(old: Path, *, at: datetime) -> Path | None:
    """Keep the database under another name; its own name stands until it is taken over.

    Its log goes too, also where somebody has moved the file alone: SQLite would play into the copy
    what the log holds of the database before.
    """
    kept_as = old.with_name(f"{old.name}.replaced-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    is_there = old.exists()
    if is_there:
        with suppress(sqlite3.Error), closing(sqlite3.connect(old)) as connection:
            connection.execute(_sql("checkpoint"))
        os.link(old, kept_as)
    for end in ("-wal", "-shm"):
        beside = old.with_name(old.name + end)
        if beside.exists():
            beside.rename(kept_as.with_name(kept_as.name + end))
    return kept_as if is_there else None


@contextmanager
def _reading(path: Path) -> Generator[sqlite3.Connection]:
    address = f"file:{quote(str(path.resolve()))}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


def _unusable(path: Path, why: str) -> errors.StoreError:
    return errors.StoreError(f"the copy {path} is not sound ({why}); take another one")


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
