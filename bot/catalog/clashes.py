"""Clients that would use each other's channel, data or credential: both are refused.

Copying a folder and forgetting a line must not post one client's numbers to another. Sharing that
is meant is declared in both files: ``shares: [globex]`` here and ``shares: [acme]`` there.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from bot.catalog import build, faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """One side of two clients' use of one thing."""

    client: str
    other: str
    place: faults.Place
    problem: str

    @property
    def remedy(self) -> str:
        """What to write where."""
        return (
            f"Write this client's own. If the two really share it, write shares: [{self.other}] "
            f"here and shares: [{self.client}] in {self.other}/client.yaml."
        )


def find(claims: Mapping[str, build.Claims]) -> tuple[Clash, ...]:
    """Return both sides of every clash among the clients."""
    found: list[Clash] = []
    for one, other in _meeting(claims):
        mine, theirs = claims[one], claims[other]
        if other in mine.shares and one in theirs.shares:
            continue
        for words, here, there in _pairs(mine, theirs):
            found.append(Clash(client=one, other=other, place=here, problem=words.format(other)))
            found.append(Clash(client=other, other=one, place=there, problem=words.format(one)))
    return tuple(found)


def _meeting(claims: Mapping[str, build.Claims]) -> Iterable[tuple[str, str]]:
    """Return the pairs of clients that may clash: hundreds of clients are not all compared."""
    users: dict[str, set[str]] = {}
    for client, one in claims.items():
        for thing in (
            *one.channels,
            *one.alerts,
            *one.credentials,
            *one.stores,
            *_parts(one.identities),
        ):
            users.setdefault(thing, set()).add(client)
    pairs = (combinations(sorted(group), 2) for group in users.values())
    return sorted({pair for some in pairs for pair in some})


def _parts(identities: Iterable[str]) -> Iterator[str]:
    """Yield each identity and everything it may be a part of."""
    for identity in identities:
        words = identity.split(".")
        yield from (".".join(words[:length]) for length in range(1, len(words) + 1))


def _pairs(
    mine: build.Claims, theirs: build.Claims
) -> Iterator[tuple[str, faults.Place, faults.Place]]:
    yield from _both("uses the channel", mine.channels, theirs=theirs.channels)
    yield from _both("uses", mine.credentials, theirs=theirs.credentials)
    yield from _both("asks its store of credentials as", mine.stores, theirs=theirs.stores)
    for channel in mine.alerts.keys() & theirs.channels.keys():
        words = f"{channel} holds alerts of one client and reports of another, as {{}} shows."
        yield words, mine.alerts[channel], theirs.channels[channel]
    for channel in mine.channels.keys() & theirs.alerts.keys():
        words = f"{channel} holds alerts of one client and reports of another, as {{}} shows."
        yield words, mine.channels[channel], theirs.alerts[channel]
    for identity, here in mine.identities.items():
        for other, there in theirs.identities.items():
            if _overlap(identity, other):
                yield "This source reads the same data as a source of the client {}.", here, there


def _both(
    deed: str, mine: Mapping[str, faults.Place], *, theirs: Mapping[str, faults.Place]
) -> Iterator[tuple[str, faults.Place, faults.Place]]:
    for thing in mine.keys() & theirs.keys():
        yield f"The client {{}} {deed} {thing} too.", mine[thing], theirs[thing]


def _overlap(one: str, other: str) -> bool:
    """Whether two identities are the same, or one is a part of the other (project, data set)."""
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")
