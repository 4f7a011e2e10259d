"""SQL files: read from inside the client's folder, and looked over for parameters' names.

The SQL itself is judged by running it (Settled 16); only names that look like a parameter and are
none, or are written in another source's style, are found here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from bot.catalog import fields, yaml

MAX_BYTES = 256 * 1024
PARAMETERS = ("period_start", "period_end", "period_start_at", "period_end_at", "timezone")
"""What a query may name (Settled 5)."""

_SKIPPED = {
    "$": re.compile(
        r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?(?:\*/|$)"
        r"|\$([A-Za-z_]\w*|)\$.*?\$\1\$",
        re.DOTALL,
    ),
    "@": re.compile(
        r"(['\"])\1\1.*?\1\1\1|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|`[^`]*`"
        r"|--[^\n]*|\#[^\n]*|/\*.*?(?:\*/|$)|@@\w+",
        re.DOTALL,
    ),
}
"""What holds no parameters: texts, quoted names and comments, in the dialect of each mark."""
_STYLES = {
    "$": re.compile(r"\$(?P<name>\w+)"),
    "@": re.compile(r"@(?P<name>\w+)"),
    ":": re.compile(r"(?<![:\w]):(?P<name>[A-Za-z_]\w*)"),
    "{": re.compile(r"\{+\s*(?P<name>[A-Za-z_]\w*)\s*\}+"),
    "%": re.compile(r"%\((?P<name>\w+)\)s"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with a SQL file."""

    line: int
    text: str
    remedy: str


class Missing(Exception):  # noqa: N818 - named for what it is
    """The file cannot be used at all; ``text`` and ``remedy`` say why."""

    def __init__(self, text: str, remedy: str, *, line: int | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.remedy = remedy
        self.line = line
        """In the SQL file, where the fault stands inside it."""


def inside(folder: Path, name: str) -> Path:
    """Return the path of a file that stands in the folder; raises Missing where it does not."""
    pure = PurePosixPath(name)
    if not name.isprintable() or "\\" in name or pure.is_absolute() or ".." in pure.parts:
        raise Missing("The file is not inside this folder.", "Name one that is, without “..”.")
    path = folder / name
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            raise Missing("The file leads out of this folder.", "Put the file itself here.")
        if not path.is_file():
            raise Missing("The file is not there.", _like(folder, pure) or "Create it.")
        if path.stat().st_size > MAX_BYTES:
            raise Missing(f"The file is larger than {MAX_BYTES // 1024} KiB.", "Shorten it.")
    except (OSError, RuntimeError, ValueError):
        raise Missing("The file cannot be opened.", "Check its name and permissions.") from None
    return path


def read(folder: Path, name: str) -> str:
    """Return the text of a query's file; raises Missing."""
    path = inside(folder, name)
    try:
        text = yaml.decode(path.read_bytes())
    except OSError:
        raise Missing("The file cannot be read.", "Check its permissions.") from None
    except yaml.Unreadable as error:
        found = error.problem
        raise Missing(found.text, found.remedy, line=found.line) from None
    if not _bare(text, "$").strip(" \n\t;"):
        raise Missing("The file holds no SQL.", "Write a SELECT.", line=1)
    return text


def _like(folder: Path, wrong: PurePosixPath) -> str:
    there = sorted(str(p.relative_to(folder)) for p in (folder / wrong.parent).glob("*.sql"))
    return fields.meant(str(wrong), there)


def _skipped(mark: str) -> re.Pattern[str]:
    return _SKIPPED.get(mark, _SKIPPED["$"])


def _bare(text: str, mark: str) -> str:
    """Return the text with everything that holds no parameters blanked out, lines kept."""
    return _skipped(mark).sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def parameters(text: str, mark: str) -> Iterator[Problem]:
    """Yield what looks like a parameter and is none; ``mark`` stands before a name, empty for a
    source whose files name none.
    """
    for found in _skipped(mark).finditer(text):
        if mark and found[0][1:-1] in {f"{mark}{name}" for name in PARAMETERS}:
            line = text.count("\n", 0, found.start()) + 1
            said = f"{found[0]} stands in quotes: it is a plain text, not the parameter."
            yield Problem(line=line, text=said, remedy=f"Write {found[0][1:-1]} without quotes.")
    bare = _bare(text, mark)
    for style, pattern in _STYLES.items():
        for found in pattern.finditer(bare):
            problem = _judge(found["name"], written=found[0], own=style == mark, mark=mark)
            if problem:
                line = bare.count("\n", 0, found.start()) + 1
                yield Problem(line=line, text=problem[0], remedy=problem[1])


def _judge(name: str, *, written: str, own: bool, mark: str) -> tuple[str, str] | None:
    known = name.casefold() in PARAMETERS
    if own and name in PARAMETERS:
        return None
    if own:
        meant = fields.meant(name, PARAMETERS)
        hint = meant.replace("mean ", f"mean {mark}") if meant else ""
        every = ", ".join(f"{mark}{parameter}" for parameter in PARAMETERS)
        return f"{written[:40]} is not a parameter.", hint or f"There are {every}."
    if known and not mark:
        said = f"{written[:40]} is not for this source, which puts the period in by itself."
        return said, "Leave the condition out."
    if known:
        said = f"{written[:40]} is not how this source writes a parameter."
        return said, f"Write {mark}{name.casefold()}."
    return None
