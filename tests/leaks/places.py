"""Where a secret could stand, and what was found there."""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.demo.slack import server, shapes
from tests.leaks.canaries import Canaries


@dataclass(slots=True)
class Search:
    """Looks for the canaries, and counts what it looked through."""

    canaries: Canaries
    places: dict[str, int] = field(default_factory=dict[str, int])
    """Kind of place → bytes."""
    hits: list[str] = field(default_factory=list[str])

    def look(self, kind: str, data: bytes, *, at: str = "") -> None:
        """Look through something."""
        self.places[kind] = self.places.get(kind, 0) + len(data)
        found = {told for form, told in self.canaries.forms.items() if form in data}
        self.hits += [f"{kind} {at}: {told}" for told in sorted(found)]

    def files(self, kind: str, folder: Path) -> None:
        """Look through every file of a folder, and their names."""
        read: dict[str, bytes] = {}
        for one in sorted(folder.rglob("*")):
            with contextlib.suppress(OSError):
                read[str(one.relative_to(folder))] = one.read_bytes() if one.is_file() else b""
        self.look(kind, "\n".join(read).encode(), at="names")
        self.look(kind, b"\n".join(read.values()), at=_where(self.canaries, read))

    def database(self, kind: str, file: Path) -> None:
        """Look through all rows, past the pages that a long text is cut into."""
        reading = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)
        with contextlib.closing(reading):
            tables = [str(row[0]) for row in reading.execute(_TABLES)]
            for table in tables:
                rows = reading.execute(f'SELECT * FROM "{table}"').fetchall()
                cells = [cell for row in rows for cell in row]
                self.look(kind, b"\n".join(map(_bytes, cells)), at=table)

    def slack(self, slack: server.LocalSlack, *, sent: bytes) -> None:
        """Look through everything the bot sent: ``sent`` as it came, and what stands there."""
        self.look("sent to Slack", sent)
        for call in slack.journal.calls():
            self.look("sent to Slack", shapes.dump(call.args).encode(), at=call.method)
        for one in slack.journal.envelopes():
            self.look("sent to Slack", shapes.dump(one.response).encode(), at="ack")

    def processes(self, pids: Sequence[int], *, keeper: int) -> None:
        """Look through command lines and environments; the keeper's own holds env:// by design."""
        for pid in pids:
            for name in ("cmdline", "environ"):
                if (pid, name) != (keeper, "environ"):
                    self.look(
                        f"{name} of processes", _read(Path(f"/proc/{pid}/{name}")), at=f"{pid}"
                    )

    def scratch(self, pids: Sequence[int]) -> None:
        """Look through where runs work, as they see it: it is mounted for each alone."""
        for pid in pids:
            self.files("scratch", Path(f"/proc/{pid}/cwd"))


_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"


def _bytes(cell: object) -> bytes:
    return cell if isinstance(cell, bytes) else str(cell).encode()


def _where(canaries: Canaries, read: dict[str, bytes]) -> str:
    """Which files hold one, to say so."""
    forms = canaries.forms
    return ", ".join(name for name, data in read.items() if any(one in data for one in forms))


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # it has ended
        return b""


def descendants(pid: int) -> list[int]:
    """Return a process and all that it began, itself first."""
    return [pid, *_below(pid)]


def _below(pid: int) -> Iterator[int]:
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, _read(file).split()):
            yield child
            yield from _below(child)


def named(pids: Sequence[int], name: str) -> int:
    """Return the small program of this name."""
    wanted = f"\0{name}\0".encode()
    return next(pid for pid in pids if wanted in _read(Path(f"/proc/{pid}/cmdline")))


def place_of(pid: int) -> Path:
    """Where a process works."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink()
    except OSError:  # it has ended
        return Path("/")
