"""Every store of credentials that is asked over the network, without its client library.

client.yaml says under ``stores`` as whom a client's runs sign in to each. What signs in is a
credential reference itself, of a kind that needs no network.
"""

from collections.abc import Iterable, Iterator, Mapping

from bot.kinds import kind
from bot.kinds.stores import aws, gcp, vault
from bot.kinds.stores.store import Store

__all__ = ["SECTIONS", "STORES", "Store", "hosts", "needed", "of", "settings"]

STORES: Mapping[str, Store] = {one.scheme: one for one in (aws.STORE, gcp.STORE, vault.STORE)}
"""By what references into it begin with. Another store is one more file and one more entry."""
SECTIONS: Mapping[str, Store] = {one.section: one for one in STORES.values()}
"""By its key under ``stores``."""
Given = Mapping[str, Mapping[str, object]]
"""A client's stores: section → its settings as plain data."""


def of(reference: str) -> Store | None:
    """Return the store that a reference leads into; None: it is none that is asked over the net."""
    return STORES.get(reference.partition("://")[0])


def settings(given: Given, store: Store) -> kind.Settings | None:
    """Return a client's settings of a store; None: its file says nothing of it."""
    found = given.get(store.section)
    return None if found is None else store.settings.model_validate(found)


def hosts(given: Given, references: Iterable[str]) -> set[str]:
    """Return where these references are read from."""
    return {host for store, found in _used(given, references) for host in store.hosts(found)}


def needed(given: Given, references: Iterable[str]) -> tuple[str, ...]:
    """Return the references, and those that sign in to the stores they lead into."""
    named = set(references)
    for store, found in _used(given, named.copy()):
        plain = found.model_dump()
        named |= {str(plain[key]) for key in store.signs_in if plain.get(key)}
    return tuple(sorted(named))


def _used(given: Given, references: Iterable[str]) -> Iterator[tuple[Store, kind.Settings]]:
    for store in {one.scheme: one for one in map(of, references) if one is not None}.values():
        found = settings(given, store)
        if found is not None:
            yield store, found
