"""What was accepted is kept until it is done, once, and not without end."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot import errors
from bot.store import Store, inbox
from tests.store import make

ASKED = inbox.Accepted(
    key="ask:1.2.3", deed="report", facts='{"text":"pause acme"}', received_at=make.NOW
)


async def test_what_comes_twice_is_kept_once_even_when_it_is_done(kept: Store) -> None:
    assert await kept.inbox.put(ASKED)
    assert not await kept.inbox.put(replace(ASKED, received_at=make.LATER))
    assert await kept.inbox.undone() == [ASKED]
    await kept.inbox.done(ASKED.key, at=make.LATER)
    assert await kept.inbox.undone() == []
    assert not await kept.inbox.put(replace(ASKED, received_at=make.LATER))


async def test_what_is_undone_comes_in_the_order_it_was_asked(kept: Store) -> None:
    wanted = [
        replace(ASKED, key=f"ask:{number}", received_at=make.NOW + timedelta(seconds=number))
        for number in (1, 2, 3)
    ]
    for one in reversed(wanted):
        await kept.inbox.put(one)
    await kept.inbox.tried(wanted[1].key)
    assert await kept.inbox.undone() == [wanted[0], replace(wanted[1], tries=1), wanted[2]]


async def test_nothing_of_it_is_kept_but_its_key(kept: Store) -> None:
    await kept.inbox.put(ASKED)
    await kept.inbox.done(ASKED.key, at=make.NOW)
    long_after = replace(ASKED, key="ask:next", received_at=make.NOW + inbox.KEPT * 2)
    await kept.inbox.put(long_after)
    assert await kept.inbox.put(replace(ASKED, received_at=long_after.received_at))


async def test_too_many_are_refused_and_so_is_what_is_too_long(
    kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "MOST", 2)
    for number in range(2):
        assert await kept.inbox.put(replace(ASKED, key=f"ask:{number}"))
    with pytest.raises(errors.StoreError, match="wait"):
        await kept.inbox.put(replace(ASKED, key="ask:more"))
    await kept.inbox.done("ask:0", at=make.NOW)
    assert await kept.inbox.put(replace(ASKED, key="ask:more"))
    await kept.inbox.done("ask:1", at=make.NOW)
    with pytest.raises(errors.StoreError):
        await kept.inbox.put(replace(ASKED, key="ask:long", facts="x" * 20_000))
