"""Kinds that other packages bring, through the entry-point group ``reportops.sources``.

An entry point leads to a ``Kind`` under the kind's own name: ``crm = "reportops_crm.kind:KIND"``.
Each is somebody else's code and is imported when its kind is first asked for: by the bot, which
must know all that a file may name, and in the walled process of a run that names it. The template,
the keeper and the broker ask for none. ``Kind.module``, the other half, is imported in such a run
and nowhere else.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from importlib import metadata

from bot.kinds import kind

GROUP = "reportops.sources"
_SAID = 200


class Kinds(Mapping[str, kind.Kind]):
    """Ours, and those of other packages; one that is broken stops no other.

    ``points`` are the entry points of the group; None: those of this Python.
    """

    def __init__(
        self,
        ours: Mapping[str, kind.Kind],
        points: Sequence[metadata.EntryPoint] | None = None,
    ) -> None:
        self._points = points
        self._ours = ours
        self._theirs: dict[str, kind.Kind] = {}
        self._broken: dict[str, str] = {}

    def __getitem__(self, name: str) -> kind.Kind:
        if name in self._ours:
            return self._ours[name]
        for point in self._installed():
            if point.name == name:
                self._take(point)
        return self._theirs[name]

    def __iter__(self) -> Iterator[str]:
        for point in self._installed():
            self._take(point)
        return iter([*self._ours, *self._theirs])

    def __len__(self) -> int:
        return len(list(iter(self)))

    @property
    def broken(self) -> Mapping[str, str]:
        """Those that cannot be used: name → why, one sentence for operators."""
        len(self)
        return self._broken

    def _installed(self) -> Sequence[metadata.EntryPoint]:
        if self._points is None:
            self._points = tuple(metadata.entry_points(group=GROUP))
        return self._points

    def _take(self, point: metadata.EntryPoint) -> None:
        if point.name in self._theirs or point.name in self._broken:
            return
        try:
            with redirect_stdout(sys.stderr):  # a worker's stdout is for its outcome alone
                self._theirs[point.name] = _load(point, taken=self._ours)
        except Exception as error:  # noqa: BLE001 - somebody else's code, at import
            said = f"{type(error).__name__}: {error}"[:_SAID]
            package = point.dist.name if point.dist else point.value
            self._broken[point.name] = f"The package {package} cannot be used ({said})."


def _load(point: metadata.EntryPoint, *, taken: Mapping[str, kind.Kind]) -> kind.Kind:
    if point.name in taken:
        raise ValueError("there is a kind of this name already")
    made: object = point.load()
    if not isinstance(made, kind.Kind):
        raise TypeError(f"{point.value} is no bot.kinds.Kind")
    if made.name != point.name:
        raise ValueError(f"its kind calls itself {made.name}")
    if not made.module:
        raise ValueError("its kind names no module that opens it")
    return made
