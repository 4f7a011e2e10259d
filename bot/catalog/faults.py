"""The faults of one client's folder, gathered with their places."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.catalog import secret
from bot.domain import views

Place = tuple[str | int, ...]
"""Where a value stands: the keys and list positions from the top of the file."""

FILE = "client.yaml"


def dotted(place: Place) -> str:
    """Return the place as people write it: ``reports.weekly.compare[0]``."""
    text = ""
    for part in place:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            shown = "…" if secret.looks_secret(part) or secret.is_blob(part) else part[:60]
            text += f".{shown}" if text else shown
    return text


def nearest(lines: Mapping[Place, int], place: Place) -> int:
    """Return the line of the place, or of the closest thing around it that has one."""
    for length in range(len(place), 0, -1):
        if place[:length] in lines:
            return lines[place[:length]]
    return lines.get((), 1)


@dataclass(slots=True)
class Faults:
    """Collects; mutable while one folder is being read, then turned into a tuple."""

    client: str
    file: str = FILE
    """What is read; relative to the client's folder, or to the clients folder without one."""
    lines: Mapping[Place, int] = field(default_factory=dict[Place, int])
    found: list[views.Fault] = field(default_factory=list[views.Fault])

    def add(
        self,
        place: Place,
        problem: str,
        *,
        remedy: str,
        file: str | None = None,
        line: int | None = None,
    ) -> None:
        """Note a fault. ``file`` is another one of the client's folder."""
        file = file or self.file
        self.found.append(
            views.Fault(
                client=self.client,
                file=f"{self.client}/{file}" if self.client else file,
                line=nearest(self.lines, place) if line is None else line,
                key=dotted(place),
                problem=secret.masked(problem),
                remedy=secret.masked(remedy),
            )
        )

    def knows(self, place: Place) -> bool:
        """Whether the place has a fault already."""
        return any(fault.key == dotted(place) for fault in self.found)

    def all(self) -> tuple[views.Fault, ...]:
        """Every fault once, in the order of the files."""
        return ordered(self.found)


def ordered(found: Iterable[views.Fault]) -> tuple[views.Fault, ...]:
    """Return the faults without repeats, by file and line."""
    once = dict.fromkeys(found)
    return tuple(sorted(once, key=lambda fault: (fault.file, fault.line, fault.key)))
