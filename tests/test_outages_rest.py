"""Outages of which some clients are paused or gone: nothing is tried for those."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import clock
from bot.domain import delivery, ids, run
from bot.store import Store
from tests import test_outages as bench
from tests.store import make


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[bench.Desk]:
    async with Store.open(tmp_path / "a.db") as kept:
        yield bench.Desk(kept, bench.Fleet(3), clock.HeldClock(make.NOW))


async def test_no_next_try_is_named_for_who_is_paused_or_gone(desk: bench.Desk) -> None:
    stopped = [await desk.fail(number) for number in range(3)]
    for number, one in enumerate(stopped):
        again = run.Change(next_attempt_at=make.NOW + timedelta(minutes=10 + number))
        await desk.kept.runs.move(one.id, run.Status.QUEUED, expect={one.status}, change=again)
    await desk.sweep()
    assert "next try 06:10" in (await _card(desk)).text
    await desk.kept.pauses.pause(
        ids.ClientId("c0"), None, by=ids.UserId("U0CLAIRE"), reason="", at=make.NOW
    )
    desk.fleet.size = 2
    await desk.sweep()
    told = await _card(desk)
    assert "next try 06:11" in told.text
    assert "Client 0 · Weekly KPIs · paused" in str(told.blocks)
    assert "c2 · weekly · its files are gone" in str(told.blocks)
    desk.fleet.size = 1
    await desk.sweep()
    assert "3 reports of 3 clients not sent, and not tried now" in (await _card(desk)).text


async def _card(desk: bench.Desk) -> delivery.Body:
    (found,) = [one for one in await desk.said(delivery.Kind.OPS) if "outage:" in one.key]
    return found.bodies[0]
