"""Pauses: the bot's own are in the audit trail as people's are, in the same transaction."""

from dataclasses import replace

from bot.domain import pause
from bot.store import Store
from tests import samples
from tests.store import make


async def test_a_pause_of_the_bots_own_is_in_the_audit_trail(kept: Store) -> None:
    for week in range(2):
        one = replace(make.a_run(), scheduled_for=f"2026-11-{16 + 7 * week}T06:00 Europe/Paris")
        await make.failed(kept, make.of_week(one, week))
    assert await kept.pauses.trip(3, at=make.LATER) == []
    assert await kept.audit.latest() == []
    (tripped,) = await kept.pauses.trip(2, at=make.LATER)
    assert await kept.pauses.trip(2, at=make.LATER) == []
    (line,) = await kept.audit.latest()
    assert (line.who, line.what, line.client) == (pause.BOT, "pause", samples.ACME)
    assert (line.at, line.detail) == (tripped.since, tripped.reason)
