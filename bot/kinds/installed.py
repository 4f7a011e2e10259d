"""Kinds that other packages bring, through the entry-point group ``reportops.sources``.

An entry point leads to a ``Kind`` under the kind's own name: ``crm = "reportops_crm.kind:KIND"``.
That half is imported by the bot itself and must stay light; the other one, ``Kind.module``, is
imported in the walled process of a run that names the kind, and nowhere else.
"""

import sys
from collections.abc import Collection, Iterable
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from importlib import metadata

from bot.kinds import kind

GROUP = "reportops.sources"
_SAID = 200


@dataclass(slots=True, kw_only=True)
class Found:
    """What is installed beside our own."""

    kinds: dict[str, kind.Kind] = field(default_factory=dict[str, kind.Kind])
    broken: dict[str, str] = field(default_factory=dict[str, str])
    """Name → why it is of no use, one sentence for operators."""


def find(ours: Collection[str], points: Iterable[metadata.EntryPoint] | None = None) -> Found:
    """Load every kind that is installed; one that is broken stops no other.

    ``points`` are those of the group; None: those of this Python.
    """
    found = Found()
    for point in metadata.entry_points(group=GROUP) if points is None else points:
        try:
            with redirect_stdout(sys.stderr):  # a worker's stdout is for its outcome alone
                found.kinds[point.name] = _load(point, taken={*ours, *found.kinds})
        except Exception as error:  # noqa: BLE001 - somebody else's code, at import
            said = f"{type(error).__name__}: {error}"[:_SAID]
            package = point.dist.name if point.dist else point.value
            found.broken[point.name] = f"The package {package} cannot be used ({said})."
    return found


def _load(point: metadata.EntryPoint, *, taken: Collection[str]) -> kind.Kind:
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
