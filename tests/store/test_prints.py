"""Keyed hashes of credentials: whose they are, and who else has the same."""

from datetime import timedelta

from bot.domain import credential
from bot.store import Store
from tests.store import make

REFERENCE = "local://bigquery"


def _seen(*marks: str, own: tuple[str, ...] | None = None) -> credential.Seen:
    return credential.Seen(reference=REFERENCE, prints=marks, own=marks if own is None else own)


async def test_the_pepper_is_made_once(kept: Store) -> None:
    first = await kept.prints.pepper()
    assert len(first) == 64
    assert await kept.prints.pepper() == first


async def test_who_has_the_same_later_is_told_who_had_it_first(kept: Store) -> None:
    assert await kept.prints.keep({"acme": [_seen("a1", "b1")]}, at=make.NOW) == {}
    told = await kept.prints.keep({"globex": [_seen("b1")]}, at=make.NOW)
    assert told == {REFERENCE: "acme"}
    assert await kept.prints.keep({"acme": [_seen("a1", "b1")]}, at=make.NOW) == {}
    assert await kept.prints.known(["globex"]) == {"b1"}


async def test_what_was_replaced_is_free_and_still_known(kept: Store) -> None:
    await kept.prints.keep({"acme": [_seen("a1")]}, at=make.NOW)
    await kept.prints.keep({"acme": [_seen("a2")]}, at=make.NOW)
    assert await kept.prints.keep({"globex": [_seen("a1")]}, at=make.NOW) == {}
    assert await kept.prints.known(["acme"]) == {"a1", "a2"}
    later = make.NOW + timedelta(days=61)
    await kept.prints.keep({"acme": [_seen("a2")]}, at=later)
    assert await kept.prints.known(["acme", "globex"]) == {"a2"}


async def test_a_programs_secret_may_be_many_clients(kept: Store) -> None:
    for name, own in (("acme", "a1"), ("globex", "g1")):
        seen = _seen("shared", own, own=(own,))
        assert await kept.prints.keep({name: [seen]}, at=make.NOW) == {}
