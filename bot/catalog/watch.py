"""The catalog in force, kept up with its files by looking at them now and then."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.catalog import load, stamps
from bot.domain import client, ids, views


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a new reading of the files changed; for one word to the operators."""

    added: tuple[ids.ClientId, ...] = ()
    removed: tuple[ids.ClientId, ...] = ()
    updated: tuple[ids.ClientId, ...] = ()
    faults: tuple[views.Fault, ...] = ()
    """Those that are new."""
    mended: tuple[views.Fault, ...] = ()
    """Those that are gone."""

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return any((self.added, self.removed, self.updated, self.faults, self.mended))


class Current:
    """The clients as their files say now; satisfies ``bot.runs.ports.Clients``.

    Holds nothing until the first ``refresh``. Reads are of one catalog at a time, so that a
    refresh in another thread never shows half of a change.
    """

    def __init__(self, folder: Path, *, demo: bool, ops_channel: str | None = None) -> None:
        self._folder = folder
        self._demo = demo
        self._ops_channel = ops_channel
        self._catalog: load.Catalog | None = None

    @property
    def catalog(self) -> load.Catalog:
        """The catalog of the last refresh; an empty one before the first."""
        return self._catalog or load.Catalog()

    @property
    def faults(self) -> tuple[views.Fault, ...]:
        """Every fault of every file."""
        return self.catalog.faults

    def clients(self) -> Sequence[client.Client]:
        """Every client that is in force, by id."""
        return tuple(self.catalog.clients.values())

    def client(self, client_id: ids.ClientId) -> client.Client | None:
        """One client, or None."""
        return self.catalog.client(client_id)

    def changed(self) -> bool:
        """Whether a file or folder changed since the last refresh; one stat each."""
        if self._catalog is None:
            return True
        try:
            there = load.listed(self._folder.resolve())
        except OSError:
            there = frozenset[str]()
        seen = [one.stamps for one in self._catalog.checked.values()]
        seen.append(self._catalog.shared.seen)
        return there != self._catalog.folders or not all(map(stamps.same, seen))

    def refresh(self) -> Change | None:
        """Read again what changed; None where nothing did that matters.

        The first refresh tells every client as added and every fault as new.
        """
        if not self.changed():
            return None
        before = self.catalog
        self._catalog = load.load(
            self._folder, demo=self._demo, previous=self._catalog, ops_channel=self._ops_channel
        )
        return _compare(before, self._catalog) or None


def _compare(before: load.Catalog, after: load.Catalog) -> Change:
    """Faults that only moved to another line are neither new nor gone."""
    old, new = before.clients, after.clients
    had = {_essence(fault): fault for fault in before.faults}
    has = {_essence(fault): fault for fault in after.faults}
    return Change(
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        updated=tuple(sorted(n for n in new.keys() & old.keys() if new[n] != old[n])),
        faults=tuple(fault for essence, fault in has.items() if essence not in had),
        mended=tuple(fault for essence, fault in had.items() if essence not in has),
    )


def _essence(fault: views.Fault) -> tuple[str, ...]:
    return (fault.client, fault.file, fault.key, fault.problem)
