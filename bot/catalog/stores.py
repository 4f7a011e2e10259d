"""Stores of credentials: what signs in to each, and references into one that nobody may ask."""

from collections.abc import Iterator, Mapping

from bot.catalog import credential, faults
from bot.domain.client import Client
from bot.kinds import stores

KEY = "stores"


def check(made: Client, *, found: faults.Faults) -> None:
    """Note what is wrong with the stores of a client, and with references into them."""
    for reference, place in signing_in(made):
        asked = credential.check(reference, place, found=found)
        if asked is not None and stores.of(asked) is not None:
            said = (
                "What signs in to a store cannot itself be in one that is asked over the network."
            )
            found.add(place, said, remedy="Name one such as local://vault.")
    for reference, place in _used(made):
        store = stores.of(reference)
        if store is not None and store.section not in made.stores:
            said = f"{reference} is in {store.label}, and the file does not say as whom to ask it."
            remedy = f"Write {KEY}: and under it {store.section}: (docs/credentials.md)."
            found.add(place, said, remedy=remedy)


def signing_in(made: Client) -> Iterator[tuple[str, faults.Place]]:
    """Yield the references that sign in to stores, each with its place in the file."""
    for section, given in made.stores.items():
        for key in stores.SECTIONS[section].signs_in:
            if key in given:
                yield str(given[key]), (KEY, section, key)


def identities(made: Client) -> Mapping[str, faults.Place]:
    """Return as whom the client asks its stores, each with its place in the file."""
    found: dict[str, faults.Place] = {}
    for section in made.stores:
        store = stores.SECTIONS[section]
        settings = stores.settings(made.stores, store)
        if settings is not None:
            found[store.identity(settings)] = (KEY, section)
    return found


def _used(made: Client) -> Iterator[tuple[str, faults.Place]]:
    for name, source in made.sources.items():
        if source.credential:
            yield source.credential, ("sources", name, "credential")
    for name, report in made.reports.items():
        if report.narrative.credential:
            yield report.narrative.credential, ("reports", name, "narrative", "credential")
