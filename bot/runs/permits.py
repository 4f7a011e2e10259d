"""Which due runs may begin, where many clients share one login and its quota; pure.

A run has all its permits or none, and waits for them without a seat: so no two runs can wait for
each other, and what waits for a busy provider keeps nobody else from anything.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot import kinds
from bot.domain import client, ids, run, spec

Login = tuple[str, str]
"""A source's kind and its credential reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A run and the logins that it uses, those whose kind is bounded."""

    run: ids.RunId
    logins: Mapping[Login, int]
    """Each with how many runs may use it at a time."""


def claim(wanted: run.Run, of: client.Client | None) -> Claim:
    """Return what a run needs, as its client's files say now."""
    asked = of.reports.get(wanted.report) if of else None
    if of is None or asked is None:
        return Claim(run=wanted.id, logins={})
    names = {one.source for one in (*asked.queries, *asked.breakdowns)} - set(wanted.without)
    sources = [of.sources[name] for name in sorted(names & of.sources.keys())]
    return Claim(run=wanted.id, logins=dict(_bounded(sources)))


def _bounded(sources: Sequence[spec.SourceSpec]) -> Iterator[tuple[Login, int]]:
    for one in sources:
        kind = kinds.KINDS.get(one.kind)
        if one.credential is not None and kind is not None and kind.permits is not None:
            yield (one.kind, one.credential), kind.permits


def spares(
    of: client.Client,
    *,
    running: Collection[Claim],
    beside: Collection[client.Client],
    seats: int,
) -> bool:
    """Whether the client's sources may be looked at, all of them at once, ``beside`` the looks
    under way: no look takes what a run could have.
    """
    if len(running) >= seats:
        return False
    taken = Counter(login for one in running for login in one.logins)
    for each in beside:
        taken.update(dict(_bounded([*each.sources.values()])).keys())
    own = dict(_bounded([*of.sources.values()]))
    return all(taken[login] < most for login, most in own.items())


def admitted(
    waiting: Sequence[Claim], *, running: Collection[Claim], seats: int
) -> Iterator[ids.RunId]:
    """Yield which of the waiting runs may begin now, in their order; ``seats`` is of all together.

    The first that has to wait has one permit of each of its logins put by: what comes after it may
    pass it, but not for ever.
    """
    taken = Counter(login for one in running for login in one.logins)
    free = seats - len(running)
    is_first = True
    for one in waiting:
        if free <= 0:
            return
        may_begin = all(taken[login] < most for login, most in one.logins.items())
        if may_begin or is_first:
            taken.update(one.logins.keys())
        if may_begin:
            free -= 1
            yield one.run
        else:
            is_first = False
