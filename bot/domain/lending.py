"""Who uses what the agency itself holds; pure."""

from collections import Counter
from collections.abc import Iterable

from bot.domain.client import Client


def used(by: Client) -> frozenset[str]:
    """Return the names of the agency's credentials that a client's sources use."""
    return frozenset(one.agency for one in by.sources.values() if one.agency is not None)


def users(clients: Iterable[Client]) -> Counter[str]:
    """Return how many clients use each of the agency's credentials, by its name."""
    return Counter(name for one in clients for name in used(one))


def fleet(clients: Iterable[Client]) -> int:
    """Return how many clients use one that another uses too."""
    found = tuple(clients)
    counted = users(found)
    return sum(any(counted[name] > 1 for name in used(one)) for one in found)
