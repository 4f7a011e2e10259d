"""However the clock is moved and the bot restarted, each fire that time has passed has one row."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot import due
from bot.domain import client, ids, period, run
from tests.runs.people import FLAKY, HOUR, MINUTE, MONDAY, REVOKED, customer
from tests.runs.stage import BEFORE, Stage, Store, in_memory, stage

DAY = timedelta(days=1)
DAILY = period.PeriodRule(kind=period.PeriodKind.DAY)
Move = tuple[int, bool]
"""Minutes, backwards too, and whether the bot is replaced before it looks again."""

starts = st.sampled_from(
    [
        datetime(2026, 3, 27, 22, 7, tzinfo=UTC),  # before Europe's spring and Lord Howe's autumn
        datetime(2026, 10, 24, 3, 59, tzinfo=UTC),
        datetime(2026, 3, 7, 12, tzinfo=UTC),  # before New York's spring
        datetime(2026, 11, 1, 5, 30, tzinfo=UTC),  # in New York's hour that comes twice
    ]
)
zones = st.sampled_from(["Europe/Paris", "America/New_York", "Australia/Lord_Howe"])
crons = st.sampled_from(["0 6 * * 1", "30 2 * * *", "15 * * * *", "0 2 1 * *", "*/20 1-3 * * 0"])
spans = st.one_of(st.integers(2, 90), st.integers(-2000, -2), st.integers(1000, 13000))
moves = st.lists(st.tuples(spans, st.booleans()), min_size=1, max_size=9)
failures = st.lists(st.sampled_from([FLAKY, REVOKED]), max_size=4)


async def lived(
    of: client.Client, start: datetime, moved: Sequence[Move], broken: Sequence[run.Failure]
) -> tuple[list[datetime], list[run.Run]]:
    """The instants at which a bot looked, and the rows it left."""
    looked = [start]
    async with stage(in_memory(), of, at=start) as here:
        here.worker.script[of.id] = [*broken]
        for minutes, is_replaced in moved:
            here.clock.advance(minutes * MINUTE)
            if is_replaced:
                here.boot()
                await here.runner.start()
            await here.sweep()
            looked.append(here.clock.now())
        rows = await here.store.runs.latest(of.id, limit=100_000)
    return looked, [*rows]


@settings(max_examples=60, deadline=None)
@given(starts, zones, crons, moves, failures)
@example(
    datetime(2026, 10, 24, 3, 59, tzinfo=UTC),
    "Europe/Paris",
    "15 * * * *",
    [(3000, False), (-2000, True), (2500, False)],
    [REVOKED],
)
def test_each_fire_that_time_has_passed_has_one_row(
    start: datetime, zone: str, cron: str, moved: list[Move], broken: list[run.Failure]
) -> None:
    of = customer("acme", cron=cron, zone=zone, rule=DAILY)
    looked, rows = asyncio.run(lived(of, start, moved, broken))
    schedule = next(iter(of.reports.values())).schedule
    assert schedule is not None
    passed = {
        fire.key
        for before, after in pairwise(looked)
        for fire in due.occurrences(schedule, zone, after=before, until=after)
    }
    assert Counter(one.key for one in rows) == Counter(passed)


async def test_a_clock_that_was_ahead_skips_nothing(store: Store) -> None:
    """A year ahead for a moment, everything is missed; set right, what is due then runs."""
    async with stage(store, customer("acme", cron="0 6 * * *", rule=DAILY)) as here:
        here.clock.move_to(MONDAY + 365 * DAY)
        await here.sweep()
        assert (await here.statuses("acme")).count("missed") == 19  # the newest of them
        here.clock.move_to(BEFORE)
        await here.live_until(MONDAY + MINUTE)
        succeeded = [one for one in await everything(here) if one.status is run.Status.SUCCEEDED]
        assert "fire:2026-11-23T06:00 Europe/Paris" in {one.key for one in succeeded}
        here.boot()
        await here.live_until(MONDAY + DAY)
        assert len({one.key for one in await everything(here)}) == len(await everything(here))
        assert here.worker.times("acme")[-1] == 24 * 60


async def test_no_retry_waits_for_what_a_clock_ahead_wrote_down(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.worker.script["acme"] = [FLAKY] * 3
        await here.live_until(MONDAY)
        here.clock.move_to(MONDAY + 3 * HOUR)
        await here.sweep()
        here.clock.move_to(MONDAY + 2 * MINUTE)
        await here.sweep()
        assert len(here.worker.orders) == 3
        await here.live_until(MONDAY + 2 * HOUR)  # and its backoff goes on from here
        assert await here.statuses("acme") == ["succeeded"]
        assert here.worker.times("acme")[2] == 2


async def everything(here: Stage) -> Sequence[run.Run]:
    return await here.store.runs.latest(ids.ClientId("acme"), limit=1000)


async def test_a_laptop_that_slept_through_a_fire_runs_it_late_and_says_so(store: Store) -> None:
    async with stage(store, customer("acme", internal=True)) as here:
        here.clock.move_to(MONDAY + 3 * HOUR)
        await here.sweep()
        found = await here.only("acme")
        assert (found.late, found.status) == (True, run.Status.SUCCEEDED)
        posted = await here.posted("acme")
        assert posted is not None
        assert posted.bodies[0].text.endswith("(late)")
